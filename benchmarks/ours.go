package benchmarks

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

func ours() Peer {
	return Peer{
		Name:    "go-metrics-plus",
		Modules: []string{"github.com/go-metrics-plus/metrics"},
		Instruments: []Instrument{
			{Kind: Counter, Name: "Counter", Open: ourCounters},
			{Kind: Gauge, Name: "Gauge", Open: ourGauges},
			{Kind: Meter, Name: "Meter", Open: ourMeters},
			{Kind: Distribution, Name: "Histogram", Open: func(names []string) Recorder { return ourHistograms(names, nil) }},
			{Kind: Distribution, Name: "Timer", Open: func(names []string) Recorder { return ourTimers(names, nil) }},
			{
				Kind: Distribution, Name: "Histogram, bucketed",
				Open: func(names []string) Recorder { return ourHistograms(names, bucketed) },
			},
			{
				Kind: Distribution, Name: "Timer, bucketed",
				Open: func(names []string) Recorder { return ourTimers(names, bucketed) },
			},
		},
		Lookups: []Lookup{
			{By: ByValues, Name: "Vec.With", Open: ourVec},
			{By: ByLabels, Name: "GetOrRegisterCounter", Open: ourLookup},
		},
		Churns: []Churn{
			{Name: "name", Open: ourNameChurn},
			{Name: "label", Open: ourLabelChurn},
		},
		Worlds: ourWorlds(),
	}
}

// bucketed is the sample with the resolution of the native histograms here.
func bucketed() metrics.Sample { return metrics.NewBucketSample(0.05) }

func ourCounters(names []string) Recorder {
	r, all := metrics.NewRegistry(), make([]metrics.Counter, 0, len(names))
	for _, name := range names {
		all = append(all, metrics.GetOrRegisterCounter(name, r))
	}
	one := all[0]
	return Recorder{
		One: func(values []Value) {
			for range values {
				one.Inc(1)
			}
		},
		Spread: func(values []Value) {
			for i := range values {
				all[values[i].At].Inc(1)
			}
		},
		Totals: func() (count, sum float64) { return ourTotals(r) },
	}
}

func ourGauges(names []string) Recorder {
	r, all := metrics.NewRegistry(), make([]metrics.Gauge, 0, len(names))
	for _, name := range names {
		all = append(all, metrics.GetOrRegisterGauge(name, r))
	}
	one := all[0]
	return Recorder{
		One: func(values []Value) {
			for i := range values {
				one.Update(values[i].Nanoseconds)
			}
		},
		Spread: func(values []Value) {
			for i := range values {
				all[values[i].At].Update(values[i].Nanoseconds)
			}
		},
		Totals: func() (count, sum float64) { return ourTotals(r) },
	}
}

func ourMeters(names []string) Recorder {
	r, all := metrics.NewRegistry(), make([]metrics.Meter, 0, len(names))
	for _, name := range names {
		all = append(all, metrics.GetOrRegisterMeter(name, r))
	}
	one := all[0]
	return Recorder{
		One: func(values []Value) {
			for range values {
				one.Mark(1)
			}
		},
		Spread: func(values []Value) {
			for i := range values {
				all[values[i].At].Mark(1)
			}
		},
		Totals: func() (count, sum float64) { return ourTotals(r) },
	}
}

func ourHistograms(names []string, sample func() metrics.Sample) Recorder {
	r, all := metrics.NewRegistry(metrics.WithSample(sample)), make([]metrics.Histogram, 0, len(names))
	for _, name := range names {
		all = append(all, metrics.GetOrRegisterHistogram(name, r, nil))
	}
	one := all[0]
	return Recorder{
		One: func(values []Value) {
			for i := range values {
				one.Update(values[i].Nanoseconds)
			}
		},
		Spread: func(values []Value) {
			for i := range values {
				all[values[i].At].Update(values[i].Nanoseconds)
			}
		},
		Totals: func() (count, sum float64) { return ourTotals(r) },
	}
}

func ourTimers(names []string, sample func() metrics.Sample) Recorder {
	r, all := metrics.NewRegistry(metrics.WithSample(sample)), make([]metrics.Timer, 0, len(names))
	for _, name := range names {
		all = append(all, metrics.GetOrRegisterTimer(name, r))
	}
	one := all[0]
	return Recorder{
		One: func(values []Value) {
			for i := range values {
				one.Update(time.Duration(values[i].Nanoseconds))
			}
		},
		Spread: func(values []Value) {
			for i := range values {
				all[values[i].At].Update(time.Duration(values[i].Nanoseconds))
			}
		},
		Totals: func() (count, sum float64) { return ourTotals(r) },
	}
}

// ourTotals reads the figures of the layout in which everything is a gauge.
func ourTotals(r metrics.Registry) (count, sum float64) {
	d, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{Registry: r, Detached: true}, nil)
	if err != nil {
		panic(err)
	}
	return totalsOf(d.Handler())
}

func ourVec() (func([]Pair), func() float64) {
	r := metrics.NewRegistry()
	requests := metrics.NewVec[metrics.Counter](r, "requests", "code", "method")
	return func(events []Pair) {
			for _, e := range events {
				requests.With(e.Code, e.Method).Inc(1)
			}
		}, func() float64 {
			count, _ := ourTotals(r)
			return count
		}
}

func ourLookup() (func([]Pair), func() float64) {
	r := metrics.NewRegistry()
	return func(events []Pair) {
			for _, e := range events {
				metrics.GetOrRegisterCounter("requests", r, metrics.Labels{"code": e.Code, "method": e.Method}).Inc(1)
			}
		}, func() float64 {
			count, _ := ourTotals(r)
			return count
		}
}

func ourNameChurn(others []string) (func([]string), func() int) {
	r := metrics.NewRegistry()
	for _, name := range others {
		metrics.GetOrRegisterCounter(name, r)
	}
	return func(ids []string) {
		for _, id := range ids {
			metrics.GetOrRegisterCounter(id, r).Inc(1)
			r.Unregister(id)
		}
	}, func() int { return len(r.GetAll()) }
}

func ourLabelChurn(others []string) (func([]string), func() int) {
	r := metrics.NewRegistry()
	for _, id := range others {
		metrics.GetOrRegisterCounter("requests", r, metrics.Labels{"id": id})
	}
	return func(ids []string) {
		for _, id := range ids {
			labels := metrics.Labels{"id": id}
			metrics.GetOrRegisterCounter("requests", r, labels).Inc(1)
			metrics.UnregisterSeries("requests", r, labels)
		}
	}, func() int { return len(r.GetAll()) }
}

// --- worlds

func ourWorlds() []World {
	const gauges, typed = prometheusmetrics.LayoutGauges, prometheusmetrics.LayoutTyped
	return []World{
		{Layout: Gauges, Name: "registered", Open: ourRegistered(gauges, nil)},
		{Layout: Gauges, Name: "detached", Open: ourDetached(gauges, nil, time.Hour)},
		{Layout: Gauges, Name: "detached, read at each scrape", Open: ourDetached(gauges, nil, 0)},
		{Layout: Labelled, Name: "registered", Open: ourRegistered(gauges, nil)},
		{Layout: Labelled, Name: "detached", Open: ourDetached(gauges, nil, time.Hour)},
		{Layout: Typed, Name: "registered", Open: ourRegistered(typed, nil)},
		{Layout: Typed, Name: "detached", Open: ourDetached(typed, nil, time.Hour)},
		{Layout: Typed, Name: "bucketed, registered", Open: ourRegistered(typed, bucketed)},
		{Layout: Typed, Name: "bucketed, detached", Open: ourDetached(typed, bucketed, time.Hour)},
		{Layout: Gauges, Name: "HandlerFor, client_golang's gauges", Open: withHandlerFor(promGaugeWorld), Only: Exposing},
		{Layout: Typed, Name: "HandlerFor, client_golang's histograms", Open: withHandlerFor(func(p Population) *Exposed {
			return promTypedWorld(p, promBoth)
		}), Only: Exposing},
	}
}

// ourRegistered is a driver in a Prometheus registry, served with promhttp.
func ourRegistered(layout prometheusmetrics.Layout, sample func() metrics.Sample) func(Population) *Exposed {
	return func(p Population) *Exposed {
		registry := prometheus.NewRegistry()
		e, d := ourWorld(p, prometheusmetrics.Config{Layout: layout, FlushInterval: time.Hour}, sample, registry)
		e.Flush = func() { must(d.Once()) }
		e.Refresh = e.Flush
		serveWithPromhttp(e, registry)
		return e
	}
}

// withHandlerFor is a world of client_golang that is served by our handler.
func withHandlerFor(open func(Population) *Exposed) func(Population) *Exposed {
	return func(p Population) *Exposed {
		e := open(p)
		e.Handler = prometheusmetrics.HandlerFor(e.registry)
		return e
	}
}

// ourDetached is a driver that serves itself.
func ourDetached(
	layout prometheusmetrics.Layout, sample func() metrics.Sample, interval time.Duration,
) func(Population) *Exposed {
	return func(p Population) *Exposed {
		e, d := ourWorld(p, prometheusmetrics.Config{Layout: layout, FlushInterval: interval, Detached: true}, sample, nil)
		if interval > 0 {
			e.Flush = func() { must(d.Once()) }
			e.Refresh = e.Flush
		}
		gatherer := d.Transactional()
		e.Gather = func() (series int) {
			families, done, err := gatherer.Gather()
			must(err)
			defer done()
			for _, family := range families {
				series += len(family.Metric)
			}
			return series
		}
		e.Handler, e.Formats = d.Handler(), allFormats
		return e
	}
}

func ourWorld(
	p Population, config prometheusmetrics.Config, sample func() metrics.Sample, registerer prometheus.Registerer,
) (*Exposed, *prometheusmetrics.Driver) {
	r := metrics.NewRegistry(metrics.WithSample(sample))
	counters := ourSeries(p, counterName, r, metrics.GetOrRegisterCounter)
	gauges := ourSeries(p, gaugeName, r, metrics.GetOrRegisterGauge)
	meters := ourSeries(p, meterName, r, metrics.GetOrRegisterMeter)
	timers := ourSeries(p, timerName, r, metrics.GetOrRegisterTimer)
	histograms := ourSeries(p, histogramName, r, func(
		name string, r metrics.Registry, labels ...metrics.Labels,
	) metrics.Histogram {
		return metrics.GetOrRegisterHistogram(name, r, nil, labels...)
	})
	config.Registry = r
	config.CallTimeout = time.Minute // to read a million series may take longer than the default
	d, err := prometheusmetrics.NewWithConfig(config, registerer)
	must(err)
	return &Exposed{
		Update: func(values []Value) {
			for i := range counters {
				for _, v := range values {
					counters[i].Inc(1)
					gauges[i].Update(v.Nanoseconds)
					meters[i].Mark(1)
					timers[i].Update(time.Duration(v.Nanoseconds))
					histograms[i].Update(v.Nanoseconds)
				}
			}
		},
		Record: func(timer int, v Value) { timers[timer].Update(time.Duration(v.Nanoseconds)) },
	}, d
}

func ourSeries[M any](
	p Population, kind string, r metrics.Registry, get func(string, metrics.Registry, ...metrics.Labels) M,
) []M {
	all := make([]M, 0, p.PerKind)
	for _, id := range p.Identities(kind) {
		labels := metrics.Labels{routeLabel: id.Route, codeLabel: id.Code} // empty ones are none
		all = append(all, get(id.Name, r, labels))
	}
	return all
}

// serveWithPromhttp exposes a Prometheus registry as its documentation shows.
func serveWithPromhttp(e *Exposed, registry *prometheus.Registry) {
	e.registry = registry
	e.Gather = func() (series int) {
		families, err := registry.Gather()
		must(err)
		for _, family := range families {
			series += len(family.Metric)
		}
		return series
	}
	e.Handler = promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true})
	e.Formats = allFormats
}

// must ends the program: a benchmark that goes on after an error measures
// nothing.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
