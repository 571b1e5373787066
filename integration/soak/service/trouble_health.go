package main

import (
	"errors"
	"sync/atomic"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/integration/soak/truth"
)

// flapping health checks are well and ill in turn, or panic. One that panics is
// unhealthy, and no more.
func flapping(o *occasion) {
	var calls atomic.Int64
	checks := map[string]func(metrics.Healthcheck){
		"flaps": func(h metrics.Healthcheck) {
			if calls.Add(1)%2 == 0 {
				h.Healthy()
			} else {
				h.Unhealthy(errors.New("ill"))
			}
		},
		"faints": func(metrics.Healthcheck) { panic("the check's own") },
	}
	o.healthchecks("panic", 0, checks)
}

// hangingHealth is unhealthy until it comes back.
func hangingHealth(o *occasion) {
	released := make(chan struct{})
	o.healthchecks("timeout", 1, map[string]func(metrics.Healthcheck){
		"lies.down": func(h metrics.Healthcheck) { <-released; h.Healthy() },
	})
	close(released)
}

func (o *occasion) healthchecks(reason string, max int, checks map[string]func(metrics.Healthcheck)) {
	for name, f := range checks {
		o.allowed(truth.Cause{Name: o.name(name), Reason: reason, Max: max})
		must(o.sources.main().Register(o.name(name), metrics.NewHealthcheck(f)))
	}
	since := o.marks()
	o.awaitFlushes(since)
	for name := range checks {
		o.sources.main().Unregister(o.name(name))
		if reason == "timeout" {
			o.demanded(truth.Cause{Name: o.name(name), Reason: reason, Max: max}, since)
		}
	}
}
