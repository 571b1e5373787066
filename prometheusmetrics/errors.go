package prometheusmetrics

import (
	"errors"
	"fmt"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
)

var (
	// ErrClosed is returned by the methods of a Driver that flush or push, once
	// Close was called.
	ErrClosed = errors.New("prometheusmetrics: driver is closed")

	// ErrRunning is returned by RunContext while another Run of the same driver
	// is still going on.
	ErrRunning = errors.New("prometheusmetrics: driver is running already")

	// ErrNotRunning is reported to Config.OnError once when the first scrape comes and
	// neither Run nor Once was called. The scrape shows what it reads itself; without
	// Run the ones after it show the same, since the driver's interval is not 0.
	ErrNotRunning = errors.New(
		"prometheusmetrics: nobody runs the driver: call Run in a goroutine, or make it with interval 0")

	// ErrNilRegisterer is returned by New and NewWithConfig for a nil registerer,
	// a nil *prometheus.Registry among them, unless the driver is Detached.
	ErrNilRegisterer = errors.New("prometheusmetrics: registerer is nil")
)

// Reason says why a metric was left out. It is comparable, and used as a label
// value by the driver's own metrics.
type Reason string

// The reasons for which a metric, or one of its series, is left out.
const (
	// ReasonName: nothing is left of the name.
	ReasonName = Reason(problem.Name)
	// ReasonLabel: a label has a reserved name, or a name that another label of
	// the series, a constant label or a wrapping registerer has as well.
	ReasonLabel = Reason(problem.Label)
	// ReasonDuplicate: another metric is exposed as the same series, or under a
	// name that conflicts with this one's.
	ReasonDuplicate = Reason(problem.Duplicate)
	// ReasonRegistered: the application registered the name itself.
	ReasonRegistered = Reason(problem.Registered)
	// ReasonUnsupported: the driver can't read the metric's type.
	ReasonUnsupported = Reason(problem.Unsupported)
	// ReasonPanic: reading the metric panicked.
	ReasonPanic = Reason(problem.Panic)
	// ReasonTimeout: reading the metric did not come back in time. A health check is
	// exposed as unhealthy then, and a metric that does come back with its value.
	ReasonTimeout = Reason(problem.Timeout)
	// ReasonLimit: Config.MaxSeries is reached. It is reported once for all metrics
	// that are left out, with their number, and again when that has changed much.
	ReasonLimit = Reason(problem.Limit)
	// ReasonDecreased: what is exposed as a counter went down. The metric stays
	// exposed; Prometheus takes the step for a restart.
	ReasonDecreased = Reason(problem.Decreased)
)

// MetricError says that one metric is left out of the exposition, or not to be
// trusted, and why. All other metrics go on. It is handed to Config.OnError once
// for each metric and reason, and again if it recurs after having gone.
type MetricError struct {
	// Name is the metric's original name, as its registry has it.
	Name string
	// Labels are the metric's original labels; nil if it has none.
	Labels map[string]string
	// Reason is the kind of failure, for code to decide on.
	Reason Reason
	// Err is the cause, for people to read.
	Err error
}

// Error names the metric and the cause.
func (e *MetricError) Error() string {
	return fmt.Sprintf("prometheusmetrics: metric %s: %v", problem.Describe(e.Name, e.Labels), e.Err)
}

// Unwrap returns the cause.
func (e *MetricError) Unwrap() error { return e.Err }
