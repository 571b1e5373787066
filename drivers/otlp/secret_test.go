package otlp

import (
	"net/url"
	"testing"

	"github.com/go-metrics-plus/metrics/drivers/internal/leaks"
)

// Nothing that can be printed shows a secret, and no redirect takes one elsewhere.
func TestSecretsStayHidden(t *testing.T) {
	cases := map[string]func(*Config){
		"user in the address": func(c *Config) { c.URL = leaks.WithUser(c.URL) },
		"header":              func(c *Config) { c.Headers = map[string]string{"api-key": leaks.Secret} },
		"token":               func(c *Config) { c.Headers = map[string]string{"authorization": "Bearer " + leaks.Secret} },
		"environment": func(*Config) {
			t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "api-key="+url.PathEscape(leaks.Secret))
		},
	}
	leaks.Test(t, cases, func(t *testing.T, url string, onError func(error)) Config {
		t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "")
		registry, _ := counterRegistry()
		return Config{URL: url, Protocol: HTTP, Gatherer: registry, OnError: onError}
	}, New)
}

// What a receiver answers comes out as text.
func TestInjectionIntoErrors(t *testing.T) {
	registry, _ := counterRegistry()
	leaks.TestAnswers(t, func(url string, onError func(error)) (*Driver, error) {
		return New(Config{URL: url, Protocol: HTTP, Gatherer: registry, OnError: onError})
	})
}
