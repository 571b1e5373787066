package benchmarks

import (
	"bytes"
	"fmt"
	"net/http"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

func victoriaMetrics() Peer {
	return Peer{
		Name:    "VictoriaMetrics/metrics",
		Modules: []string{"github.com/VictoriaMetrics/metrics"},
		Instruments: []Instrument{
			{Kind: Counter, Name: "Counter", Open: vmCounters},
			{Kind: Gauge, Name: "Gauge", Open: vmGauges},
			{Kind: Distribution, Name: "Histogram", Open: vmUpdaters(func(s *metrics.Set, name string) vmUpdater {
				return s.NewHistogram(name)
			})},
			{Kind: Distribution, Name: "Summary", Open: vmUpdaters(func(s *metrics.Set, name string) vmUpdater {
				return vmSummary(s, name)
			})},
		},
		Lookups: []Lookup{{By: ByLabels, Name: "GetOrCreateCounter", Open: vmLookup}},
		Churns:  []Churn{{Name: "name", Open: vmChurn}},
		Worlds: []World{
			{Layout: Labelled, Name: "histograms", Open: vmWorld},
			{Layout: Typed, Name: "histograms", Open: vmWorld},
		},
	}
}

// vmUpdater is a Histogram or Summary.
type vmUpdater interface{ Update(float64) }

// vmSummary has our quantiles, over the time that a reservoir looks back.
func vmSummary(s *metrics.Set, name string) *metrics.Summary {
	var qs []float64
	for q := range quantiles {
		qs = append(qs, q)
	}
	return s.NewSummaryExt(name, 5*time.Minute, qs)
}

func vmCounters(names []string) Recorder {
	s, all := metrics.NewSet(), make([]*metrics.Counter, 0, len(names))
	for _, name := range names {
		all = append(all, s.NewCounter(name+"_total"))
	}
	one := all[0]
	return Recorder{
		One: func(values []Value) {
			for range values {
				one.Inc()
			}
		},
		Spread: func(values []Value) {
			for i := range values {
				all[values[i].At].Inc()
			}
		},
		Totals: vmTotals(s),
	}
}

func vmGauges(names []string) Recorder {
	s, all := metrics.NewSet(), make([]*metrics.Gauge, 0, len(names))
	for _, name := range names {
		all = append(all, s.NewGauge(name+"_gauge", nil))
	}
	one := all[0]
	return Recorder{
		One: func(values []Value) {
			for i := range values {
				one.Set(values[i].Seconds)
			}
		},
		Spread: func(values []Value) {
			for i := range values {
				all[values[i].At].Set(values[i].Seconds)
			}
		},
		Totals: vmTotals(s),
	}
}

func vmUpdaters(make func(*metrics.Set, string) vmUpdater) func([]string) Recorder {
	return func(names []string) Recorder {
		var all []vmUpdater
		s := metrics.NewSet()
		for _, name := range names {
			all = append(all, make(s, name))
		}
		one := all[0]
		return Recorder{
			One: func(values []Value) {
				for i := range values {
					one.Update(values[i].Seconds)
				}
			},
			Spread: func(values []Value) {
				for i := range values {
					all[values[i].At].Update(values[i].Seconds)
				}
			},
			Totals: vmTotals(s),
		}
	}
}

func vmTotals(s *metrics.Set) func() (count, sum float64) {
	return func() (count, sum float64) {
		var text bytes.Buffer
		s.WritePrometheus(&text)
		return totalsIn(text.Bytes())
	}
}

func vmLookup() (func([]Pair), func() float64) {
	s := metrics.NewSet()
	return func(events []Pair) {
			for _, e := range events {
				s.GetOrCreateCounter(`requests_total{code="` + e.Code + `",method="` + e.Method + `"}`).Inc()
			}
		}, func() float64 {
			count, _ := vmTotals(s)()
			return count
		}
}

func vmChurn(others []string) (func([]string), func() int) {
	s := metrics.NewSet()
	for _, name := range others {
		s.NewCounter(name)
	}
	return func(ids []string) {
		for _, id := range ids {
			s.GetOrCreateCounter(id).Inc()
			s.UnregisterMetric(id)
		}
	}, func() int { return len(s.ListMetricNames()) }
}

func vmWorld(p Population) *Exposed {
	s := metrics.NewSet()
	var (
		counters []*metrics.Counter
		gauges   []*metrics.Gauge
		timers   []*metrics.Histogram
		others   []*metrics.Histogram
	)
	for _, kind := range []string{counterName, meterName} {
		for _, id := range p.Identities(kind) {
			counters = append(counters, s.NewCounter(vmName(id, "_total")))
		}
	}
	for _, id := range p.Identities(gaugeName) {
		gauges = append(gauges, s.NewGauge(vmName(id, ""), nil))
	}
	for _, id := range p.Identities(timerName) {
		timers = append(timers, s.NewHistogram(vmName(id, "_seconds")))
	}
	for _, id := range p.Identities(histogramName) {
		others = append(others, s.NewHistogram(vmName(id, "")))
	}
	return &Exposed{
		Update: func(values []Value) {
			for _, v := range values {
				for _, c := range counters {
					c.Inc()
				}
				for i := range gauges {
					gauges[i].Set(v.Seconds)
					timers[i].Update(v.Seconds)
					others[i].Update(v.Seconds)
				}
			}
		},
		Record:  func(timer int, v Value) { timers[timer].Update(v.Seconds) },
		Handler: vmHandler(s),
		Formats: []Format{Text},
	}
}

func vmName(id Identity, suffix string) string {
	if id.Route == "" {
		return id.Name + suffix
	}
	return fmt.Sprintf("%s{%s=%q,%s=%q}", id.Name+suffix, routeLabel, id.Route, codeLabel, id.Code)
}

// vmHandler serves a set; the library leaves the handler to its user.
func vmHandler(s *metrics.Set) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		s.WritePrometheus(w)
	})
}
