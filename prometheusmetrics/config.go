package prometheusmetrics

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
)

// Source is what the driver reads metrics from: every registry of the go-metrics
// family is one. Each must call its argument once for every metric, with its
// name, and may do so in any order and hand out any type.
type Source interface {
	Each(func(name string, metric any))
}

// LabelledSource is a source whose series get labels of their own, so that one
// driver can read several that have the same names.
type LabelledSource struct {
	Source Source
	Labels prometheus.Labels

	// Absolute leaves namespace and subsystem away, and uses LayoutTyped's names
	// whatever Config.Layout says: for sources whose names are known everywhere, such
	// as go_goroutines.
	Absolute bool
}

// Config says what a Driver reads, and how it shows it. The zero value works: it
// shows metrics.DefaultRegistry, under the names its metrics have, read at each
// scrape.
type Config struct {
	// Namespace and Subsystem come before each name, joined by underscores; an
	// empty one is left out.
	Namespace, Subsystem string

	// Registry is what is read; nil means metrics.DefaultRegistry, unless that is
	// among the Sources.
	Registry Source

	// Sources are more registries to read, each with labels for its series. To read
	// them alone, set Registry to one that is empty.
	Sources []LabelledSource

	// FlushInterval is how often Run flushes. With 0 the sources are read at each
	// scrape instead. Negative is an error.
	FlushInterval time.Duration

	// DurationUnit is the unit in which LayoutGauges shows the values of timers;
	// 0 means nanoseconds, negative is an error. LayoutTyped always shows seconds.
	DurationUnit time.Duration

	// Layout decides which series a metric becomes.
	Layout Layout

	// Window is how far back LayoutGauges looks for the minimum, maximum, mean,
	// deviation and percentiles of bucketed samples, which themselves count all
	// since the start; up to a fifth more. 0 means 5 minutes, negative is an error.
	Window time.Duration

	// Percentiles are those shown of histograms and timers, each from 0 to 1; nil
	// means 0.5, 0.75, 0.95, 0.99 and 0.999, and an empty slice none.
	Percentiles []float64

	// ConstLabels are put on every series.
	ConstLabels prometheus.Labels

	// Rules change how single metrics are shown: their names, labels, scale and
	// kind. The first that matches a metric's name counts. A rule that makes no
	// sense is an error of NewWithConfig.
	Rules []Rule

	// OnError is called with an error for each metric that is left out, a *MetricError,
	// and for a source that can't be listed. It is called in a goroutine of its own, one
	// call at a time and with no lock held, so it may use the driver. A flush waits for
	// it up to CallTimeout. Of the errors that come while it does not return, the first
	// 1,000 are kept and the others counted. Nil means slog.Default().
	OnError func(error)

	// Detached keeps the driver out of any Prometheus registry; the registerer is
	// then not used, and may be nil. The driver serves itself through Gather,
	// Transactional and Handler.
	Detached bool

	// CallTimeout is how long a flush waits for code that is not this module's: a
	// source, a functional gauge, a health check, a metric of another library. Up to
	// 16 of them are called at once, and each has the whole time; a flush within a
	// scrape takes no longer in all. What does not come back is left out, or in case
	// of a health check unhealthy, until it does, and is not called again before. 0
	// means 5 seconds, negative is an error.
	CallTimeout time.Duration

	// MaxSeries is how many series are exposed at most; what is exposed stays and
	// what comes beyond is left out. 0 means no limit.
	MaxSeries int

	// IdleAfter is for how long nothing must have been recorded in a metric until its
	// series are no longer shown; when something is, they are shown again, with the
	// true totals. So label values that come and go leave nothing behind, and MaxSeries
	// counts only what is shown. The driver finds out by comparing flushes: a counter,
	// meter, histogram or timer is recorded in when its count changes, a gauge when its
	// value does. Never idle are health checks, functional gauges, info metrics, and
	// what comes from an Absolute source or from the driver itself; what SinkOnce left
	// does not become idle before a scrape or push has seen it. Explain says which
	// metrics are idle. 0 shows all metrics for ever, negative is an error.
	IdleAfter time.Duration

	// SelfMetrics adds metrics about the driver itself, under names that begin
	// with "driver" after namespace and subsystem: how long flushes take and when
	// the last one was, how many series there are and, where MaxSeries is set, may be,
	// how many metrics are left out and why, and how many pushes failed.
	SelfMetrics bool

	rules []*compiledRule
	self  Source // of the driver's own metrics, nil for none
}

// defaultPercentiles are those that go-metrics users have on their dashboards.
var defaultPercentiles = []float64{0.5, 0.75, 0.95, 0.99, 0.999}

// defaultWindow is what the default decaying reservoir looks back, too.
const defaultWindow = 5 * time.Minute

// defaultCallTimeout is half the scrape timeout of a default Prometheus, so that
// a metric that hangs costs no scrape where metrics are read during scrapes.
const defaultCallTimeout = 5 * time.Second

// complete fills in what was left out and refuses what makes no sense.
func (c Config) complete() (Config, error) {
	if c.FlushInterval < 0 {
		return c, fmt.Errorf("prometheusmetrics: flush interval %v is negative", c.FlushInterval)
	}
	if c.DurationUnit < 0 {
		return c, fmt.Errorf("prometheusmetrics: duration unit %v is negative", c.DurationUnit)
	}
	if c.Window < 0 {
		return c, fmt.Errorf("prometheusmetrics: window %v is negative", c.Window)
	}
	if c.CallTimeout < 0 {
		return c, fmt.Errorf("prometheusmetrics: call timeout %v is negative", c.CallTimeout)
	}
	if c.IdleAfter < 0 {
		return c, fmt.Errorf("prometheusmetrics: time of %v until metrics are idle is negative", c.IdleAfter)
	}
	if c.MaxSeries < 0 {
		return c, fmt.Errorf("prometheusmetrics: maximum of %d series is negative", c.MaxSeries)
	}
	if c.Layout > LayoutTyped {
		return c, fmt.Errorf("prometheusmetrics: there is no %v", c.Layout)
	}
	c.ConstLabels = maps.Clone(c.ConstLabels)
	c.DurationUnit = cmp.Or(c.DurationUnit, time.Nanosecond)
	c.Window = cmp.Or(c.Window, defaultWindow)
	c.CallTimeout = cmp.Or(c.CallTimeout, defaultCallTimeout)
	return c, errors.Join(c.completePercentiles(), c.completeSources(), c.completeRules(), c.checkConstLabels())
}

func (c *Config) completePercentiles() error {
	if c.Percentiles == nil {
		c.Percentiles = defaultPercentiles
		return nil
	}
	c.Percentiles = slices.Clone(c.Percentiles)
	slices.Sort(c.Percentiles)
	c.Percentiles = slices.Compact(c.Percentiles)
	for _, p := range c.Percentiles {
		if math.IsNaN(p) || p < 0 || p > 1 {
			return fmt.Errorf("prometheusmetrics: percentile %v is not between 0 and 1", p)
		}
	}
	return nil
}

// completeSources makes Sources the whole list, in copies.
func (c *Config) completeSources() error {
	sources := slices.Clone(c.Sources)
	for i, source := range sources {
		if isNil(source.Source) {
			return fmt.Errorf("prometheusmetrics: source %d is nil", i)
		}
		sources[i].Labels = maps.Clone(source.Labels)
		if _, err := naming.Labels(source.Labels); err != nil {
			return fmt.Errorf("prometheusmetrics: labels of source %d: %w", i, err)
		}
	}
	first := c.Registry
	if isNil(first) {
		first = metrics.DefaultRegistry
	}
	listed := func(s LabelledSource) bool { return isSame(s.Source, first) }
	if !isNil(c.Registry) || !slices.ContainsFunc(sources, listed) {
		sources = slices.Insert(sources, 0, LabelledSource{Source: first})
	}
	c.Sources = sources
	return nil
}

// isSame reports whether two sources are one. Types that can't be compared are not.
func isSame(a, b Source) bool {
	return reflect.TypeOf(a).Comparable() && a == b
}

func (c *Config) completeRules() (err error) {
	c.rules, err = compileRules(c.Rules)
	return err
}

func (c *Config) checkConstLabels() error {
	for name := range c.ConstLabels {
		if !naming.IsLabelName(name) {
			return fmt.Errorf("prometheusmetrics: constant label %q is not a valid label name", name)
		}
	}
	if _, err := naming.Labels(c.ConstLabels); err != nil {
		return fmt.Errorf("prometheusmetrics: constant labels: %w", err)
	}
	return nil
}

// isNil reports whether an interface holds nothing, or a nil pointer: a caller
// who passes a nil *prometheus.Registry means nothing by it.
func isNil(value any) bool {
	if value == nil {
		return true
	}
	v := reflect.ValueOf(value)
	return v.Kind() == reflect.Pointer && v.IsNil()
}
