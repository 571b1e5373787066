package benchmarks

import (
	"github.com/hashicorp/go-metrics"
	sink "github.com/hashicorp/go-metrics/prometheus"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

func hashicorp() Peer {
	return Peer{
		Name:    "hashicorp/go-metrics",
		Modules: []string{"github.com/hashicorp/go-metrics"},
		Instruments: []Instrument{
			{Kind: Counter, Name: "IncrCounter", Lazy: true, Open: hashicorpCounters},
			{Kind: Gauge, Name: "SetGauge", Lazy: true, Open: hashicorpGauges},
			{Kind: Distribution, Name: "AddSample", Lazy: true, Open: hashicorpSamples},
		},
		Lookups: []Lookup{{By: ByLabels, Name: "IncrCounterWithLabels", Open: hashicorpLookup}},
		Worlds: []World{
			{Layout: Typed, Name: "with its Prometheus sink", Open: hashicorpWorld},
		},
	}
}

// newHashicorp is without the names and the filters that can be put before the
// sink. Nothing in it expires.
func newHashicorp() (*metrics.Metrics, *prometheus.Registry) {
	registry := prometheus.NewRegistry()
	s, err := sink.NewPrometheusSinkFrom(sink.PrometheusOpts{Registerer: registry})
	must(err)
	m, err := metrics.New(&metrics.Config{FilterDefault: true}, s)
	must(err)
	return m, registry
}

// hashicorpKeys are names as the library has them.
func hashicorpKeys(names []string, suffix string) (keys [][]string) {
	for _, name := range names {
		keys = append(keys, []string{name + suffix})
	}
	return keys
}

func hashicorpCounters(names []string) Recorder {
	m, registry := newHashicorp()
	keys := hashicorpKeys(names, "_total")
	one := keys[0]
	return Recorder{
		One: func(values []Value) {
			for range values {
				m.IncrCounter(one, 1)
			}
		},
		Spread: func(values []Value) {
			for i := range values {
				m.IncrCounter(keys[values[i].At], 1)
			}
		},
		Totals: func() (count, sum float64) { return totalsOf(promhttp.HandlerFor(registry, promhttp.HandlerOpts{})) },
	}
}

func hashicorpGauges(names []string) Recorder {
	m, registry := newHashicorp()
	keys := hashicorpKeys(names, "_gauge")
	one := keys[0]
	return Recorder{
		One: func(values []Value) {
			for i := range values {
				m.SetGauge(one, float32(values[i].Seconds))
			}
		},
		Spread: func(values []Value) {
			for i := range values {
				m.SetGauge(keys[values[i].At], float32(values[i].Seconds))
			}
		},
		Totals: func() (count, sum float64) { return totalsOf(promhttp.HandlerFor(registry, promhttp.HandlerOpts{})) },
	}
}

func hashicorpSamples(names []string) Recorder {
	m, registry := newHashicorp()
	keys := hashicorpKeys(names, "")
	one := keys[0]
	return Recorder{
		One: func(values []Value) {
			for i := range values {
				m.AddSample(one, float32(values[i].Seconds))
			}
		},
		Spread: func(values []Value) {
			for i := range values {
				m.AddSample(keys[values[i].At], float32(values[i].Seconds))
			}
		},
		Totals: func() (count, sum float64) { return totalsOf(promhttp.HandlerFor(registry, promhttp.HandlerOpts{})) },
	}
}

func hashicorpLookup() (func([]Pair), func() float64) {
	m, registry := newHashicorp()
	key := []string{"requests_total"}
	return func(events []Pair) {
		for _, e := range events {
			m.IncrCounterWithLabels(key, 1, []metrics.Label{{Name: "code", Value: e.Code}, {Name: "method", Value: e.Method}})
		}
	}, promCount(registry)
}

func hashicorpWorld(p Population) *Exposed {
	m, registry := newHashicorp()
	of := func(kind, suffix string) [][]string {
		var names []string
		for _, id := range p.Identities(kind) {
			names = append(names, id.Name)
		}
		return hashicorpKeys(names, suffix)
	}
	counters := append(of(counterName, "_total"), of(meterName, "_total")...)
	gauges, timers, histograms := of(gaugeName, ""), of(timerName, "_seconds"), of(histogramName, "")
	e := &Exposed{
		Update: func(values []Value) {
			for _, v := range values {
				for _, key := range counters {
					m.IncrCounter(key, 1)
				}
				for i := range gauges {
					m.SetGauge(gauges[i], float32(v.Seconds))
					m.AddSample(timers[i], float32(v.Seconds))
					m.AddSample(histograms[i], float32(v.Seconds))
				}
			}
		},
		Record: func(timer int, v Value) { m.AddSample(timers[timer], float32(v.Seconds)) },
	}
	serveWithPromhttp(e, registry)
	return e
}
