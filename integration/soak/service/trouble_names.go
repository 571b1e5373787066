package main

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/integration/soak/truth"
)

// duplicates are two metrics that become one series. The first in byte order stays.
func duplicates(o *occasion) {
	first, second := o.name("twin"), fmt.Sprintf("trouble_twin_%d", o.number)
	o.oneIsLeftOut(second, "duplicate", nil, func() {
		metrics.GetOrRegisterCounter(first, o.sources.main()).Inc(1)
		metrics.GetOrRegisterCounter(second, o.sources.main()).Inc(1)
	}, func() {
		o.sources.main().Unregister(second)
		o.sources.main().Unregister(first)
	})
}

// reservedLabel is a label that Prometheus keeps for itself.
func reservedLabel(o *occasion) {
	name := o.name("reserved")
	o.oneIsLeftOut(name, "label", nil, func() {
		metrics.GetOrRegisterCounter(name, o.sources.main(), metrics.Labels{"__reserved": "x"}).Inc(1)
	}, func() { o.sources.main().Unregister(name) })
}

// clashes are with what the application has registered itself, which concerns one
// driver of the registry only.
func clashes(o *occasion) {
	name := o.name("clash")
	theirs := prometheus.NewGauge(prometheus.GaugeOpts{Name: fmt.Sprintf("typed_trouble_clash_%d", o.number)})
	must(o.prom.Register(theirs))
	o.oneIsLeftOut(name, "registered", []string{"typed"}, func() {
		metrics.GetOrRegisterGauge(name, o.sources.main()).Update(1)
	}, func() {
		o.sources.main().Unregister(name)
		o.awaitFlushes(o.marks()) // else ours would be free to come while it goes
		o.prom.Unregister(theirs)
	})
}

// oneIsLeftOut registers what has one metric left out, once by each driver.
func (o *occasion) oneIsLeftOut(name, reason string, drivers []string, register, unregister func()) {
	cause := truth.Cause{Name: name, Reason: reason, Max: 1}
	o.allowed(cause)
	register()
	since := o.marks()
	o.awaitFlushes(since)
	o.demanded(cause, since, drivers...)
	unregister()
}
