package influxdb

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-metrics-plus/metrics/drivers/internal/leaks"
)

// Nothing that can be printed shows a secret, and no redirect takes one elsewhere.
func TestSecretsStayHidden(t *testing.T) {
	for _, mode := range leaks.Modes {
		for name, set := range map[string]func(*Config){
			"user in the address": func(c *Config) {
				c.URL = strings.Replace(c.URL, "//", "//"+url.UserPassword(leaks.User, leaks.Secret).String()+"@", 1)
			},
			"token in the address": func(c *Config) { c.URL += "/write?p=" + url.QueryEscape(leaks.Secret) },
			"user":                 func(c *Config) { c.User, c.Password = leaks.User, leaks.Secret },
			"token":                func(c *Config) { c.Database, c.Bucket, c.Token = "", "b", leaks.Secret },
			"client of the user":   func(c *Config) { c.User, c.Password, c.Client = leaks.User, leaks.Secret, &http.Client{} },
			"client and address": func(c *Config) {
				c.Client = &http.Client{}
				c.URL += "/write?p=" + url.QueryEscape(leaks.Secret)
			},
		} {
			t.Run(mode+"/"+name, func(t *testing.T) {
				receiver := leaks.NewReceiver(t, mode)
				var told []any
				c := Config{
					URL: receiver.URL, Database: "d", Gatherer: &gatherer{families: gauges("a")},
					OnError: func(err error) { told = append(told, err) },
				}
				set(&c)
				d, err := New(c)
				if err != nil {
					t.Fatal(err)
				}
				failed, closed := d.Once(), d.Close()
				receiver.Check(t, append(told, c, &c, d, failed, closed, []Config{c})...)
			})
		}
	}
}
