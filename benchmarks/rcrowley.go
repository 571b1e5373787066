package benchmarks

import (
	"time"

	reporter "github.com/nbrownus/go-metrics-prometheus"
	"github.com/prometheus/client_golang/prometheus"
	gometrics "github.com/rcrowley/go-metrics"
)

func rcrowley() Peer {
	return Peer{
		Name:    "rcrowley/go-metrics",
		Modules: []string{"github.com/rcrowley/go-metrics", "github.com/nbrownus/go-metrics-prometheus"},
		Instruments: []Instrument{
			{Kind: Counter, Name: "Counter", Open: rcrowleyCounters},
			{Kind: Gauge, Name: "Gauge", Open: rcrowleyGauges},
			{Kind: Meter, Name: "Meter", Open: rcrowleyMeters},
			{Kind: Distribution, Name: "Timer", Open: rcrowleyTimers},
			{Kind: Distribution, Name: "Histogram", Open: rcrowleyHistograms},
		},
		Lookups: []Lookup{{By: ByLabels, Name: "GetOrRegisterCounter", Open: rcrowleyLookup}},
		Churns:  []Churn{{Name: "name", Open: rcrowleyChurn}},
		Worlds:  []World{{Layout: Gauges, Name: "with nbrownus/go-metrics-prometheus", Open: rcrowleyWorld}},
	}
}

func rcrowleySample() gometrics.Sample { return gometrics.NewExpDecaySample(1028, 0.015) }

func rcrowleyCounters(names []string) Recorder {
	r, all := gometrics.NewRegistry(), make([]gometrics.Counter, 0, len(names))
	for _, name := range names {
		all = append(all, gometrics.GetOrRegisterCounter(name, r))
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
		Totals: rcrowleyTotals(r),
	}
}

func rcrowleyGauges(names []string) Recorder {
	r, all := gometrics.NewRegistry(), make([]gometrics.Gauge, 0, len(names))
	for _, name := range names {
		all = append(all, gometrics.GetOrRegisterGauge(name, r))
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
		Totals: rcrowleyTotals(r),
	}
}

func rcrowleyMeters(names []string) Recorder {
	r, all := gometrics.NewRegistry(), make([]gometrics.Meter, 0, len(names))
	for _, name := range names {
		all = append(all, gometrics.GetOrRegisterMeter(name, r))
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
		Totals: rcrowleyTotals(r),
	}
}

func rcrowleyTimers(names []string) Recorder {
	r, all := gometrics.NewRegistry(), make([]gometrics.Timer, 0, len(names))
	for _, name := range names {
		all = append(all, gometrics.GetOrRegisterTimer(name, r))
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
		Totals: rcrowleyTotals(r),
	}
}

func rcrowleyHistograms(names []string) Recorder {
	r, all := gometrics.NewRegistry(), make([]gometrics.Histogram, 0, len(names))
	for _, name := range names {
		all = append(all, gometrics.GetOrRegisterHistogram(name, r, rcrowleySample()))
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
		Totals: rcrowleyTotals(r),
	}
}

func rcrowleyTotals(r gometrics.Registry) func() (count, sum float64) {
	return func() (count, sum float64) {
		r.Each(func(_ string, metric any) {
			switch m := metric.(type) {
			case gometrics.Counter:
				count += float64(m.Count())
			case gometrics.Gauge:
				sum += float64(m.Value())
			case gometrics.Meter:
				count += float64(m.Count())
			case gometrics.Timer:
				count, sum = count+float64(m.Count()), sum+float64(m.Sum())
			case gometrics.Histogram:
				count, sum = count+float64(m.Count()), sum+float64(m.Sum())
			}
		})
		return count, sum
	}
}

func rcrowleyLookup() (func([]Pair), func() float64) {
	r := gometrics.NewRegistry()
	return func(events []Pair) {
			for _, e := range events {
				gometrics.GetOrRegisterCounter("requests."+e.Code+"."+e.Method, r).Inc(1)
			}
		}, func() float64 {
			count, _ := rcrowleyTotals(r)()
			return count
		}
}

func rcrowleyChurn(others []string) (func([]string), func() int) {
	r := gometrics.NewRegistry()
	for _, name := range others {
		gometrics.GetOrRegisterCounter(name, r)
	}
	return func(ids []string) {
		for _, id := range ids {
			gometrics.GetOrRegisterCounter(id, r).Inc(1)
			r.Unregister(id)
		}
	}, func() int { return len(r.GetAll()) }
}

func rcrowleyWorld(p Population) *Exposed {
	r, registry := gometrics.NewRegistry(), prometheus.NewRegistry()
	var (
		counters   []gometrics.Counter
		gauges     []gometrics.Gauge
		meters     []gometrics.Meter
		timers     []gometrics.Timer
		histograms []gometrics.Histogram
	)
	for _, id := range p.Identities(counterName) {
		counters = append(counters, gometrics.GetOrRegisterCounter(id.Name, r))
	}
	for _, id := range p.Identities(gaugeName) {
		gauges = append(gauges, gometrics.GetOrRegisterGauge(id.Name, r))
	}
	for _, id := range p.Identities(meterName) {
		meters = append(meters, gometrics.GetOrRegisterMeter(id.Name, r))
	}
	for _, id := range p.Identities(timerName) {
		timers = append(timers, gometrics.GetOrRegisterTimer(id.Name, r))
	}
	for _, id := range p.Identities(histogramName) {
		histograms = append(histograms, gometrics.GetOrRegisterHistogram(id.Name, r, rcrowleySample()))
	}
	provider := reporter.NewPrometheusProvider(r, "app", "sub", registry, time.Hour)
	e := &Exposed{
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
		Flush:  func() { must(provider.UpdatePrometheusMetricsOnce()) },
	}
	serveWithPromhttp(e, registry)
	return e
}
