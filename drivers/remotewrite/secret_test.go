package remotewrite

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
			"token in the address": func(c *Config) { c.URL += "/api?token=" + url.QueryEscape(leaks.Secret) },
			"user":                 func(c *Config) { c.Username, c.Password = leaks.User, leaks.Secret },
			"token":                func(c *Config) { c.BearerToken = leaks.Secret },
			"header":               func(c *Config) { c.Headers = map[string]string{"Authorization": "Key " + leaks.Secret} },
			"header of another":    func(c *Config) { c.Headers = map[string]string{"X-Api-Key": leaks.Secret} },
			"client of the user":   func(c *Config) { c.BearerToken, c.Client = leaks.Secret, &http.Client{} },
		} {
			t.Run(mode+"/"+name, func(t *testing.T) {
				receiver := leaks.NewReceiver(t, mode)
				var told []any
				c := Config{
					URL: receiver.URL, Gatherer: &gauges{values: map[string]float64{"a": 1}},
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
