package influxdb

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/go-metrics-plus/metrics/drivers/internal/leaks"
)

// Nothing that can be printed shows a secret, and no redirect takes one elsewhere.
func TestSecretsStayHidden(t *testing.T) {
	cases := map[string]func(*Config){
		"user in the address":  func(c *Config) { c.URL = leaks.WithUser(c.URL) },
		"token in the address": func(c *Config) { c.URL += "/write?p=" + url.QueryEscape(leaks.Secret) },
		"user":                 func(c *Config) { c.User, c.Password = leaks.User, leaks.Secret },
		"token":                func(c *Config) { c.Database, c.Bucket, c.Token = "", "b", leaks.Secret },
		"client of the user":   func(c *Config) { c.User, c.Password, c.Client = leaks.User, leaks.Secret, &http.Client{} },
		"client and address": func(c *Config) {
			c.Client = &http.Client{}
			c.URL += "/write?p=" + url.QueryEscape(leaks.Secret)
		},
	}
	leaks.Test(t, cases, func(_ *testing.T, url string, onError func(error)) Config {
		return Config{URL: url, Database: "d", Gatherer: &gatherer{families: gauges("a")}, OnError: onError}
	}, New)
}

// What a receiver answers comes out as text.
func TestInjectionIntoErrors(t *testing.T) {

	leaks.TestAnswers(t, func(url string, onError func(error)) (*Driver, error) {
		return New(Config{URL: url, Database: "d", Gatherer: &gatherer{families: gauges("a")}, OnError: onError})
	})
}
