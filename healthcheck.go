package metrics

import (
	"fmt"
	"sync/atomic"
)

// A Healthcheck is a status, healthy or not, and a function that finds it out.
// Users may implement it; with a method Labels() Labels such a check has labels.
type Healthcheck interface {
	// Check finds the status out and sets it.
	Check()
	// Error returns what is wrong, or nil if healthy. It does not check.
	Error() error
	// Healthy sets the status to healthy.
	Healthy()
	// Unhealthy sets the status to unhealthy.
	Unhealthy(error)
}

// NewHealthcheck returns a *StandardHealthcheck that is healthy until Check has
// called f and f has called Unhealthy on what it is given. A nil f changes
// nothing. With UseNilMetrics it is a NilHealthcheck.
func NewHealthcheck(f func(Healthcheck), labels ...Labels) Healthcheck {
	if UseNilMetrics {
		return NilHealthcheck{}
	}
	return &StandardHealthcheck{check: f, labels: newLabelSet(labels...)}
}

// StandardHealthcheck is what NewHealthcheck makes. Its methods may be called
// from several goroutines at once, and then its function too is called so. The
// zero value is healthy and checks nothing.
type StandardHealthcheck struct {
	check  func(Healthcheck)
	labels *labelSet
	err    atomic.Pointer[error]
}

var _ Healthcheck = (*StandardHealthcheck)(nil)

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

// Unhealthy sets the status to unhealthy because of err. A nil error
// means unhealthy, too: Error then returns ErrUnhealthy.
func (h *StandardHealthcheck) Unhealthy(err error) {
	if err == nil {
		err = ErrUnhealthy
	}
	h.err.Store(&err)
}

// Labels returns a copy of the labels.
func (h *StandardHealthcheck) Labels() Labels { return h.labels.Labels() }

// WithLabels returns a copy with labels added that keeps the present status:
// its Check does nothing, and it has no influence on the original.
func (h *StandardHealthcheck) WithLabels(labels Labels) *StandardHealthcheck {
	detached := &StandardHealthcheck{labels: h.labels.with(labels)}
	detached.err.Store(h.err.Load())
	return detached
}

func (h *StandardHealthcheck) labelSet() *labelSet { return h.labels }

// NilHealthcheck is always healthy and checks nothing.
type NilHealthcheck struct{}

var _ Healthcheck = NilHealthcheck{}

// Check does nothing.
func (NilHealthcheck) Check() {}

// Error returns nil.
func (NilHealthcheck) Error() error { return nil }

// Healthy does nothing.
func (NilHealthcheck) Healthy() {}

// Unhealthy does nothing.
func (NilHealthcheck) Unhealthy(error) {}

func checkPanicked(p any) error { return fmt.Errorf("health check panicked: %v", p) }

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
