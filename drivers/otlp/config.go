package otlp

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"

	"github.com/go-metrics-plus/metrics/drivers/internal/httpclient"
)

// Config says what a Driver sends, where to and how. The zero value works: what is left
// out comes from the environment variables of OpenTelemetry.
type Config struct {
	// Gatherer is asked for all metrics, such as a prometheusmetrics.Driver or a
	// *prometheus.Registry; nil means prometheus.DefaultGatherer.
	Gatherer prometheus.Gatherer

	// Protocol is spoken over HTTP or gRPC. The zero value means what
	// OTEL_EXPORTER_OTLP_METRICS_PROTOCOL or OTEL_EXPORTER_OTLP_PROTOCOL says, and HTTP
	// if they say nothing.
	Protocol Protocol

	// URL is the receiver's address in full: "http://localhost:4318/v1/metrics" over
	// HTTP, where /v1/metrics may be left out if there is no other path,
	// "http://localhost:4317" over gRPC. https is with TLS, http without. A user and
	// password in it are sent as basic authentication; over gRPC without TLS they are
	// an error. Empty means OTEL_EXPORTER_OTLP_METRICS_ENDPOINT or
	// OTEL_EXPORTER_OTLP_ENDPOINT, and localhost if they say nothing.
	URL string

	// Headers are sent with each request, such as an API key. Nil means
	// OTEL_EXPORTER_OTLP_METRICS_HEADERS or OTEL_EXPORTER_OTLP_HEADERS.
	Headers map[string]string

	// TLS is for an https address. Nil means the certificates and keys of
	// OTEL_EXPORTER_OTLP_CERTIFICATE and its like, and else what the system trusts.
	TLS *tls.Config

	// ServiceName is the name of the service, service.name; empty means
	// OTEL_SERVICE_NAME, or service.name of OTEL_RESOURCE_ATTRIBUTES, and else
	// "unknown_service:" with the program's name, as OpenTelemetry wants it.
	ServiceName string

	// Resource has attributes of the resource, and wins over the environment. Without
	// service.instance.id there or in OTEL_RESOURCE_ATTRIBUTES the driver invents one:
	// receivers would take two processes for one.
	Resource *resource.Resource

	// Interval is the time from one delivery to the next; 0 means
	// OTEL_METRIC_EXPORT_INTERVAL, and a minute if that says nothing. Negative is an
	// error.
	Interval time.Duration

	// Timeout is how long gathering and sending may take together, and what Close may
	// take; 0 means OTEL_EXPORTER_OTLP_METRICS_TIMEOUT or OTEL_EXPORTER_OTLP_TIMEOUT,
	// and if they say nothing 10 seconds, or Interval if that is less. Negative is an
	// error.
	Timeout time.Duration

	// Histograms says what becomes of a histogram that has native buckets.
	Histograms Histograms

	// PointsPerRequest is how many data points one request may have; 0 means 2,000,
	// which is well below the 4 MiB that a gRPC server takes by default. Negative is an
	// error.
	PointsPerRequest int

	// Exporter sends instead of what is made from Protocol, URL, Headers and TLS. It
	// should not try again by itself, since the driver does. Close shuts it down.
	Exporter metric.Exporter

	// OnError gets the errors that Run can't return: deliveries that fail, each kind once
	// until one succeeds, and metrics that can't be sent, once for each time that this
	// begins. Nil means slog. It may use the driver.
	OnError func(error)
}

// Protocol is how OTLP is transported.
type Protocol int

const (
	// FromEnvironment is HTTP unless OpenTelemetry's environment variables say "grpc".
	FromEnvironment Protocol = iota
	// HTTP is protobuf over HTTP.
	HTTP
	// GRPC is gRPC.
	GRPC
)

// Histograms is a choice of what becomes of a histogram with native buckets. One that has
// none always becomes a histogram with explicit bounds.
type Histograms int

const (
	// HistogramsExponential makes an exponential histogram of it.
	HistogramsExponential Histograms = iota
	// HistogramsExplicit makes a histogram with explicit bounds of it, if it has classic
	// buckets too: for receivers that don't know exponential ones.
	HistogramsExplicit
)

const (
	defaultInterval         = time.Minute
	defaultPointsPerRequest = 2000
)

// Format prints the configuration, whatever the verb, without a user, a password and the values of headers.
func (c Config) Format(f fmt.State, verb rune) {
	type plain Config // has no Format
	c.URL, c.Headers = httpclient.ShownText(c.URL), httpclient.ShownSecrets(c.Headers)
	fmt.Fprintf(f, fmt.FormatString(f, verb), plain(c))
}

// complete fills in what was left out and refuses what makes no sense. What the loop
// checks is left to it.
func (c Config) complete() (Config, error) {
	switch {
	case c.Protocol < FromEnvironment || c.Protocol > GRPC:
		return c, configError("Protocol", "%d is unknown", int(c.Protocol))
	case c.Histograms < HistogramsExponential || c.Histograms > HistogramsExplicit:
		return c, configError("Histograms", "%d is unknown", int(c.Histograms))
	case c.PointsPerRequest < 0:
		return c, configError("PointsPerRequest", "%d is negative", c.PointsPerRequest)
	}
	if c.Protocol == FromEnvironment {
		protocol, err := protocolOf(environment("PROTOCOL"))
		if err != nil {
			return c, err
		}
		c.Protocol = protocol
	}
	if c.URL != "" {
		if _, err := c.address(); err != nil {
			return c, configError("URL", "%w", err)
		}
	}
	if c.Gatherer == nil {
		c.Gatherer = prometheus.DefaultGatherer
	}
	c.PointsPerRequest = cmp.Or(c.PointsPerRequest, defaultPointsPerRequest)
	c.Interval = cmp.Or(c.Interval, milliseconds(os.Getenv("OTEL_METRIC_EXPORT_INTERVAL")), defaultInterval)
	c.Timeout = cmp.Or(c.Timeout, milliseconds(environment("TIMEOUT")))
	return c, nil
}

// address returns the URL, completed.
func (c Config) address() (*url.URL, error) {
	address, err := httpclient.Parse(c.URL)
	switch {
	case err != nil:
		return nil, err
	case c.Protocol == HTTP && (address.Path == "" || address.Path == "/"):
		address.Path = "/v1/metrics"
	case c.Protocol == GRPC && address.Path != "" && address.Path != "/":
		return nil, fmt.Errorf("%s has a path, which gRPC has not", httpclient.Shown(address))
	}
	if address.RawQuery != "" {
		return nil, fmt.Errorf("%s has a query, which the exporter would leave out", httpclient.Shown(address))
	}
	if c.Protocol == GRPC && address.User != nil && address.Scheme == "http" {
		return nil, fmt.Errorf("%s has a user, but no TLS", httpclient.Shown(address))
	}
	return address, nil
}

// environment returns what the variables of the exporter say, the more special one first.
func environment(name string) string {
	return cmp.Or(os.Getenv("OTEL_EXPORTER_OTLP_METRICS_"+name), os.Getenv("OTEL_EXPORTER_OTLP_"+name))
}

func protocolOf(text string) (Protocol, error) {
	switch text {
	case "", "http/protobuf":
		return HTTP, nil
	case "grpc":
		return GRPC, nil
	}
	return 0, configError("Protocol", "the environment says %q, which is neither grpc nor http/protobuf", text)
}

// milliseconds returns 0 for what is no positive number, as OpenTelemetry does.
func milliseconds(text string) time.Duration {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(n) * time.Millisecond
}

func configError(field, format string, arguments ...any) error {
	return &ConfigError{Package: packageName, Field: field, Err: fmt.Errorf(format, arguments...)}
}
