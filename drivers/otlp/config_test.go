package otlp

import (
	"context"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
)

func TestConfigErrors(t *testing.T) {
	for _, test := range []struct {
		config Config
		want   string
	}{
		{Config{Protocol: 3}, "Config.Protocol: 3 is unknown"},
		{Config{Histograms: -1}, "Config.Histograms: -1 is unknown"},
		{Config{PointsPerRequest: -1}, "Config.PointsPerRequest: -1 is negative"},
		{Config{Interval: -1}, "Config.Interval: -1ns is negative"},
		{Config{Timeout: -1}, "Config.Timeout: -1ns is negative"},
		{Config{URL: "localhost:4318"}, "Config.URL: "},
		{Config{URL: "http://user:geheim@a.test:port"}, "Config.URL: the address can't be parsed"},
		{Config{URL: "http://a.test/?key=geheim"}, "Config.URL: http://a.test/v1/metrics has a query"},
		{Config{Protocol: GRPC, URL: "http://a.test/v1/metrics"}, "Config.URL: http://a.test/v1/metrics has a path"},
		{Config{Protocol: GRPC, URL: "http://user:geheim@a.test"}, "Config.URL: http://a.test has a user, but no TLS"},
	} {
		_, err := New(test.config)
		var typed *ConfigError
		if !errors.As(err, &typed) || !strings.HasPrefix(err.Error(), "otlp: "+test.want) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("got %v, want %q", err, test.want)
		}
	}
}

// What is left out comes from the environment, and what is configured wins.
func TestEnvironment(t *testing.T) {
	r := &receiver{}
	address := r.start(t, HTTP)
	for name, value := range map[string]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT":    address + "/base",
		"OTEL_EXPORTER_OTLP_HEADERS":     "api-key=from%20outside",
		"OTEL_METRIC_EXPORT_INTERVAL":    "7000",
		"OTEL_EXPORTER_OTLP_TIMEOUT":     "3000",
		"OTEL_SERVICE_NAME":              "shop",
		"OTEL_RESOURCE_ATTRIBUTES":       "service.instance.id=shop-0,zone=a",
		"OTEL_EXPORTER_OTLP_COMPRESSION": "none",
	} {
		t.Setenv(name, value)
	}
	registry, _ := counterRegistry()
	send := func(config Config) (path, key, encoding string) {
		t.Helper()
		config.Gatherer = registry
		d, _ := newTestDriver(t, config)
		if err := d.Once(); err != nil {
			t.Fatal(err)
		}
		if d.loop.Interval() != 7*time.Second || d.loop.Timeout() != 3*time.Second {
			t.Errorf("interval %v, timeout %v", d.loop.Interval(), d.loop.Timeout())
		}
		last := r.headers[len(r.headers)-1]
		return last.Get("Path"), last.Get("Api-Key"), last.Get("Content-Encoding")
	}
	if path, key, encoding := send(Config{}); path != "/base/v1/metrics" || key != "from outside" || encoding != "" {
		t.Errorf("sent to %s with the key %q, encoded as %q", path, key, encoding)
	}
	path, key, _ := send(Config{URL: address + "/other", Headers: map[string]string{"api-key": "own"}})
	if path != "/other" || key != "own" {
		t.Errorf("sent to %s with the key %q", path, key)
	}
	t.Setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "")
	if _, _, encoding := send(Config{}); encoding != "gzip" {
		t.Errorf("by itself it encodes as %q", encoding)
	}
	overGRPC := &receiver{}
	t.Setenv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", overGRPC.start(t, GRPC))
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
	d, _ := newTestDriver(t, Config{Gatherer: registry})
	if err := d.Once(); err != nil || overGRPC.tries() != 1 {
		t.Errorf("over gRPC: %v, %d tries", err, overGRPC.tries())
	}
	t.Setenv("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/json")
	if _, err := New(Config{}); err == nil || !strings.Contains(err.Error(), `"http/json"`) {
		t.Errorf("got %v", err)
	}
}

func TestResource(t *testing.T) {
	attributes := func(c Config) map[string]string {
		t.Helper()
		r, err := resourceOf(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]string{}
		for _, a := range r.Attributes() {
			all[string(a.Key)] = a.Value.AsString()
		}
		return all
	}
	t.Setenv("OTEL_SERVICE_NAME", "")
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "")
	first := attributes(Config{})
	if !strings.HasPrefix(first["service.name"], "unknown_service:") || first["service.instance.id"] == "" || first["telemetry.sdk.language"] != "go" {
		t.Errorf("by itself: %v", first)
	}
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "service.name=attributes,service.instance.id=shop-0,zone=a")
	if got := attributes(Config{}); got["service.name"] != "attributes" || got["service.instance.id"] != "shop-0" || got["zone"] != "a" {
		t.Errorf("from attributes: %v", got)
	}
	t.Setenv("OTEL_SERVICE_NAME", "environment")
	if got := attributes(Config{}); got["service.name"] != "environment" {
		t.Errorf("from the environment: %v", got)
	}
	own := resource.NewWithAttributes("https://opentelemetry.io/schemas/1.0.0",
		attribute.String("service.name", "own"), attribute.String("zone", "b"))
	if got := attributes(Config{Resource: own}); got["service.name"] != "own" || got["zone"] != "b" || got["service.instance.id"] != "shop-0" {
		t.Errorf("configured: %v", got)
	}
	if got := attributes(Config{Resource: own, ServiceName: "name"}); got["service.name"] != "name" {
		t.Errorf("by name: %v", got)
	}
}

// The authority that the environment names is trusted, though the driver has an HTTP client
// of its own.
func TestCertificateOfTheEnvironment(t *testing.T) {
	r := &receiver{}
	server := httptest.NewTLSServer(r)
	defer server.Close()
	registry, _ := counterRegistry()
	d, _ := newTestDriver(t, Config{Gatherer: registry, Protocol: HTTP, URL: server.URL})
	if err := d.Once(); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("without it: %v", err)
	}
	file := filepath.Join(t.TempDir(), "authority.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("OTEL_EXPORTER_OTLP_CERTIFICATE", file)
	d, _ = newTestDriver(t, Config{Gatherer: registry, Protocol: HTTP, URL: server.URL})
	if err := d.Once(); err != nil {
		t.Errorf("with it: %v", err)
	}
	t.Setenv("OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE", filepath.Join(t.TempDir(), "gone"))
	if _, err := New(Config{Protocol: HTTP, URL: server.URL}); err == nil || !strings.Contains(err.Error(), "OTEL_EXPORTER_OTLP_CERTIFICATE") {
		t.Errorf("got %v", err)
	}
}

// Secrets are sent, and no error shows them.
func TestNoSecretsInErrors(t *testing.T) {
	const secret = "geheimnis"
	t.Setenv("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "other-key="+secret+"2")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, strings.Join([]string{r.Header.Get("Authorization"), r.Header.Get("Api-Key"), r.Header.Get("Other-Key"),
			secret, r.URL.String()}, " "), http.StatusUnauthorized)
	}))
	defer server.Close()
	registry, _ := counterRegistry()
	for _, config := range []Config{
		{URL: strings.Replace(server.URL, "//", "//user:"+secret+"@", 1)},
		{URL: server.URL, Headers: map[string]string{"api-key": secret}},
		{URL: server.URL},
	} {
		config.Gatherer, config.Protocol = registry, HTTP
		d, _ := newTestDriver(t, config)
		err := d.Once()
		if err == nil || !strings.Contains(err.Error(), "status 401") || !strings.Contains(err.Error(), "xxxxx") {
			t.Errorf("got %v", err)
			continue
		}
		if config.Headers == nil && config.URL == server.URL {
			continue // the server says a secret that is not the driver's
		}
		for _, part := range []string{secret, "dXNlcjpnZWhlaW1uaXM="} {
			if strings.Contains(err.Error(), part) {
				t.Errorf("%v shows %s", err, part)
			}
		}
	}
}

func TestUserInAddress(t *testing.T) {
	r := &receiver{}
	registry, _ := counterRegistry()
	d, _ := newTestDriver(t, Config{Gatherer: registry, Protocol: HTTP, URL: strings.Replace(r.start(t, HTTP), "//", "//u:p@", 1)})
	if err := d.Once(); err != nil || r.headers[0].Get("Authorization") != "Basic dTpw" || r.headers[0].Get("Path") != "/v1/metrics" {
		t.Errorf("got %v, and %v", err, r.headers)
	}
}
