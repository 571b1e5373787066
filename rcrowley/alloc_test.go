package rcrowley_test

import (
	"testing"
	"time"

	gometrics "github.com/rcrowley/go-metrics"
)

// Recording through the adapter allocates nothing, nor does asking for what is
// there, nor going through what there is.
func TestAllocations(t *testing.T) {
	r, _ := newPair()
	fill(r)
	defer r.UnregisterAll()
	counter := gometrics.GetOrRegisterCounter("counter", r)
	meter := gometrics.GetOrRegisterMeter("meter", r)
	timer := gometrics.GetOrRegisterTimer("timer", r)
	histogram := getHistogram("histogram", r)
	for i := range int64(5000) { // reservoirs fill
		timer.Update(time.Duration(i))
		histogram.Update(i)
	}
	for what, f := range map[string]func(){
		"Counter.Inc":                func() { counter.Inc(1) },
		"Meter.Mark":                 func() { meter.Mark(1) },
		"Timer.Update":               func() { timer.Update(1) },
		"Histogram.Update":           func() { histogram.Update(1) },
		"GetOrRegisterMeter":         func() { gometrics.GetOrRegisterMeter("meter", r) },
		"GetOrRegister histogram":    func() { getHistogram("histogram", r) },
		"GetOrRegister, an instance": func() { gometrics.GetOrRegisterCounter("theirs.Counter", r) },
		"Get":                        func() { r.Get("counter") },
	} {
		if got := testing.AllocsPerRun(1000, f); got != 0 {
			t.Errorf("%s allocates %v times", what, got)
		}
	}
	seen := 0
	each := func(string, any) { seen++ }
	if got := testing.AllocsPerRun(100, func() { r.Each(each) }); got > 2 {
		t.Errorf("Each allocates %v times", got)
	}
}
