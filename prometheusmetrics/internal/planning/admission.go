package planning

import (
	"sync/atomic"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/sharing"
)

// admission is the series that a metric has.
type admission struct {
	member     *member
	form       *form
	entries    []entry // one for each part of the form
	slot       uint32  // of the first statistic; from the commit on
	relabelled uint32  // the metric's number when the series were made of its labels
	made       *made   // nil for nothing
}

// made is what was made of a metric's values, and what from. Gauges, and counters
// without an exemplar, have none.
type made struct {
	exemplarFrom    *metrics.Exemplar
	exemplar        *families.Exemplar
	version, filled uint64 // of the values that the histogram was filled from, and of the histogram
}

// entry is one series of a family.
type entry struct {
	admission *admission
	part      *part
	hash      uint64 // of its key, which nobody keeps

	// Another one when it gets another place. A commit changes it while other drivers may
	// ask for its labels and origin, which stay the same.
	shown atomic.Pointer[families.Series]
}

// series is what is published of the entry, or will be.
func (e *entry) series() *families.Series { return e.shown.Load() }

// isSame reports whether the entries have one key, without making keys: what the
// registerer adds is the same for all, and names have no characters that keys quote.
func (e *entry) isSame(other *entry) bool {
	return e.part.family == other.part.family && e.series().Labels == other.series().Labels
}

// newAdmission makes the admission of a member, in one place with the series.
func newAdmission(m *member, f *form) *admission {
	var a *admission
	var series []families.Series
	if len(f.parts) == 1 {
		lone := new(struct {
			admission
			entry  [1]entry
			series [1]families.Series
		})
		a, series = &lone.admission, lone.series[:]
		a.entries = lone.entry[:]
	} else {
		a, series = new(admission), make([]families.Series, len(f.parts))
		a.entries = make([]entry, len(f.parts))
	}
	a.member, a.form, a.relabelled = m, f, m.metric.Relabelled
	for i := range a.entries {
		series[i].Origin = m.metric.Origin
		e := &a.entries[i]
		e.admission, e.part = a, &f.parts[i]
		e.shown.Store(&series[i])
	}
	return a
}

// total returns the entry which must not go down; nil for none.
func (a *admission) total() *entry {
	if a.form.total < 0 {
		return nil
	}
	return &a.entries[a.form.total]
}

// claimKey is the key of the claim to the series.
func (e *entry) claimKey(c *Config) sharing.Key {
	return sharing.Key{Series: c.key(e), Type: e.part.typ}
}

func (e *entry) member() *member { return e.admission.member }

func (e *entry) origin() *problem.Origin { return e.series().Origin }

// place gives an admitted metric's series their places.
func (s *State) place(a *admission) {
	a.slot = uint32(s.numbers.take(a.form.statistics()))
	for i := range a.entries {
		e := &a.entries[i]
		series := e.series()
		series.Slot = a.slot + e.part.offset
		switch e.part.typ {
		case dto.MetricType_COUNTER, dto.MetricType_SUMMARY:
			series.Part = uint32(s.parts.take(1))
		case dto.MetricType_HISTOGRAM:
			series.Part = uint32(s.histograms.take(1))
		}
	}
	if a.made != nil {
		a.made.filled = 0
	}
}

// renew gives an admission new series, for other places: what has been published never
// changes.
func (a *admission) renew() {
	series := make([]families.Series, len(a.entries))
	for i := range a.entries {
		e := &a.entries[i]
		series[i] = *e.series()
		e.shown.Store(&series[i])
	}
}

// release takes the places back.
func (s *State) release(a *admission) {
	s.numbers.give(int(a.slot), a.form.statistics())
	for i := range a.entries {
		e := &a.entries[i]
		switch e.part.typ {
		case dto.MetricType_COUNTER, dto.MetricType_SUMMARY:
			s.parts.give(int(e.series().Part), 1)
		case dto.MetricType_HISTOGRAM:
			s.histograms.give(int(e.series().Part), 1)
		}
	}
}
