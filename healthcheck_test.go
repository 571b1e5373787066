package metrics

import (
	"errors"
	"fmt"
	"sync"
	"testing"
)

func TestHealthcheck(t *testing.T) {
	cause := errors.New("down")
	for _, c := range []struct {
		name string
		f    func(Healthcheck)
		want string // "" for healthy
	}{
		{"nil function", nil, ""},
		{"does nothing", func(Healthcheck) {}, ""},
		{"healthy", func(h Healthcheck) { h.Healthy() }, ""},
		{"unhealthy", func(h Healthcheck) { h.Unhealthy(cause) }, "down"},
		{"unhealthy without an error", func(h Healthcheck) { h.Unhealthy(nil) }, ""},
		{"no longer unhealthy", func(h Healthcheck) { h.Unhealthy(cause); h.Unhealthy(nil) }, ""},
		{"recovers", func(h Healthcheck) { h.Unhealthy(cause); h.Healthy() }, ""},
		{"panics", func(Healthcheck) { panic("oh") }, "health check panicked: oh"},
		{"panics after all", func(h Healthcheck) { h.Healthy(); panic(cause) }, "health check panicked: down"},
	} {
		h := NewHealthcheck(c.f)
		if err := h.Error(); err != nil {
			t.Errorf("%s: %v before Check", c.name, err)
		}
		h.Check()
		if got := fmt.Sprint(h.Error()); got != c.want && (c.want != "" || h.Error() != nil) {
			t.Errorf("%s: %v, want %q", c.name, got, c.want)
		}
	}
}

func TestHealthcheckWithLabels(t *testing.T) {
	cause := errors.New("full")
	h := NewHealthcheck(func(h Healthcheck) { h.Unhealthy(cause) }, Labels{"disk": "a"})
	h.Check()
	detached := h.WithLabels(Labels{"host": "b"})
	h.Healthy()
	if !errors.Is(detached.Error(), cause) {
		t.Error("the copy changed with the original")
	}
	detached.Healthy()
	detached.Check()
	if detached.Error() != nil || h.Error() != nil {
		t.Error("the copy checks")
	}
	if got := newLabelSet(detached.Labels()).String(); got != `{disk="a",host="b"}` {
		t.Errorf("labels of the copy: %s", got)
	}
	if got := newLabelSet(h.Labels()).String(); got != `{disk="a"}` {
		t.Errorf("labels of the original: %s", got)
	}
}

// userCheck is a health check as a user may write it.
type userCheck struct {
	check  func()
	err    error
	labels Labels
	stops  int
}

func (h *userCheck) Check()              { h.check() }
func (h *userCheck) Error() error        { return h.err }
func (h *userCheck) Healthy()            { h.err = nil }
func (h *userCheck) Unhealthy(err error) { h.err = err }
func (h *userCheck) Labels() Labels      { return h.labels }
func (h *userCheck) Stop()               { h.stops++; panic("not that easy") }

func TestRunHealthchecks(t *testing.T) {
	log := captureLog(t)
	r := NewRegistry()
	good := &userCheck{labels: Labels{"a": "2"}}
	good.check = func() { r.Unregister("other"); good.Unhealthy(errors.New("down")) } // uses the registry
	bad := &userCheck{labels: Labels{"a": "1"}, check: func() { panic("oh") }}
	last := NewHealthcheck(func(h Healthcheck) { h.Unhealthy(errors.New("full")) })
	for _, h := range []Healthcheck{bad, good, last, NilHealthcheck{}} {
		name := "up"
		if h == (NilHealthcheck{}) {
			name = "nil"
		}
		if err := r.Register(name, h); err != nil {
			t.Fatal(err)
		}
	}
	r.RunHealthchecks()
	if got := fmt.Sprint(bad.err, good.err, last.Error()); got != "health check panicked: oh down full" {
		t.Error(got)
	}
	wantListing(t, r, `up{a="1"}`, `up{a="2"}`, `up`, `nil`)
	wantLog(t, log)

	r.Unregister("up")
	if bad.stops != 1 || good.stops != 1 {
		t.Error("checks were not stopped")
	}
	wantLog(t, log, "could not be stopped")
}

// brokenCheck panics whatever one does.
type brokenCheck struct{}

func (brokenCheck) Check()          { panic("check") }
func (brokenCheck) Error() error    { panic("error") }
func (brokenCheck) Healthy()        { panic("healthy") }
func (brokenCheck) Unhealthy(error) { panic("unhealthy") }
func (brokenCheck) Labels() Labels  { panic("labels") }

func TestBrokenHealthcheck(t *testing.T) {
	log := captureLog(t)
	r := NewRegistry()
	if err := r.Register("broken", brokenCheck{}); err != nil {
		t.Fatal(err)
	}
	GetOrRegisterCounter("c", r)
	r.RunHealthchecks()
	if got := len(r.GetAll()); got != 1 {
		t.Errorf("%d metrics in GetAll, want 1", got)
	}
	wantLog(t, log, "panic: unhealthy", "left out")
}

func TestHealthcheckConcurrentSafe(t *testing.T) {
	cause := errors.New("full")
	h := NewHealthcheck(func(h Healthcheck) { h.Unhealthy(cause); h.Healthy() })
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 500 {
				h.Check()
				if err := h.Error(); err != nil && err != cause {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if h.Error() != nil {
		t.Error(h.Error())
	}
}
