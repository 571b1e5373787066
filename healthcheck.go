package metrics

import (
	"fmt"
	"sync/atomic"

	"github.com/go-metrics-plus/metrics/internal/reports"
)

// A Healthcheck is a status, healthy or not, and a function that determines it.
// Users may implement it; with a method Labels() Labels such a check has labels,
// and with a method Stop() it is stopped when it is unregistered.
type Healthcheck interface {
	// Check determines the status and sets it.
	Check()
	// Error returns what is wrong, or nil if healthy. It does not check.
	Error() error
	// Healthy sets the status to healthy.
	Healthy()
	// Unhealthy sets the status to unhealthy because of the error; without one, as
	// in h.Unhealthy(ping()), to healthy.
	Unhealthy(error)
}

// LabelledHealthcheck is a Healthcheck of this package, which has labels.
type LabelledHealthcheck interface {
	Healthcheck
	// Labels returns a copy of the labels, never nil.
	Labels() Labels
	// WithLabels returns a copy with labels added that keeps the present status.
	WithLabels(Labels) LabelledHealthcheck
}

// NewHealthcheck returns a *StandardHealthcheck that is healthy until Check has
// called f and f has called Unhealthy on what it is given. A nil f changes
// nothing. With UseNilMetrics it is a NilHealthcheck.
func NewHealthcheck(f func(Healthcheck), labels ...Labels) LabelledHealthcheck {
	if UseNilMetrics {
		return NilHealthcheck{}
	}
	return &StandardHealthcheck{check: f, labels: newLabelSet(labels...)}
}

// StandardHealthcheck is what NewHealthcheck makes. Its methods may be called
// concurrently; its function must then allow that, too. The zero value is healthy and
// checks nothing.
type StandardHealthcheck struct {
	check  func(Healthcheck)
	labels *labelSet
	err    atomic.Pointer[error]
}

var _ LabelledHealthcheck = (*StandardHealthcheck)(nil)

// Check calls the function. One that panics makes the check unhealthy, with an
// error that says so.
func (h *StandardHealthcheck) Check() {
	if h.check == nil {
		return
	}
	defer func() {
		if p := recover(); p != nil {
			h.Unhealthy(checkPanicked(p))
		}
	}()
	h.check(h)
}

// Error returns the error of the last Unhealthy, or nil if healthy.
func (h *StandardHealthcheck) Error() error {
	if err := h.err.Load(); err != nil {
		return *err
	}
	return nil
}

// Healthy sets the status to healthy.
func (h *StandardHealthcheck) Healthy() { h.err.Store(nil) }

// Unhealthy sets the status to unhealthy because of err, or to healthy if that is
// nil.
func (h *StandardHealthcheck) Unhealthy(err error) {
	if err == nil {
		h.Healthy()
		return
	}
	h.err.Store(&err)
}

// Labels returns a copy of the labels.
func (h *StandardHealthcheck) Labels() Labels { return h.labels.Labels() }

// WithLabels returns a copy with labels added that keeps the present status:
// its Check does nothing, and it has no influence on the original.
func (h *StandardHealthcheck) WithLabels(labels Labels) LabelledHealthcheck {
	detached := &StandardHealthcheck{labels: h.labels.with(labels)}
	detached.err.Store(h.err.Load())
	return detached
}

func (h *StandardHealthcheck) labelSet() *labelSet { return h.labels }

// NilHealthcheck is always healthy and checks nothing.
type NilHealthcheck struct{}

var _ LabelledHealthcheck = NilHealthcheck{}

// Check does nothing.
func (NilHealthcheck) Check() {}

// Error returns nil.
func (NilHealthcheck) Error() error { return nil }

// Healthy does nothing.
func (NilHealthcheck) Healthy() {}

// Unhealthy does nothing.
func (NilHealthcheck) Unhealthy(error) {}

// Labels returns none.
func (NilHealthcheck) Labels() Labels { return Labels{} }

// WithLabels returns the same.
func (h NilHealthcheck) WithLabels(Labels) LabelledHealthcheck { return h }

func checkPanicked(p any) error { return fmt.Errorf("health check panicked: %v", reports.Cause(p)) }

// runHealthchecks runs the checks among what each gives.
func runHealthchecks(each func(func(string, any))) {
	each(func(name string, metric any) {
		if h, ok := metric.(Healthcheck); ok {
			runCheck(name, h)
		}
	})
}

// runCheck also runs checks that users wrote, which don't recover by themselves.
func runCheck(name string, h Healthcheck) {
	guard(name, "health check panicked", func() {
		defer func() {
			if p := recover(); p != nil {
				h.Unhealthy(checkPanicked(p))
			}
		}()
		h.Check()
	})
}
