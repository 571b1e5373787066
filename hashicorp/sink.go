package hashicorp

import (
	"cmp"
	"errors"
	"math"
	"sync"
	"time"

	gometrics "github.com/hashicorp/go-metrics"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/internal/reports"
)

// Sink records what is reported to github.com/hashicorp/go-metrics into instruments of
// a registry. All methods may be called concurrently; none panics or blocks, and for a
// series that was seen before none allocates or takes a lock of the sink's. Make one
// with NewSink.
type Sink struct {
	registry metrics.Registry
	rules    []*compiledRule
	measured scale // of what MeasureSince hands over, to seconds
	bounds   []float64
	limit    int // negative for none
	flush    func()
	reports  reports.Log

	// Read without a lock, written to with it.
	counters table[metrics.Counter]
	gauges   table[metrics.GaugeFloat64]
	samples  table[metrics.HistogramFloat64]

	mutex    sync.Mutex
	families map[familyKey]any // *family of the instrument's type
}

var (
	_ gometrics.ShutdownSink             = (*Sink)(nil)
	_ gometrics.PrecisionGaugeMetricSink = (*Sink)(nil)
)

// NewSink returns a sink that records into r; nil is metrics.DefaultRegistry. Pass it
// to New or NewGlobal of go-metrics, alone or as one of a FanoutSink. A rule that can't
// be right is left out and logged.
func NewSink(r metrics.Registry, config Config) *Sink {
	rules := config.Rules
	if rules == nil {
		rules = Rules()
	}
	s := &Sink{
		registry: r,
		measured: scaleOf(cmp.Or(config.TimerGranularity, time.Millisecond).Seconds()),
		bounds:   config.Bounds,
		limit:    cmp.Or(config.MaxSeries, DefaultMaxSeries),
		flush:    config.Flush,
		families: map[familyKey]any{},
		reports:  reports.Log{Package: "hashicorp"},
	}
	if r == nil {
		s.registry = metrics.DefaultRegistry
	}
	if s.bounds == nil {
		s.bounds = secondsBounds
	}
	for _, rule := range rules {
		compiled, err := compileRule(rule)
		if err != nil {
			s.reports.Once(rule.Match, "rule left out", err)
			continue
		}
		s.rules = append(s.rules, compiled)
	}
	return s
}

// IncrCounter is IncrCounterWithLabels without labels.
func (s *Sink) IncrCounter(key []string, val float32) { s.IncrCounterWithLabels(key, val, nil) }

var errNotAdded = errors.New("an increment is negative, infinite or NaN")

// IncrCounterWithLabels adds val to a Counter. Fractions are kept, see
// metrics.Counter.IncFloat64. What is negative, infinite or NaN is not added, since a
// counter that went down is one that was restarted; the first for each name is logged.
func (s *Sink) IncrCounterWithLabels(key []string, val float32, labels []gometrics.Label) {
	if !(val >= 0 && val <= math.MaxFloat32) {
		s.reports.Once(joined(key), "not counted", errNotAdded)
		return
	}
	target := lookup(s, &s.counters, key, labels)
	target.instrument().IncFloat64(float64(val))
}

// SetGauge is SetPrecisionGaugeWithLabels with less precision and no labels.
func (s *Sink) SetGauge(key []string, val float32) {
	s.SetPrecisionGaugeWithLabels(key, float64(val), nil)
}

// SetGaugeWithLabels is SetPrecisionGaugeWithLabels with less precision.
func (s *Sink) SetGaugeWithLabels(key []string, val float32, labels []gometrics.Label) {
	s.SetPrecisionGaugeWithLabels(key, float64(val), labels)
}

// SetPrecisionGauge is SetPrecisionGaugeWithLabels without labels.
func (s *Sink) SetPrecisionGauge(key []string, val float64) {
	s.SetPrecisionGaugeWithLabels(key, val, nil)
}

// SetPrecisionGaugeWithLabels sets a GaugeFloat64.
func (s *Sink) SetPrecisionGaugeWithLabels(key []string, val float64, labels []gometrics.Label) {
	target := lookup(s, &s.gauges, key, labels)
	target.instrument().Update(target.scale.apply(val))
}

// EmitKey sets a GaugeFloat64, so that the value of the last call is what is shown:
// nothing in Prometheus keeps each of them.
func (s *Sink) EmitKey(key []string, val float32) {
	s.SetPrecisionGaugeWithLabels(key, float64(val), nil)
}

// AddSample is AddSampleWithLabels without labels.
func (s *Sink) AddSample(key []string, val float32) { s.AddSampleWithLabels(key, val, nil) }

// AddSampleWithLabels records val in a HistogramFloat64: in seconds if a rule says
// that it is a duration, or if the first sample of the name comes from MeasureSince.
// NaN and infinities are not recorded, as metrics.HistogramFloat64.Update has it.
func (s *Sink) AddSampleWithLabels(key []string, val float32, labels []gometrics.Label) {
	target := lookup(s, &s.samples, key, labels)
	target.instrument().Update(target.scale.apply(float64(val)))
}

// Shutdown calls Config.Flush and returns when that does. Nothing is lost without it:
// values are in the registry as soon as they are reported. The sink goes on recording.
func (s *Sink) Shutdown() {
	if s.flush != nil {
		s.flush()
	}
}

// Forget unregisters the series for which match reports true, such as those of a peer
// that has left for good, and returns how many there were. One that gets a value later
// on starts over. The name is as in the registry. No lock is held while match runs.
func (s *Sink) Forget(match func(name string, labels metrics.Labels) bool) int {
	return forget(s, &s.counters, match) + forget(s, &s.gauges, match) + forget(s, &s.samples, match)
}
