package main

import (
	"runtime"
	"time"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/integration/soak/truth"
)

// badGauge registers functional gauges for as long as all drivers need to see them.
func (o *occasion) badGauge(reason string, max int, functions map[string]func() int64, release func()) {
	o.badGauges(truth.Cause{Reason: reason, Max: max}, true, functions)
	release()
}

// badGauges is badGauge where drivers may report what they find, or must.
func (o *occasion) badGauges(cause truth.Cause, required bool, functions map[string]func() int64) {
	for name := range functions {
		cause.Name = o.name(name)
		o.allowed(cause)
	}
	for name, f := range functions {
		metrics.NewRegisteredFunctionalGauge(o.name(name), o.sources.main(), f)
	}
	since := o.marks()
	o.awaitFlushes(since)
	for name := range functions {
		o.sources.main().Unregister(o.name(name))
		if cause.Name = o.name(name); required {
			o.demanded(cause, since)
		}
	}
}

func panicking(o *occasion) {
	o.badGauge("panic", 1, map[string]func() int64{
		"panics": func() int64 { panic("the gauge's own") },
		"exits":  func() int64 { runtime.Goexit(); return 0 },
		"nil":    func() int64 { return *(*int64)(nil) },
	}, func() {})
}

// hanging gauges come back when they are gone.
func hanging(o *occasion) {
	released := make(chan struct{})
	hang := func() int64 { <-released; return 1 }
	o.badGauge("timeout", 1, map[string]func() int64{"hangs": hang, "hangs.too": hang}, func() { close(released) })
}

// late gauges come back too late each time, so that they are shown now and then.
func late(o *occasion) {
	o.badGauge("timeout", 0, map[string]func() int64{
		"late": func() int64 { time.Sleep(callTimeout * 3 / 2); return 1 },
	}, func() {})
}

// callingBack gauges use the driver that is reading them, and the registry that they
// are in. What needs the state of a driver waits for the flush that is under way, which
// is the one that calls: such a gauge is late, by its own fault.
func callingBack(o *occasion) {
	r := o.sources.main()
	o.badGauges(truth.Cause{Reason: "timeout"}, false, map[string]func() int64{
		"registers": func() int64 {
			metrics.GetOrRegisterCounter(o.name("inner"), r).Inc(1)
			r.Each(func(string, any) {})
			r.Unregister(o.name("inner"))
			return 1
		},
		"explains": func() int64 {
			n := 0
			for _, d := range o.drivers {
				n += len(d.Explain()) + d.Status().Series
			}
			return int64(n)
		},
		"flushes": func() int64 {
			for _, d := range o.drivers {
				d.Once()
				d.Gather()
			}
			return 1
		},
	})
}
