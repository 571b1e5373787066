package main

import (
	"fmt"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/integration/soak/truth"
)

// churned is how many instruments come and go at once: more than a limited driver
// shows.
const churned = 2 * maxSeries

// churn registers instruments by the thousand, of all kinds, and removes them while
// the next come.
func churn(o *occasion) {
	o.allowed(truth.Cause{Name: "trouble.churn.*", Reason: "limit"})
	r := o.sources.main()
	const rounds = 3
	for round := range rounds + 1 {
		if round < rounds {
			for i := range churned / rounds {
				o.recordOnce(r, round, i)
			}
			o.awaitFlushes(o.marks())
		}
		if round > 0 {
			for i := range churned / rounds {
				r.Unregister(o.churnName(round-1, i))
			}
		}
	}
	for i := range churned {
		metrics.UnregisterSeries(o.name("churn.labelled"), r, o.churnLabels(i))
	}
}

func (o *occasion) churnName(round, i int) string {
	return fmt.Sprintf("trouble.churn.%d.%d.%d", o.number, round, i)
}

func (o *occasion) churnLabels(i int) metrics.Labels { return metrics.Labels{"number": fmt.Sprint(i)} }

// recordOnce registers one of several kinds and records into it.
func (o *occasion) recordOnce(r metrics.Registry, round, i int) {
	name := o.churnName(round, i)
	switch i % 20 {
	case 0:
		metrics.GetOrRegisterTimer(name, r).Update(1e6)
	case 1:
		metrics.GetOrRegisterHistogram(name, r, metrics.NewBucketSample(0.05)).Update(7)
	case 2:
		metrics.GetOrRegisterMeter(name, r).Mark(1)
	case 3:
		metrics.GetOrRegisterGaugeFloat64(name, r).Update(0.5)
	case 4:
		must(r.Register(name, metrics.NewHealthcheck(func(metrics.Healthcheck) {})))
	case 5:
		metrics.NewRegisteredFunctionalGauge(name, r, func() int64 { return 7 })
	case 6:
		metrics.GetOrRegisterCounter(o.name("churn.labelled"), r, o.churnLabels(round*churned/3+i)).Inc(1)
	default:
		metrics.GetOrRegisterCounter(name, r).Inc(1)
	}
}
