package otlp

import (
	"context"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/sdk/metric"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"

	"github.com/go-metrics-plus/metrics/drivers/internal/httpclient"
)

// sender sends requests, once each: the driver tries again, with newer values.
type sender struct {
	exporter metric.Exporter
	target   string // for errors
	secrets  httpclient.Secrets
	close    func()
}

func newSender(ctx context.Context, c Config, timeout time.Duration) (*sender, error) {
	s := &sender{exporter: c.Exporter, target: "the receiver", close: func() {}}
	if s.exporter != nil {
		return s, nil
	}
	var address *url.URL
	headers := maps.Clone(c.Headers)
	if c.URL != "" {
		address, _ = c.address() // checked already
		s.target = httpclient.Shown(address)
		s.secrets.AddAddress(address)
		headers = withUser(headers, address.User)
	}
	for _, header := range headers {
		s.secrets.AddHeader(header)
	}
	for _, header := range secretsOfEnvironment() {
		s.secrets.AddHeader(header)
	}
	var err error
	if c.Protocol == GRPC {
		s.exporter, err = newGRPC(ctx, c, address, headers, timeout)
	} else {
		err = s.useHTTP(ctx, c, address, headers)
	}
	return s, err
}

// withUser adds basic authentication, which the exporters drop from an address.
func withUser(headers map[string]string, user *url.Userinfo) map[string]string {
	if user == nil {
		return headers
	}
	if headers == nil {
		headers = map[string]string{}
	}
	password, _ := user.Password()
	headers["Authorization"] = "Basic " + base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password))
	return headers
}

// useHTTP makes an exporter over an HTTP client of the driver's own, which sees what the
// exporter does not tell: the status, and Retry-After.
func (s *sender) useHTTP(ctx context.Context, c Config, address *url.URL, headers map[string]string) error {
	own, err := newTransport(c)
	if err != nil {
		return err
	}
	client, _ := httpclient.New(&http.Client{
		Transport:     own,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil, nil)
	s.close = own.CloseIdleConnections
	options := []otlpmetrichttp.Option{
		otlpmetrichttp.WithHTTPClient(client),
		otlpmetrichttp.WithRetry(otlpmetrichttp.RetryConfig{}),
	}
	if address != nil {
		options = append(options, otlpmetrichttp.WithEndpointURL(address.String()))
	}
	if headers != nil {
		options = append(options, otlpmetrichttp.WithHeaders(headers))
	}
	if environment("COMPRESSION") == "" {
		options = append(options, otlpmetrichttp.WithCompression(otlpmetrichttp.GzipCompression))
	}
	s.exporter, err = otlpmetrichttp.New(ctx, options...)
	return err
}

// newTransport returns one that no other code of the program shares.
func newTransport(c Config) (*http.Transport, error) {
	own := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true}
	if shared, ok := http.DefaultTransport.(*http.Transport); ok {
		own = shared.Clone()
	}
	own.TLSClientConfig = c.TLS.Clone()
	if c.TLS == nil {
		var err error
		if own.TLSClientConfig, err = tlsOfEnvironment(); err != nil {
			return nil, err
		}
	}
	return own, nil
}

// maxConnectDelay bounds how long gRPC waits before it connects again to a receiver that
// was away: by default that is two minutes.
const maxConnectDelay = 5 * time.Second

func newGRPC(ctx context.Context, c Config, address *url.URL, headers map[string]string,
	timeout time.Duration,
) (metric.Exporter, error) {
	reconnect := grpc.ConnectParams{Backoff: backoff.DefaultConfig, MinConnectTimeout: maxConnectDelay}
	reconnect.Backoff.MaxDelay = maxConnectDelay
	options := []otlpmetricgrpc.Option{
		otlpmetricgrpc.WithRetry(otlpmetricgrpc.RetryConfig{}),
		otlpmetricgrpc.WithTimeout(timeout),
		otlpmetricgrpc.WithDialOption(grpc.WithConnectParams(reconnect)),
	}
	if address != nil {
		options = append(options, otlpmetricgrpc.WithEndpointURL(address.String()))
	}
	if headers != nil {
		options = append(options, otlpmetricgrpc.WithHeaders(headers))
	}
	if environment("COMPRESSION") == "" {
		options = append(options, otlpmetricgrpc.WithCompressor("gzip"))
	}
	if c.TLS != nil && (address == nil || address.Scheme == "https") {
		options = append(options, otlpmetricgrpc.WithTLSCredentials(credentials.NewTLS(c.TLS.Clone())))
	}
	return otlpmetricgrpc.New(ctx, options...)
}
