package reading

import (
	"math"
	"reflect"
	"time"
)

// readForeign reads a metric of another library through one snapshot, by what the
// snapshot can say. It runs that library's code, and a user's where the metric is a
// functional gauge or a health check.
func (v *Values) readForeign(metric any, s shape, ps []float64) {
	if s.kind == Healthcheck {
		v.Value = checkHealth(metric)
		return
	}
	snapshot := metric
	if s.snapshot >= 0 {
		snapshot = reflect.ValueOf(metric).Method(s.snapshot).Call(nil)[0].Interface()
	}
	if created, ok := metric.(interface{ Created() time.Time }); ok {
		v.Created = nanoseconds(created.Created())
	}
	switch s.kind {
	case Counter:
		v.Value = countOf(snapshot)
	case Gauge:
		v.Value = valueOf(snapshot)
	case Info:
		v.Value = 1
		v.Told.Info = stringMap(reflect.ValueOf(snapshot).MethodByName("Value").Call(nil)[0])
	case Meter:
		v.Value = countOf(snapshot)
		v.Stats.Count = int64(v.Value)
		v.setRates(snapshot.(rates))
	case Timer:
		v.setRates(snapshot.(rates))
		v.setStatistics(snapshot, ps)
	case Histogram:
		v.setStatistics(snapshot, ps)
	case ResettingTimer:
		v.Stats.Variance, v.Stats.StdDev = math.NaN(), math.NaN() // such snapshots don't tell them
		v.setStatistics(snapshot, ps)
	}
	if s.resets {
		v.setReset(snapshot)
	}
}

// nanoseconds are those since 1970; 0 for a time that an int64 of them can't be, which is
// that of a metric that does not know.
func nanoseconds(t time.Time) int64 {
	if n := t.UnixNano(); time.Unix(0, n).Equal(t) {
		return n
	}
	return 0
}

func checkHealth(metric any) float64 {
	metric.(checkable).Check()
	if metric.(healthy).Error() != nil {
		return 0
	}
	return 1
}

func countOf(snapshot any) float64 {
	switch s := snapshot.(type) {
	case interface{ CountFloat64() float64 }: // as our own snapshots, whose Count has no fractions
		return s.CountFloat64()
	case countInt64:
		return float64(s.Count())
	case countInt:
		return float64(s.Count())
	case countFloat:
		return s.Count()
	}
	return math.NaN()
}

func valueOf(snapshot any) float64 {
	switch s := snapshot.(type) {
	case valueInt64:
		return float64(s.Value())
	case valueFloat:
		return s.Value()
	}
	return math.NaN()
}

func (v *Values) setRates(snapshot rates) {
	v.Stats.Rate1, v.Stats.Rate5, v.Stats.Rate15 = snapshot.Rate1(), snapshot.Rate5(), snapshot.Rate15()
	v.Stats.RateMean = snapshot.RateMean()
}

// setStatistics takes over totals and what describes the recent sample.
func (v *Values) setStatistics(snapshot any, ps []float64) {
	v.Stats.Count = int64(countOf(snapshot))
	if s, ok := snapshot.(interface {
		Min() int64
		Max() int64
	}); ok {
		v.Stats.Min, v.Stats.Max = s.Min(), s.Max()
		v.Stats.MinFloat64, v.Stats.MaxFloat64 = float64(v.Stats.Min), float64(v.Stats.Max)
	}
	if s, ok := snapshot.(interface {
		Min() float64
		Max() float64
	}); ok {
		v.Stats.MinFloat64, v.Stats.MaxFloat64 = s.Min(), s.Max()
	}
	if s, ok := snapshot.(interface{ Mean() float64 }); ok {
		v.Stats.Mean = s.Mean()
	}
	if s, ok := snapshot.(interface{ Variance() float64 }); ok {
		v.Stats.Variance = s.Variance()
	}
	if s, ok := snapshot.(deviation); ok {
		v.Stats.StdDev = s.StdDev()
	}
	if s, ok := snapshot.(interface{ Sum() int64 }); ok {
		v.Stats.Sum = float64(s.Sum())
	}
	if s, ok := snapshot.(interface{ SumFloat64() float64 }); ok {
		v.Stats.Sum, v.LifetimeSum = s.SumFloat64(), true
	}
	// The library gets a slice of its own, and ours is filled whatever it returns.
	answers := snapshot.(percentiles).Percentiles(append([]float64(nil), ps...))
	v.Stats.Percentiles = append(v.Stats.Percentiles[:0], answers...)
	for len(v.Stats.Percentiles) < len(ps) {
		v.Stats.Percentiles = append(v.Stats.Percentiles, math.NaN())
	}
}

// setReset completes what a metric that starts over tells: its count is that of the
// sample, so the sum is that of the sample as well.
func (v *Values) setReset(snapshot any) {
	if _, ok := snapshot.(interface{ Sum() int64 }); !ok {
		// Values are whole, so this undoes the division.
		v.Stats.Sum = math.Round(v.Stats.Mean * countOf(snapshot))
	}
	v.LifetimeSum = true
	if v.Stats.Count == 0 {
		v.forgetPercentiles() // though the total count is not 0
	}
}

// reset adds up the readings of a metric that starts over.
type reset struct {
	count int64
	sum   float64
}

// add counts a reading, and puts the totals in its place.
func (r *reset) add(v *Values) {
	r.count += v.Stats.Count
	r.sum += v.Stats.Sum
	v.Stats.Count, v.Stats.Sum = r.count, r.sum
}
