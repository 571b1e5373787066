package metrics

import (
	"encoding/json"
	"io"
	"math"
	"time"
)

// The percentiles in GetAll, JSON and text, and their keys.
var (
	shownPercentiles = []float64{0.5, 0.75, 0.95, 0.99, 0.999}
	percentileKeys   = []string{"median", "75%", "95%", "99%", "99.9%"}
)

// GetAll returns the values of each series, keyed by name{label="value"}:
//
//	Counter              count
//	Gauge, GaugeFloat64  value
//	Healthcheck          error (nil or text), after a Check
//	Meter                count 1m.rate 5m.rate 15m.rate mean.rate
//	Histogram[Float64]   count min max mean stddev median 75% 95% 99% 99.9%
//	Timer                those of Histogram, in nanoseconds, and of Meter
//
// Keys are distinct: where a series without labels is named like the key of one with
// labels, the name in that key is quoted. A functional gauge that panics is left out
// and logged once. What SinkOnce left is not among the values.
func (r *StandardRegistry) GetAll() map[string]map[string]any { return getAll(r.registered) }

// MarshalJSON writes what GetAll returns in the order of the keys, with null for
// numbers that JSON doesn't have, NaN and the infinities, and \xff for a byte of a key
// that is not UTF-8.
func (r *StandardRegistry) MarshalJSON() ([]byte, error) { return json.Marshal(finite(r.GetAll())) }

// MarshalJSON writes what is under the prefix, as StandardRegistry does.
func (p *PrefixedRegistry) MarshalJSON() ([]byte, error) { return json.Marshal(finite(p.GetAll())) }

// WriteJSON writes the registry as a line of JSON every d, until writing fails;
// it returns that error. If d is not positive, it writes once. A nil registry is
// DefaultRegistry.
func WriteJSON(r Registry, d time.Duration, w io.Writer) error {
	return every(d, func() error { return WriteJSONOnce(r, w) })
}

// WriteJSONOnce writes the registry as a line of JSON: with its MarshalJSON
// method if it has one, else what its GetAll returns. A nil registry is
// DefaultRegistry.
func WriteJSONOnce(r Registry, w io.Writer) error {
	r = orDefault(r)
	var value any = r
	if _, ok := value.(json.Marshaler); !ok {
		value = finite(r.GetAll())
	}
	return json.NewEncoder(w).Encode(value)
}

// finite returns a copy that JSON can represent: NaN and the infinities become nil, and
// keys that are not UTF-8 are escaped.
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
	validKeys(clean)
	return clean
}

func getAll(each func(func(string, any))) map[string]map[string]any {
	var all []seriesValues
	each(func(name string, metric any) {
		if h, ok := metric.(Healthcheck); ok {
			runCheck(name, h)
		}
		readGuarded(name, func() {
			all = append(all, seriesValues{name, labelsOf(metric), valuesOf(snapshotOf(metric))})
		})
	})
	return keyed(all)
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
		values["count"] = s.Count()
		addRates(values, s)
	case HistogramSnapshot:
		addDistribution(values, s)
	case HistogramFloat64Snapshot:
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

// rateReader is what the snapshots of meters and timers have in common.
type rateReader interface {
	Rate1() float64
	Rate5() float64
	Rate15() float64
	RateMean() float64
}

func addRates(values map[string]any, s rateReader) {
	values["1m.rate"] = s.Rate1()
	values["5m.rate"] = s.Rate5()
	values["15m.rate"] = s.Rate15()
	values["mean.rate"] = s.RateMean()
}

// distributionReader is what the snapshots of histograms and timers have in common.
type distributionReader[N int64 | float64] interface {
	Count() int64
	Min() N
	Max() N
	Mean() float64
	StdDev() float64
	Percentiles([]float64) []float64
}

func addDistribution[N int64 | float64](values map[string]any, s distributionReader[N]) {
	values["count"] = s.Count()
	values["min"] = s.Min()
	values["max"] = s.Max()
	values["mean"] = s.Mean()
	values["stddev"] = s.StdDev()
	for i, value := range s.Percentiles(shownPercentiles) {
		values[percentileKeys[i]] = value
	}
}
