package reading

import (
	"time"

	"github.com/go-metrics-plus/metrics"
)

// readOwn reads one of our instruments without allocating.
func (v *Values) readOwn(metric any, want Wanted) {
	switch m := metric.(type) {
	case metrics.Counter:
		v.Value, v.Created = m.CountFloat64(), began(m.Created())
		v.setExemplar(m.Snapshot())
	case metrics.Gauge:
		v.Value = float64(m.Value())
	case metrics.GaugeFloat64:
		v.Value = m.Value()
	case metrics.Meter:
		s := m.Snapshot() // stays a value: as an interface it would be allocated
		v.Stats.Count, v.Created = s.Count(), began(s.Created())
		v.Value = float64(v.Stats.Count)
		v.Stats.Rate1, v.Stats.Rate5, v.Stats.Rate15 = s.Rate1(), s.Rate5(), s.Rate15()
		v.Stats.RateMean = s.RateMean()
	case metrics.Histogram:
		v.readDistribution(m, want)
	case metrics.HistogramFloat64:
		v.fractions = true
		v.readDistribution(m, want)
	case metrics.Timer:
		v.readDistribution(m, want)
	}
}

// began returns when an instrument began to count as Values have it.
func began(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// distribution is a histogram or timer of ours.
type distribution interface {
	ReadStatistics(*metrics.Statistics, []float64)
	ReadBuckets(*metrics.BucketSnapshot) (changed, ok bool)
	Created() time.Time
}

func (v *Values) readDistribution(m distribution, want Wanted) {
	v.Created, v.LifetimeSum = began(m.Created()), true
	changed := false
	if !v.probed {
		v.probed = true
		buckets := &metrics.BucketSnapshot{}
		if _, changed = m.ReadBuckets(buckets); changed {
			v.Buckets = buckets
		}
	} else if v.Buckets != nil {
		changed, _ = m.ReadBuckets(v.Buckets)
	}
	if changed {
		v.Version++
	}
	switch {
	case v.Buckets == nil:
		m.ReadStatistics(v.Stats, want.Percentiles)
	case !want.Buckets:
		m.ReadStatistics(v.Stats, nil) // for totals and rates
		if v.recent == nil {
			v.recent = new(sliding)
		}
		v.recent.advance(time.Now(), want.Window, v.Buckets, changed)
		v.recent.describe(v.Stats, want.Percentiles, v.fractions)
	default:
		v.Stats.Count = v.Buckets.Count()
	}
}

// setExemplar keeps the one exemplar that a counter may have. It is allocated anew
// only when it is another one, so that comparing pointers shows whether it has changed.
func (v *Values) setExemplar(s metrics.CounterSnapshot) {
	for exemplar := range s.Exemplars() {
		if v.Exemplar == nil || !v.Exemplar.Time.Equal(exemplar.Time) || v.Exemplar.Value != exemplar.Value {
			v.Exemplar = &exemplar
		}
		return
	}
	v.Exemplar = nil
}
