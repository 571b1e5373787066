package benchmarks

import (
	"time"

	geth "github.com/ethereum/go-ethereum/metrics"
	gethprometheus "github.com/ethereum/go-ethereum/metrics/prometheus"
)

func goEthereum() Peer {
	geth.Enable() // before anything is made, or meters and samples record nothing
	return Peer{
		Name:    "go-ethereum/metrics",
		Modules: []string{"github.com/ethereum/go-ethereum"},
		Instruments: []Instrument{
			{Kind: Counter, Name: "Counter", Open: gethCounters},
			{Kind: Gauge, Name: "Gauge", Open: gethGauges},
			{Kind: Meter, Name: "Meter", Open: gethMeters},
			{Kind: Distribution, Name: "Timer", Open: gethTimers},
			{Kind: Distribution, Name: "Histogram", Open: gethHistograms},
		},
		Lookups: []Lookup{{By: ByLabels, Name: "GetOrRegisterCounter", Open: gethLookup}},
		Churns:  []Churn{{Name: "name", Open: gethChurn}},
		Worlds:  []World{{Layout: Typed, Name: "prometheus.Handler", Open: gethWorld}},
	}
}

func gethSample() geth.Sample { return geth.NewExpDecaySample(1028, 0.015) }

func gethCounters(names []string) Recorder {
	r, all := geth.NewRegistry(), make([]*geth.Counter, 0, len(names))
	for _, name := range names {
		all = append(all, geth.GetOrRegisterCounter(name, r))
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
		Totals: gethTotals(r),
	}
}

func gethGauges(names []string) Recorder {
	r, all := geth.NewRegistry(), make([]*geth.Gauge, 0, len(names))
	for _, name := range names {
		all = append(all, geth.GetOrRegisterGauge(name, r))
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
		Totals: gethTotals(r),
	}
}

func gethMeters(names []string) Recorder {
	r, all := geth.NewRegistry(), make([]*geth.Meter, 0, len(names))
	for _, name := range names {
		all = append(all, geth.GetOrRegisterMeter(name, r))
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
		Totals: gethTotals(r),
	}
}

func gethTimers(names []string) Recorder {
	r, all := geth.NewRegistry(), make([]*geth.Timer, 0, len(names))
	for _, name := range names {
		all = append(all, geth.GetOrRegisterTimer(name, r))
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
		Totals: gethTotals(r),
	}
}

func gethHistograms(names []string) Recorder {
	r, all := geth.NewRegistry(), make([]geth.Histogram, 0, len(names))
	for _, name := range names {
		all = append(all, geth.GetOrRegisterHistogram(name, r, gethSample()))
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
		Totals: gethTotals(r),
	}
}

// gethTotals asks for snapshots: the exposition has no sums.
func gethTotals(r geth.Registry) func() (count, sum float64) {
	return func() (count, sum float64) {
		r.Each(func(_ string, metric any) {
			switch m := metric.(type) {
			case *geth.Counter:
				count += float64(m.Snapshot().Count())
			case *geth.Gauge:
				sum += float64(m.Snapshot().Value())
			case *geth.Meter:
				count += float64(m.Snapshot().Count())
			case *geth.Timer:
				s := m.Snapshot()
				count, sum = count+float64(s.Count()), sum+float64(s.Sum())
			case geth.Histogram:
				s := m.Snapshot()
				count, sum = count+float64(s.Count()), sum+float64(s.Sum())
			}
		})
		return count, sum
	}
}

func gethLookup() (func([]Pair), func() float64) {
	r := geth.NewRegistry()
	return func(events []Pair) {
			for _, e := range events {
				geth.GetOrRegisterCounter("requests."+e.Code+"."+e.Method, r).Inc(1)
			}
		}, func() float64 {
			count, _ := gethTotals(r)()
			return count
		}
}

func gethChurn(others []string) (func([]string), func() int) {
	r := geth.NewRegistry()
	for _, name := range others {
		geth.GetOrRegisterCounter(name, r)
	}
	return func(ids []string) {
		for _, id := range ids {
			geth.GetOrRegisterCounter(id, r).Inc(1)
			r.Unregister(id)
		}
	}, func() int { return len(r.GetAll()) }
}

func gethWorld(p Population) *Exposed {
	r := geth.NewRegistry()
	var (
		counters   []*geth.Counter
		gauges     []*geth.Gauge
		meters     []*geth.Meter
		timers     []*geth.Timer
		histograms []geth.Histogram
	)
	for _, id := range p.Identities(counterName) {
		counters = append(counters, geth.GetOrRegisterCounter(id.Name, r))
	}
	for _, id := range p.Identities(gaugeName) {
		gauges = append(gauges, geth.GetOrRegisterGauge(id.Name, r))
	}
	for _, id := range p.Identities(meterName) {
		meters = append(meters, geth.GetOrRegisterMeter(id.Name, r))
	}
	for _, id := range p.Identities(timerName) {
		timers = append(timers, geth.GetOrRegisterTimer(id.Name, r))
	}
	for _, id := range p.Identities(histogramName) {
		histograms = append(histograms, geth.GetOrRegisterHistogram(id.Name, r, gethSample()))
	}
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
		Record:  func(timer int, v Value) { timers[timer].Update(time.Duration(v.Nanoseconds)) },
		Handler: gethprometheus.Handler(r),
		Formats: []Format{Text},
	}
}
