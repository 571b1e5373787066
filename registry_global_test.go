package metrics

import (
	"errors"
	"testing"
)

func TestDefaultRegistry(t *testing.T) {
	saved := DefaultRegistry
	defer func() { DefaultRegistry = saved }()
	DefaultRegistry = NewRegistry()
	MustRegister("a", NewCounter())
	if err := Register("a", NewCounter()); err != DuplicateMetric("a") {
		t.Error(err)
	}
	if got := GetOrRegister("a", NewCounter); got != Get("a") {
		t.Error("GetOrRegister made another one")
	}
	if GetOrRegisterCounter("a", nil, nil) != Get("a") || GetSeries("a", nil) != Get("a") {
		t.Error("nil is not DefaultRegistry")
	}
	MustRegister("h", NewHealthcheck(func(h Healthcheck) { h.Unhealthy(errors.New("down")) }))
	RunHealthchecks()
	if err := Get("h").(Healthcheck).Error(); err == nil || err.Error() != "down" {
		t.Error("RunHealthchecks did not run:", err)
	}
	count := 0
	SinkOnce("s", NewGauge())
	for range 2 {
		Each(func(string, any) { count++ })
	}
	if count != 5 {
		t.Errorf("Each called %d times, want 3 and then 2", count)
	}
	if !UnregisterSeries("a", nil) {
		t.Error("UnregisterSeries removed nothing")
	}
	Unregister("h")
	wantListing(t, DefaultRegistry)
	func() {
		defer func() {
			if err, ok := recover().(error); !ok || err.Error() != "metric x: can't register a int" {
				t.Error("MustRegister panicked with", err)
			}
		}()
		MustRegister("x", 3)
	}()
}
