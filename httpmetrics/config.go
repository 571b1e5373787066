package httpmetrics

import (
	"context"
	"net/http"

	"github.com/go-metrics-plus/metrics"
)

// Config says how requests are measured. The zero value works. It may be used for
// any number of handlers and transports; those over one registry share its series.
type Config struct {
	// Registry is where the metrics are; nil means metrics.DefaultRegistry.
	Registry metrics.Registry

	// Route returns the value of the label http_route, after the handler has
	// returned; nil means the pattern of the ServeMux without its method. An empty
	// result counts as _UNMATCHED. It must not return what clients choose freely,
	// such as the path. It is not used for clients.
	Route func(*http.Request) string

	// MaxRoutes is how many different routes are told apart by one handler, and
	// how many servers by one transport; those that come later count as _OTHER,
	// which is logged once. 0 means 100, and a negative number that there is no
	// limit.
	MaxRoutes int

	// Exemplar returns what leads from a duration to its trace, given the context
	// of the request; nothing if it was not traced. Nil means the trace id of a W3C
	// traceparent header whose sampled flag is set, as trace_id. An exemplar costs
	// half a microsecond and allocates; requests without one allocate nothing.
	Exemplar func(context.Context) metrics.Labels

	// Bounds are those of the classic histogram of durations, in seconds, such as
	// the objective for latency; nil means those of the conventions, 0.005 to 10.
	// The native histogram beside it has buckets of 5 % anyhow.
	Bounds []float64
}

const (
	defaultMaxRoutes = 100

	// relativeError of the native buckets gives schema 4.
	relativeError = 0.05
)

var (
	// durationBounds are those that the conventions recommend, in seconds.
	durationBounds = []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10}

	// sizeBounds go by powers of four from 256 B to 64 MiB; the conventions have
	// none for sizes. They lie between native buckets and cut none in two.
	sizeBounds = []float64{1 << 8, 1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24, 1 << 26}
)

func (c Config) maxRoutes() int {
	if c.MaxRoutes == 0 {
		return defaultMaxRoutes
	}
	return c.MaxRoutes
}

func (c Config) newDuration(labels metrics.Labels) metrics.Timer {
	bounds := c.Bounds
	if bounds == nil {
		bounds = durationBounds
	}
	sample := metrics.NewBucketSample(relativeError, bounds...)
	return metrics.NewCustomTimer(metrics.NewHistogram(sample), metrics.NewMeter(), labels)
}

func newSize(labels metrics.Labels) metrics.Histogram {
	return metrics.NewHistogram(metrics.NewBucketSample(relativeError, sizeBounds...), labels)
}

// describe sets the help texts; a registry that keeps none is no reason to fail.
func (c Config) describe(side string) {
	for name, d := range map[string]metrics.Description{
		".request.duration":   {Help: "Duration of HTTP " + side + " requests.", Unit: "seconds"},
		".active_requests":    {Help: "Number of active HTTP " + side + " requests."},
		".request.body.size":  {Help: "Size of HTTP " + side + " request bodies.", Unit: "bytes"},
		".response.body.size": {Help: "Size of HTTP " + side + " response bodies.", Unit: "bytes"},
	} {
		_ = metrics.Describe("http."+side+name, c.Registry, d)
	}
}
