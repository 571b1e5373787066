package benchmarks

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

func clientGolang() Peer {
	return Peer{
		Name:    "client_golang",
		Modules: []string{"github.com/prometheus/client_golang"},
		Instruments: []Instrument{
			{Kind: Counter, Name: "Counter", Open: promCounters},
			{Kind: Gauge, Name: "Gauge", Open: promGauges},
			{Kind: Distribution, Name: "Histogram, classic", Open: promObservers(promClassic)},
			{Kind: Distribution, Name: "Histogram, native", Open: promObservers(promNative)},
			{Kind: Distribution, Name: "Summary", Open: promObservers(func(name string) promObserver {
				return prometheus.NewSummary(prometheus.SummaryOpts{Name: name, Help: name, Objectives: quantiles})
			})},
		},
		Lookups: []Lookup{
			{By: ByValues, Name: "WithLabelValues", Open: promByValues},
			{By: ByLabels, Name: "With", Open: promByLabels},
		},
		Churns: []Churn{
			{Name: "name", Open: promNameChurn},
			{Name: "label", Open: promLabelChurn},
		},
		Worlds: []World{
			{Layout: Gauges, Name: "as many gauges", Open: promGaugeWorld},
			{Layout: Labelled, Name: "as many gauges", Open: promGaugeVecWorld},
			{Layout: Typed, Name: "summaries", Open: func(p Population) *Exposed {
				return promTypedWorld(p, func(name string) promObserver {
					return prometheus.NewSummary(prometheus.SummaryOpts{Name: name, Help: name, Objectives: quantiles})
				})
			}},
			{
				Layout: Typed, Name: "histograms, classic and native",
				Open: func(p Population) *Exposed { return promTypedWorld(p, promBoth) },
			},
			{
				Layout: Typed, Name: "histograms, classic",
				Open: func(p Population) *Exposed { return promTypedWorld(p, promClassic) },
				Only: Disturbed,
			},
			{
				Layout: Typed, Name: "histograms, native",
				Open: func(p Population) *Exposed { return promTypedWorld(p, promNative) },
				Only: Disturbed,
			},
		},
	}
}

// promObserver is a Histogram or Summary.
type promObserver interface {
	prometheus.Observer
	prometheus.Collector
}

// promClassic has the default buckets.
func promClassic(name string) promObserver {
	return prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: name})
}

// promNative is a native histogram that grows by at most 5 % from bucket to
// bucket, with the limits that its documentation recommends.
func promNative(name string) promObserver {
	return prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: name, Help: name,
		NativeHistogramBucketFactor: 1.05, NativeHistogramMaxBucketNumber: 160,
	})
}

// promBoth has classic buckets beside the native ones.
func promBoth(name string) promObserver {
	return prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: name, Help: name, Buckets: prometheus.DefBuckets,
		NativeHistogramBucketFactor: 1.05, NativeHistogramMaxBucketNumber: 160,
	})
}

func promCounters(names []string) Recorder {
	r, all := prometheus.NewRegistry(), make([]prometheus.Counter, 0, len(names))
	for _, name := range names {
		all = append(all, prometheus.NewCounter(prometheus.CounterOpts{Name: name + "_total", Help: name}))
		r.MustRegister(all[len(all)-1])
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
		Totals: func() (count, sum float64) { return totalsOf(promhttp.HandlerFor(r, promhttp.HandlerOpts{})) },
	}
}

func promGauges(names []string) Recorder {
	r, all := prometheus.NewRegistry(), make([]prometheus.Gauge, 0, len(names))
	for _, name := range names {
		all = append(all, prometheus.NewGauge(prometheus.GaugeOpts{Name: name + "_gauge", Help: name}))
		r.MustRegister(all[len(all)-1])
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
		Totals: func() (count, sum float64) { return totalsOf(promhttp.HandlerFor(r, promhttp.HandlerOpts{})) },
	}
}

func promObservers(make func(name string) promObserver) func([]string) Recorder {
	return func(names []string) Recorder {
		var all []promObserver
		r := prometheus.NewRegistry()
		for _, name := range names {
			all = append(all, make(name))
			r.MustRegister(all[len(all)-1])
		}
		one := all[0]
		return Recorder{
			One: func(values []Value) {
				for i := range values {
					one.Observe(values[i].Seconds)
				}
			},
			Spread: func(values []Value) {
				for i := range values {
					all[values[i].At].Observe(values[i].Seconds)
				}
			},
			Totals: func() (count, sum float64) { return totalsOf(promhttp.HandlerFor(r, promhttp.HandlerOpts{})) },
		}
	}
}

func promByValues() (func([]Pair), func() float64) {
	r := prometheus.NewRegistry()
	requests := prometheus.NewCounterVec(
		prometheus.CounterOpts{Name: "requests_total", Help: "requests"}, []string{"code", "method"})
	r.MustRegister(requests)
	return func(events []Pair) {
		for _, e := range events {
			requests.WithLabelValues(e.Code, e.Method).Inc()
		}
	}, promCount(r)
}

func promByLabels() (func([]Pair), func() float64) {
	r := prometheus.NewRegistry()
	requests := prometheus.NewCounterVec(
		prometheus.CounterOpts{Name: "requests_total", Help: "requests"}, []string{"code", "method"})
	r.MustRegister(requests)
	return func(events []Pair) {
		for _, e := range events {
			requests.With(prometheus.Labels{"code": e.Code, "method": e.Method}).Inc()
		}
	}, promCount(r)
}

func promCount(r *prometheus.Registry) func() float64 {
	return func() float64 {
		count, _ := totalsOf(promhttp.HandlerFor(r, promhttp.HandlerOpts{}))
		return count
	}
}

func promSeries(r *prometheus.Registry) func() int {
	return func() (n int) {
		families, err := r.Gather()
		must(err)
		for _, family := range families {
			n += len(family.Metric)
		}
		return n
	}
}

func promNameChurn(others []string) (func([]string), func() int) {
	r := prometheus.NewRegistry()
	for _, name := range others {
		r.MustRegister(prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: name}))
	}
	return func(ids []string) {
		for _, id := range ids {
			c := prometheus.NewCounter(prometheus.CounterOpts{Name: id, Help: "help"})
			// Goroutines overlap in the names: the second to come gets an error.
			if r.Register(c) == nil {
				c.Inc()
				r.Unregister(c)
			}
		}
	}, promSeries(r)
}

func promLabelChurn(others []string) (func([]string), func() int) {
	r := prometheus.NewRegistry()
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "requests_total", Help: "requests"}, []string{"id"})
	r.MustRegister(requests)
	for _, id := range others {
		requests.WithLabelValues(id)
	}
	return func(ids []string) {
		for _, id := range ids {
			requests.WithLabelValues(id).Inc()
			requests.DeleteLabelValues(id)
		}
	}, promSeries(r)
}

// --- worlds

// promGaugeWorld has the gauges that the instruments of other libraries would
// become.
func promGaugeWorld(p Population) *Exposed {
	registry := prometheus.NewRegistry()
	var whole, broken []prometheus.Gauge
	for kind, groups := range figures {
		for _, id := range p.Identities(kind) {
			for _, f := range join(groups) {
				g := prometheus.NewGauge(prometheus.GaugeOpts{Name: id.Name + f.suffix, Help: helpOf(kind, id.Name, f)})
				registry.MustRegister(g)
				if f.whole {
					whole = append(whole, g)
				} else {
					broken = append(broken, g)
				}
			}
		}
	}
	return promGaugesExposed(registry, whole, broken)
}

// promGaugeVecWorld has them as vectors.
func promGaugeVecWorld(p Population) *Exposed {
	registry := prometheus.NewRegistry()
	var whole, broken []prometheus.Gauge
	for kind, groups := range figures {
		for _, f := range join(groups) {
			vec := prometheus.NewGaugeVec(
				prometheus.GaugeOpts{Name: kind + f.suffix, Help: helpOf(kind, kind, f)}, []string{routeLabel, codeLabel})
			registry.MustRegister(vec)
			for _, id := range p.Identities(kind) {
				g := vec.WithLabelValues(id.Route, id.Code)
				if f.whole {
					whole = append(whole, g)
				} else {
					broken = append(broken, g)
				}
			}
		}
	}
	return promGaugesExposed(registry, whole, broken)
}

func promGaugesExposed(registry *prometheus.Registry, whole, broken []prometheus.Gauge) *Exposed {
	e := &Exposed{
		// A gauge has one value, whatever came before.
		Update: func(values []Value) {
			for i, g := range whole {
				g.Set(float64(values[i%len(values)].Nanoseconds))
			}
			for i, g := range broken { // a mean has digits behind the point
				g.Set(float64(values[i%len(values)].Nanoseconds) * (1 + 1./3))
			}
		},
	}
	serveWithPromhttp(e, registry)
	return e
}

func join(groups [][]figure) (all []figure) {
	for _, group := range groups {
		all = append(all, group...)
	}
	return all
}

// promTypedWorld has two counters, a gauge and two observers for each set of
// instruments.
func promTypedWorld(p Population, observer func(name string) promObserver) *Exposed {
	registry := prometheus.NewRegistry()
	var counters []prometheus.Counter
	var gauges []prometheus.Gauge
	var timers, histograms []promObserver
	for _, kind := range []string{counterName, meterName} {
		for _, id := range p.Identities(kind) {
			counters = append(counters, prometheus.NewCounter(prometheus.CounterOpts{Name: id.Name + "_total", Help: id.Name}))
			registry.MustRegister(counters[len(counters)-1])
		}
	}
	for _, id := range p.Identities(gaugeName) {
		gauges = append(gauges, prometheus.NewGauge(prometheus.GaugeOpts{Name: id.Name, Help: id.Name}))
		registry.MustRegister(gauges[len(gauges)-1])
	}
	for _, id := range p.Identities(timerName) {
		timers = append(timers, observer(id.Name+"_seconds"))
		registry.MustRegister(timers[len(timers)-1])
	}
	for _, id := range p.Identities(histogramName) {
		histograms = append(histograms, observer(id.Name))
		registry.MustRegister(histograms[len(histograms)-1])
	}
	e := &Exposed{
		Update: func(values []Value) {
			for _, v := range values {
				for _, c := range counters {
					c.Inc()
				}
				for i := range gauges {
					gauges[i].Set(v.Seconds)
					timers[i].Observe(v.Seconds)
					histograms[i].Observe(v.Seconds)
				}
			}
		},
		Record: func(timer int, v Value) { timers[timer].Observe(v.Seconds) },
	}
	serveWithPromhttp(e, registry)
	return e
}
