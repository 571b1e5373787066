package remotewrite

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
		"token in the address": func(c *Config) { c.URL += "/api?token=" + url.QueryEscape(leaks.Secret) },
		"user":                 func(c *Config) { c.Username, c.Password = leaks.User, leaks.Secret },
		"token":                func(c *Config) { c.BearerToken = leaks.Secret },
		"header":               func(c *Config) { c.Headers = map[string]string{"Authorization": "Key " + leaks.Secret} },
		"header of another":    func(c *Config) { c.Headers = map[string]string{"X-Api-Key": leaks.Secret} },
		"client of the user":   func(c *Config) { c.BearerToken, c.Client = leaks.Secret, &http.Client{} },
	}
	leaks.Test(t, cases, func(_ *testing.T, url string, onError func(error)) Config {
		return Config{URL: url, Gatherer: &gauges{values: map[string]float64{"a": 1}}, OnError: onError}
	}, New)
}

// What a receiver answers comes out as text.
func TestInjectionIntoErrors(t *testing.T) {

	leaks.TestAnswers(t, func(url string, onError func(error)) (*Driver, error) {
		return New(Config{URL: url, Gatherer: &gauges{values: map[string]float64{"a": 1}}, OnError: onError})
	})
}
