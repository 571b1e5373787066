package otlp

import (
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
			"header": func(c *Config) { c.Headers = map[string]string{"api-key": leaks.Secret} },
			"token":  func(c *Config) { c.Headers = map[string]string{"authorization": "Bearer " + leaks.Secret} },
			"environment": func(*Config) {
				t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "api-key="+url.PathEscape(leaks.Secret))
			},
		} {
			t.Run(mode+"/"+name, func(t *testing.T) {
				t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "")
				receiver := leaks.NewReceiver(t, mode)
				registry, _ := counterRegistry()
				var told []any
				c := Config{
					URL: receiver.URL, Protocol: HTTP, Gatherer: registry,
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
