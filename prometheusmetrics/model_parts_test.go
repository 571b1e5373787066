package prometheusmetrics_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// mode is how code of others behaves.
type mode string

const (
	modeOK    mode = "well"
	modePanic mode = "panicking"
	modeEnd   mode = "ending its goroutine"
	modeHang  mode = "hanging"
	modeSlow  mode = "slow" // slower than a driver waits, so that answers come late
)

var gaugeModes = []mode{modeOK, modeOK, modePanic, modeEnd, modeHang, modeSlow}

// misbehaving is code of others that a test has under its control.
type misbehaving struct {
	mu   sync.Mutex
	mode mode
	hang gate
}

func (b *misbehaving) set(m mode) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hang.open()
	b.mode = m
	if m == modeHang {
		b.hang.close()
	}
}

func (b *misbehaving) run() {
	b.mu.Lock()
	m := b.mode
	b.mu.Unlock()
	switch m {
	case modePanic:
		panic("broken")
	case modeEnd:
		runtime.Goexit()
	case modeHang:
		b.hang.pass()
	case modeSlow:
		time.Sleep(modelTimeout * 3 / 2)
	}
}

var modelKinds = []string{"counter", "gauge", "meter", "histogram", "bucketed", "timer", "healthcheck",
	"functional", "foreign"}

// metricModel is a metric as it should be.
type metricModel struct {
	name, kind string
	labels     metrics.Labels
	value      int64
	mode       mode
	vague      bool // it may be shown with any value, or not at all
	instrument any
	functional *functionalGauge
	foreign    *foreignCounter
}

func (m *metricModel) String() string {
	return fmt.Sprintf("%s %s%v = %d", m.kind, m.name, m.labels, m.value)
}

// functionalGauge is the function of one.
type functionalGauge struct {
	misbehaving
	value int64
}

func (g *functionalGauge) read() int64 {
	g.run()
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.value
}

// foreignCounter is a counter of another library.
type foreignCounter struct {
	mu     sync.Mutex
	labels map[string]string
	count  int64
}

func (c *foreignCounter) Labels() map[string]string { return c.labels }

func (c *foreignCounter) Count() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count
}

// newMetricModel makes a metric that has counted, or measured, 1.
func newMetricModel(name, kind string, labels metrics.Labels) *metricModel {
	m := &metricModel{name: name, kind: kind, labels: labels, mode: modeOK}
	switch kind {
	case "counter":
		m.instrument = metrics.NewCounter(labels)
	case "gauge":
		m.instrument = metrics.NewGauge(labels)
	case "meter":
		m.instrument = metrics.NewMeter(labels)
	case "histogram":
		m.instrument = metrics.NewHistogram(metrics.NewUniformSample(10), labels)
	case "bucketed":
		m.instrument = metrics.NewHistogram(metrics.NewBucketSample(0.05), labels)
	case "timer":
		m.instrument = metrics.NewTimer(labels)
	case "healthcheck":
		m.instrument = metrics.NewHealthcheck(nil, labels)
		m.value = 1
		return m
	case "functional":
		m.functional = &functionalGauge{misbehaving: misbehaving{mode: modeOK}}
		m.instrument = metrics.NewFunctionalGauge(m.functional.read, labels)
	case "foreign":
		m.foreign = &foreignCounter{labels: labels}
		m.instrument = m.foreign
	}
	m.update()
	return m
}

// update counts or measures one more.
func (m *metricModel) update() {
	if m.kind != "healthcheck" {
		m.value++
	}
	switch instrument := m.instrument.(type) {
	case metrics.Counter:
		instrument.Inc(1)
	case metrics.Meter:
		instrument.Mark(1)
	case metrics.Histogram:
		instrument.Update(1)
	case metrics.Timer:
		instrument.Update(1)
	case metrics.Gauge:
		if m.functional == nil {
			instrument.Update(m.value)
			return
		}
		m.functional.mu.Lock()
		m.functional.value = m.value
		m.functional.mu.Unlock()
	case *foreignCounter:
		instrument.mu.Lock()
		instrument.count++
		instrument.mu.Unlock()
	}
}

// sourceModel is a source, which may misbehave.
type sourceModel struct {
	misbehaving
	metrics []*metricModel
}

func newSourceModel() *sourceModel { return &sourceModel{misbehaving: misbehaving{mode: modeOK}} }

func (s *sourceModel) Each(visit func(string, any)) {
	s.run()
	s.mu.Lock()
	all := slices.Clone(s.metrics)
	s.mu.Unlock()
	for _, m := range all {
		visit(m.name, m.instrument)
	}
}

// add adds a metric, unless the name has another kind or there is that series.
func (s *sourceModel) add(name, kind string, labels metrics.Labels) *metricModel {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.metrics {
		if m.name == name && (m.kind != kind || fmt.Sprint(m.labels) == fmt.Sprint(labels)) {
			return nil
		}
	}
	m := newMetricModel(name, kind, labels)
	s.metrics = append(s.metrics, m)
	return m
}

func (s *sourceModel) remove(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.metrics = slices.DeleteFunc(s.metrics, func(m *metricModel) bool {
		if m.name == name && m.functional != nil {
			m.functional.set(modeOK)
		}
		return m.name == name
	})
}

func (s *sourceModel) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.metrics = nil
}

// driverModel is a driver with what it should show.
type driverModel struct {
	*prometheusmetrics.Driver
	number   int
	layout   prometheusmetrics.Layout
	prefix   string
	interval time.Duration
	list     *errorList
	sources  []*sourceModel
	seen     [][]seenMetric // by source, as of the last flush
}

// seenMetric is a metric as a flush saw it.
type seenMetric struct {
	*metricModel
	labels metrics.Labels
	value  int64
	broken bool // it could not be read
	vague  bool
}

// commit notes what a flush that was just made should show. What a broken source
// has stays as it was; its values may be older or newer.
func (d *driverModel) commit() {
	if d.seen == nil {
		d.seen = make([][]seenMetric, len(d.sources))
	}
	for i, s := range d.sources {
		if s.mode != modeOK {
			for j := range d.seen[i] {
				d.seen[i][j].vague = true
			}
			continue
		}
		d.seen[i] = nil
		for _, m := range s.metrics {
			d.seen[i] = append(d.seen[i], seenMetric{m, m.labels, m.value,
				m.mode == modePanic || m.mode == modeEnd || m.mode == modeHang, m.vague || m.mode == modeSlow})
		}
	}
}

// release ends all misbehaviour.
func (d *driverModel) release() {
	for _, s := range d.sources {
		s.set(modeOK)
		for _, m := range s.metrics {
			if m.functional != nil {
				m.vague = m.vague || m.mode != modeOK
				m.functional.set(modeOK)
				m.mode = modeOK
			}
		}
	}
}

// familyModel is a family that a metric has a series of.
type familyModel struct {
	name string
	typ  dto.MetricType
}

// families lists those of a metric, the one that shows its value first.
func (d *driverModel) families(m *metricModel) (all []familyModel) {
	name := d.prefix + strings.NewReplacer(".", "_", "-", "_").Replace(m.name)
	gauges := func(suffixes ...string) {
		for _, suffix := range suffixes {
			all = append(all, familyModel{name + suffix, dto.MetricType_GAUGE})
		}
	}
	if m.kind == "healthcheck" {
		gauges("_healthy")
		return all
	}
	if d.layout == prometheusmetrics.LayoutGauges {
		switch m.kind {
		case "counter", "foreign":
			gauges("_count")
		case "gauge", "functional":
			gauges("_gauge")
		case "meter":
			gauges("_count", "_rate_1min", "_rate_5min", "_rate_15min", "_rate_mean")
		case "timer":
			gauges("_count", "_rate_1min", "_rate_5min", "_rate_15min", "_rate_mean")
			fallthrough
		default:
			if m.kind != "timer" {
				gauges("_count")
			}
			gauges("_min", "_max", "_mean", "_sum", "_variance", "_stddev", "_median")
		}
		return all
	}
	switch m.kind {
	case "counter", "foreign", "meter":
		return []familyModel{{strings.TrimSuffix(name, "_total") + "_total", dto.MetricType_COUNTER}}
	case "gauge", "functional":
		return []familyModel{{name, dto.MetricType_GAUGE}}
	case "bucketed":
		return []familyModel{{name, dto.MetricType_HISTOGRAM}}
	case "timer":
		return []familyModel{{strings.TrimSuffix(name, "_seconds") + "_seconds", dto.MetricType_SUMMARY}}
	}
	return []familyModel{{name, dto.MetricType_SUMMARY}}
}

// used lists the names that a family takes.
func (f familyModel) used() []string {
	switch f.typ {
	case dto.MetricType_COUNTER:
		base := strings.TrimSuffix(f.name, "_total")
		return []string{f.name, base, base + "_created"}
	case dto.MetricType_SUMMARY:
		return []string{f.name, f.name + "_count", f.name + "_sum", f.name + "_created"}
	case dto.MetricType_HISTOGRAM:
		return []string{f.name, f.name + "_count", f.name + "_sum", f.name + "_bucket", f.name + "_created"}
	}
	return []string{f.name}
}

// conflicts reports whether two families can't both be exposed.
func (f familyModel) conflicts(other familyModel) bool {
	if f.name == other.name {
		return f.typ != other.typ
	}
	return slices.ContainsFunc(f.used(), func(name string) bool { return slices.Contains(other.used(), name) })
}
