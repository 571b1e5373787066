package rcrowley_test

import (
	"strings"
	"testing"

	gometrics "github.com/rcrowley/go-metrics"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/internal/logtest"
)

// What the program itself has in r must not fail a library that asks for another
// type: it gets something that works.
func TestConflictWithTheProgram(t *testing.T) {
	log := logtest.Capture(t)
	r, base := newPair()
	ours := metrics.GetOrRegisterCounter("x", base)
	for range 2 {
		gometrics.GetOrRegisterMeter("x", r).Mark(5)
		getHistogram("x", r).Update(5)
		gometrics.GetOrRegisterGaugeFloat64("x", r).Update(5) // an instance each time
	}
	if got := gometrics.GetOrRegisterMeter("x", r).Count(); got != 10 {
		t.Errorf("callers don't share the meter: got %d, want 10", got)
	}
	if instrument(r.Get("x")) != ours || len(each(r)["x"]) != 1 {
		t.Errorf("the conflict is seen: %v", each(r))
	}
	if err := r.Register("x", gometrics.NewMeter()); err != gometrics.DuplicateMetric("x") {
		t.Errorf("got %v", err)
	}
	if got := strings.Count(log.String(), "level=ERROR"); got != 3 {
		t.Errorf("logged %d times, want once for each type:\n%s", got, log)
	}
	if !strings.Contains(log.String(), "metric=x") || !strings.Contains(log.String(), "is a Counter, can't be a Meter as well") {
		t.Errorf("logged %s", log)
	}

	// The name is free again for any type.
	r.Unregister("x")
	gometrics.GetOrRegisterMeter("x", r).Mark(1)
	if got := r.Get("x").(gometrics.Meter).Count(); got != 1 {
		t.Errorf("after Unregister: got %d, want 1", got)
	}
}

// Among libraries the first wins, unless the program has replaced what it made.
func TestConflictAmongLibraries(t *testing.T) {
	for name, register := range map[string]func(gometrics.Registry){
		"constructor": func(r gometrics.Registry) { gometrics.GetOrRegisterCounter("x", r) },
		"instance":    func(r gometrics.Registry) { gometrics.NewRegisteredCounter("x", r) },
	} {
		r, base := newPair()
		register(r)
		there := r.Get("x")
		for _, k := range kinds {
			if r.GetOrRegister("x", k.constructor) != there || r.GetOrRegister("x", k.instance()) != there {
				t.Errorf("%s: the first doesn't win against %s", name, k.name)
			}
		}
		r.Unregister("x")
		metrics.GetOrRegisterGauge("x", base)
		gometrics.GetOrRegisterMeter("x", r).Mark(1) // doesn't panic
	}
}
