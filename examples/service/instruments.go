package main

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/go-metrics-plus/metrics"
)

// instruments are what the shop records about its work, beside what httpmetrics records
// of every request. They are made once, so that a request costs no lookup by name.
type instruments struct {
	orders  *metrics.Vec[metrics.Counter] // by what came of them
	latency *metrics.Vec[metrics.Timer]   // of the work behind a route

	draining atomic.Bool
}

var errDraining = errors.New("draining")

func newInstruments(r metrics.Registry) (*instruments, error) {
	in := &instruments{
		orders:  metrics.NewVec[metrics.Counter](r, "orders", "result"),
		latency: metrics.NewVec[metrics.Timer](r, "latency", "route"),
	}
	return in, errors.Join(r.Register("ready", metrics.NewHealthcheck(in.checkReady)), describe(r))
}

// checkReady is a health check: it calls one of the two methods.
func (in *instruments) checkReady(h metrics.Healthcheck) {
	if in.draining.Load() {
		h.Unhealthy(errDraining)
	} else {
		h.Healthy()
	}
}

// worked records how long the work behind a route took, with an exemplar if there is a
// trace, so that a bucket of slow ones leads to the trace of one.
func (in *instruments) worked(route string, took time.Duration, trace string) {
	timer := in.latency.With(route)
	if trace == "" {
		timer.Update(took)
		return
	}
	timer.UpdateWithExemplar(took, metrics.Labels{"trace_id": trace})
}

// describe gives the help texts that Prometheus shows beside the values.
func describe(r metrics.Registry) error {
	return errors.Join(
		metrics.Describe("orders", r, metrics.Description{Help: "Orders by what came of them."}),
		metrics.Describe("latency", r, metrics.Description{Help: "Time that the work behind a route took.", Unit: "seconds"}),
		metrics.Describe("ready", r, metrics.Description{
			Help: "Whether the service takes requests, which it stops doing before it ends.",
		}),
	)
}
