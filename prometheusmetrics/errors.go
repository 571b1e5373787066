package prometheusmetrics

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

var (
	// ErrClosed is returned by the methods of a Driver that flush or push, once
	// Close was called.
	ErrClosed = errors.New("prometheusmetrics: driver is closed")

	// ErrRunning is returned by RunContext while another Run of the same driver
	// is still going on.
	ErrRunning = errors.New("prometheusmetrics: driver is running already")

	// ErrNilRegisterer is returned by New and NewWithConfig for a nil registerer,
	// a nil *prometheus.Registry among them, unless the driver is Detached.
	ErrNilRegisterer = errors.New("prometheusmetrics: registerer is nil")
)

// Reason tells why a metric was left out. It is comparable, and used as a label
// value by the driver's own metrics.
type Reason string

// The reasons for which a metric, or one of its series, is left out.
const (
	// ReasonName: nothing is left of the name.
	ReasonName Reason = "name"
	// ReasonLabel: a label has a reserved name, or a name that another label of
	// the series, a constant label or a wrapping registerer has as well.
	ReasonLabel Reason = "label"
	// ReasonDuplicate: another metric is exposed as the same series, or under a
	// name that can't stand beside this one's.
	ReasonDuplicate Reason = "duplicate"
	// ReasonRegistered: the application registered the name itself.
	ReasonRegistered Reason = "registered"
	// ReasonUnsupported: the driver can't read the metric's type.
	ReasonUnsupported Reason = "unsupported"
	// ReasonPanic: reading the metric panicked.
	ReasonPanic Reason = "panic"
	// ReasonTimeout: reading the metric did not come back in time.
	ReasonTimeout Reason = "timeout"
	// ReasonLimit: Config.MaxSeries is reached.
	ReasonLimit Reason = "limit"
	// ReasonDecreased: what is exposed as a counter went down. The metric stays
	// exposed; Prometheus takes the step for a restart.
	ReasonDecreased Reason = "decreased"
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
	return fmt.Sprintf("prometheusmetrics: metric %s: %v", describeSeries(e.Name, e.Labels), e.Err)
}

// Unwrap returns the cause.
func (e *MetricError) Unwrap() error { return e.Err }

// describeSeries writes a metric as people read it: the name quoted where it
// has unprintable or no characters, then the labels in order.
func describeSeries(name string, labels map[string]string) string {
	if quoted := strconv.Quote(name); name == "" || quoted != `"`+name+`"` {
		name = quoted
	}
	if len(labels) == 0 {
		return name
	}
	pairs := make([]string, 0, len(labels))
	for label, value := range labels {
		pairs = append(pairs, fmt.Sprintf("%s=%q", label, value))
	}
	slices.Sort(pairs)
	return name + "{" + strings.Join(pairs, ",") + "}"
}
