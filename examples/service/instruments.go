package main

import (
	"errors"
	"sync/atomic"

	"github.com/go-metrics-plus/metrics"
)

// instruments are what the service records. They are made once, so that a
// request costs no lookup by name.
type instruments struct {
	requests  *metrics.Vec[metrics.Counter]   // by route, code and method
	latency   *metrics.Vec[metrics.Timer]     // by route
	sizes     *metrics.Vec[metrics.Histogram] // by route, in bytes
	bytesSent metrics.Meter

	inFlight atomic.Int64
	draining atomic.Bool
}

var errDraining = errors.New("draining")

func newInstruments(r metrics.Registry) (*instruments, error) {
	in := &instruments{
		requests:  metrics.NewVec[metrics.Counter](r, "requests", "route", "code", "method"),
		latency:   metrics.NewVec[metrics.Timer](r, "latency", "route"),
		sizes:     metrics.NewVec[metrics.Histogram](r, "response_size", "route"),
		bytesSent: metrics.GetOrRegisterMeter("sent", r),
	}
	metrics.NewRegisteredFunctionalGauge("in_flight", r, in.inFlight.Load)
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

// describe gives the help texts that Prometheus shows beside the figures.
func describe(r metrics.Registry) error {
	return errors.Join(
		metrics.Describe("requests", r, metrics.Description{Help: "Requests answered, by route, status code and method."}),
		metrics.Describe("latency", r, metrics.Description{Help: "Time that requests took inside the service.", Unit: "seconds"}),
		metrics.Describe("response_size", r, metrics.Description{Help: "Sizes of the answers' bodies.", Unit: "bytes"}),
		metrics.Describe("sent", r, metrics.Description{Help: "Bytes of the answers' bodies.", Unit: "bytes"}),
		metrics.Describe("in_flight", r, metrics.Description{Help: "Requests being answered now."}),
		metrics.Describe("ready", r, metrics.Description{Help: "Whether the service takes requests, which it stops doing before it ends."}),
	)
}
