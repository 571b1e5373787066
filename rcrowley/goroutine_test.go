package rcrowley_test

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	gometrics "github.com/rcrowley/go-metrics"
)

// rcrowley's first meter starts a goroutine that never ends, so that no
// goroutine of its can be shown only in a process that never made one: this
// test runs itself in another.
func TestNoGoroutine(t *testing.T) {
	const inChild = "TEST_NO_GOROUTINE_CHILD"
	if os.Getenv(inChild) == "" {
		child := exec.Command(os.Args[0], "-test.run=^TestNoGoroutine$", "-test.count=1", "-test.v")
		child.Env = append(os.Environ(), inChild+"=1")
		output, err := child.CombinedOutput()
		if err != nil || !strings.Contains(string(output), "PASS: TestNoGoroutine") {
			t.Errorf("%v\n%s", err, output)
		}
		return
	}
	before := runtime.NumGoroutine()
	r, _ := newPair()
	gometrics.DefaultRegistry = r // for those who pass none
	broker := newCleanup(r)
	for i := range int64(100) {
		gometrics.GetOrRegisterCounter("counter", nil).Inc(i)
		gometrics.GetOrRegisterGauge("gauge", nil).Update(i)
		gometrics.GetOrRegisterGaugeFloat64("float", nil).Update(1)
		gometrics.GetOrRegisterMeter("meter", broker).Mark(i)
		gometrics.GetOrRegisterTimer("timer", broker).Update(time.Duration(i))
		getHistogram("histogram", broker).Update(i)
		r.GetOrRegister("counter", gometrics.NewMeter) // a conflict
	}
	if got := len(each(r)); got != 6 {
		t.Errorf("%d metrics, want 6", got)
	}
	broker.UnregisterAll()
	if got := runtime.NumGoroutine(); got != before {
		t.Errorf("%d goroutines, and %d before", got, before)
	}
	if stacks := make([]byte, 1<<20); true {
		stacks = stacks[:runtime.Stack(stacks, true)]
		if strings.Contains(string(stacks), "meterArbiter") {
			t.Errorf("rcrowley's goroutine runs:\n%s", stacks)
		}
	}

	// What would have been seen.
	gometrics.NewMeter().Stop()
	if got := runtime.NumGoroutine(); got != before+1 {
		t.Errorf("rcrowley's own meter started %d goroutines, so this test shows nothing", got-before)
	}
}
