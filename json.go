package metrics

import (
	"encoding/json"
	"io"
	"math"
	"time"
)

// percentileKeys are the keys of the percentiles in GetAll and JSON.
var percentileKeys = []struct {
	key        string
	percentile float64
}{{"median", 0.5}, {"75%", 0.75}, {"95%", 0.95}, {"99%", 0.99}, {"99.9%", 0.999}}

// GetAll returns the values of each series, keyed by name{label="value"}:
//
//	Counter              count
//	Gauge, GaugeFloat64  value
//	Healthcheck          error (nil or text), after a Check
//	Meter                count 1m.rate 5m.rate 15m.rate mean.rate
//	Histogram            count min max mean stddev median 75% 95% 99% 99.9%
//	Timer                those of Histogram, in nanoseconds, and of Meter
//
// A functional gauge that panics is left out and logged once.
func (r *StandardRegistry) GetAll() map[string]map[string]any { return getAll(r.Each) }

// MarshalJSON writes what GetAll returns in the order of the keys, with null for
// numbers that JSON doesn't have: NaN and the infinities.
func (r *StandardRegistry) MarshalJSON() ([]byte, error) { return json.Marshal(finite(r.GetAll())) }

// MarshalJSON writes what is under the prefix, as StandardRegistry does.
func (p *PrefixedRegistry) MarshalJSON() ([]byte, error) { return json.Marshal(finite(p.GetAll())) }

// WriteJSON writes the registry as a line of JSON every d, until writing fails;
// it returns that error. If d is not positive, it writes once.
func WriteJSON(r Registry, d time.Duration, w io.Writer) error {
	if d <= 0 {
		return WriteJSONOnce(r, w)
	}
	ticker := time.NewTicker(d)
	defer ticker.Stop()
	for range ticker.C {
		if err := WriteJSONOnce(r, w); err != nil {
			return err
		}
	}
	return nil
}

// WriteJSONOnce writes the registry as a line of JSON: with its MarshalJSON
// method if it has one, else what its GetAll returns.
func WriteJSONOnce(r Registry, w io.Writer) error {
	if r == nil {
		r = DefaultRegistry
	}
	var value any = r
	if _, ok := value.(json.Marshaler); !ok {
		value = finite(r.GetAll())
	}
	return json.NewEncoder(w).Encode(value)
}

// finite replaces numbers that JSON doesn't have by nil, in a copy.
func finite(all map[string]map[string]any) map[string]map[string]any {
	clean := make(map[string]map[string]any, len(all))
	for key, values := range all {
		copied := make(map[string]any, len(values))
		for name, value := range values {
			if f, ok := value.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
				value = nil
			}
			copied[name] = value
		}
		clean[key] = copied
	}
	return clean
}

func getAll(each func(func(string, any))) map[string]map[string]any {
	all := map[string]map[string]any{}
	each(func(name string, metric any) {
		if h, ok := metric.(Healthcheck); ok {
			runCheck(name, h)
		}
		readGuarded(name, func() { all[name+labelsOf(metric).String()] = valuesOf(snapshotOf(metric)) })
	})
	return all
}

func valuesOf(snapshot any) map[string]any {
	values := map[string]any{}
	switch s := snapshot.(type) {
	case CounterSnapshot:
		values["count"] = s.Count()
	case GaugeSnapshot:
		values["value"] = s.Value()
	case GaugeFloat64Snapshot:
		values["value"] = s.Value()
	case MeterSnapshot:
		addRates(values, s)
	case HistogramSnapshot:
		addDistribution(values, s)
	case TimerSnapshot:
		addDistribution(values, s)
		addRates(values, s)
	case Healthcheck:
		values["error"] = nil
		if err := s.Error(); err != nil {
			values["error"] = err.Error()
		}
	}
	return values
}

func addRates(values map[string]any, s interface {
	Count() int64
	Rate1() float64
	Rate5() float64
	Rate15() float64
	RateMean() float64
}) {
	values["count"] = s.Count()
	values["1m.rate"] = s.Rate1()
	values["5m.rate"] = s.Rate5()
	values["15m.rate"] = s.Rate15()
	values["mean.rate"] = s.RateMean()
}

func addDistribution(values map[string]any, s interface {
	Count() int64
	Min() int64
	Max() int64
	Mean() float64
	StdDev() float64
	Percentiles([]float64) []float64
}) {
	values["count"] = s.Count()
	values["min"] = s.Min()
	values["max"] = s.Max()
	values["mean"] = s.Mean()
	values["stddev"] = s.StdDev()
	ps := make([]float64, len(percentileKeys))
	for i, p := range percentileKeys {
		ps[i] = p.percentile
	}
	for i, value := range s.Percentiles(ps) {
		values[percentileKeys[i].key] = value
	}
}
