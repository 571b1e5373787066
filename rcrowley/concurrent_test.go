package rcrowley_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"

	gometrics "github.com/rcrowley/go-metrics"

	"github.com/go-metrics-plus/metrics"
)

// concurrently runs f on so many goroutines at once, and waits for them.
func concurrently(n int, f func(i int)) {
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-start
			f(i)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
}

// Nothing is lost while metrics are made, recorded, read and registered.
func TestRecordingConcurrentSafe(t *testing.T) {
	const workers, rounds, names = 8, 2000, 10
	r, _ := newPair()
	concurrently(workers+1, func(worker int) {
		if worker == workers {
			for range 100 {
				r.Each(func(_ string, m any) { kindOf(t, m) })
				if err := json.NewEncoder(io.Discard).Encode(r); err != nil {
					t.Error(err)
				}
				r.RunHealthchecks()
			}
			return
		}
		for i := range rounds {
			name := fmt.Sprint(i % names)
			gometrics.GetOrRegisterCounter("counter"+name, r).Inc(1)
			gometrics.GetOrRegisterMeter("meter"+name, r).Mark(2)
			gometrics.GetOrRegisterTimer("timer"+name, r).Update(3)
			getHistogram("histogram"+name, r).Update(4)
			gometrics.GetOrRegisterGaugeFloat64("gauge"+name, r).Update(5)
			own := fmt.Sprintf("own-%d-%d", worker, i)
			gometrics.NewRegisteredCounter(own, r).Inc(1)
			r.Unregister(own)
		}
	})
	const want = workers * rounds / names
	for i := range names {
		name := fmt.Sprint(i)
		timer, histogram := gometrics.GetOrRegisterTimer("timer"+name, r), getHistogram("histogram"+name, r)
		for what, got := range map[string]int64{
			"counter":            gometrics.GetOrRegisterCounter("counter"+name, r).Count(),
			"meter / 2":          gometrics.GetOrRegisterMeter("meter"+name, r).Count() / 2,
			"timer":              timer.Count(),
			"sum of timer / 3":   timer.Sum() / 3,
			"histogram":          histogram.Count(),
			"sum of histogram/4": histogram.Sum() / 4,
		} {
			if got != want {
				t.Errorf("%s%s: got %d, want %d", what, name, got, want)
			}
		}
	}
	if got := len(each(r)); got != 5*names {
		t.Errorf("%d metrics are left, want %d", got, 5*names)
	}
}

// Whoever comes first with a name, be it with a constructor or an instance of
// his own: all get the same metric, and there is one.
func TestFirstWinsConcurrentSafe(t *testing.T) {
	const workers = 6
	wins := map[bool]int{}
	for round := range 500 {
		r, base := newPair()
		var got [workers]any
		var registered atomic.Int32
		concurrently(workers, func(i int) {
			switch (i + round) % 3 {
			case 0:
				got[i] = r.GetOrRegister("x", gometrics.NewCounter)
			case 1:
				got[i] = r.GetOrRegister("x", gometrics.NewCounter())
			case 2:
				instance := gometrics.NewCounter()
				if r.Register("x", instance) == nil {
					registered.Add(1)
				}
				got[i] = r.Get("x")
			}
		})
		there := r.Get("x")
		for i := range got {
			if got[i] != there && got[i] != nil {
				t.Fatalf("round %d: got %v", round, got)
			}
		}
		if len(each(r)["x"]) != 1 || registered.Load() > 1 {
			t.Fatalf("round %d: %d metrics of one name", round, len(each(r)["x"]))
		}
		wins[base.Get("x") != nil]++
	}
	t.Logf("ours first %d times, theirs %d times", wins[true], wins[false])
}

// The functions that the adapter calls back may use it.
func TestCallingBack(t *testing.T) {
	r, _ := newPair()
	fill(r)
	r.Each(func(name string, _ any) {
		gometrics.GetOrRegisterCounter("seen", r).Inc(1)
		r.Unregister(name)
	})
	if got := namesOf(r); len(got) > 1 {
		t.Errorf("left %q", got)
	}
	gometrics.NewRegisteredFunctionalGauge("self", r, func() int64 { return int64(len(each(r))) })
	if err := r.Register("check", gometrics.NewHealthcheck(func(gometrics.Healthcheck) {
		gometrics.GetOrRegisterMeter("checks", r).Mark(1)
		r.Unregister("check")
	})); err != nil {
		t.Fatal(err)
	}
	if got := r.GetAll()["self"]["value"]; got == int64(0) || got == nil {
		t.Errorf("functional gauge that uses the registry: got %v", got)
	}
	r.GetOrRegister("outer", func() any { return r.GetOrRegister("inner", gometrics.NewCounter) })
	if r.Get("outer") != r.Get("inner") {
		t.Errorf("got %v", r.Get("outer"))
	}
}

// countingHandler is a log handler that does something for each line.
type countingHandler struct {
	slog.Handler
	line func()
}

func (countingHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h countingHandler) Handle(context.Context, slog.Record) error {
	h.line()
	return nil
}

// A log handler that counts its lines with the registry that it logs for must
// not wait for itself, even if the count is what the line is about.
func TestLogThatRecords(t *testing.T) {
	before := slog.Default()
	defer slog.SetDefault(before)
	r, base := newPair()
	metrics.GetOrRegisterMeter("lines", base)
	metrics.GetOrRegisterMeter("floats", base)
	slog.SetDefault(slog.New(countingHandler{slog.DiscardHandler, func() {
		gometrics.GetOrRegisterCounter("lines", r).Inc(1)
		gometrics.GetOrRegisterGaugeFloat64("floats", r).Update(1)
	}}))
	gometrics.GetOrRegisterCounter("lines", r).Inc(1)
	gometrics.GetOrRegisterGaugeFloat64("floats", r).Update(1)
	if got := gometrics.GetOrRegisterCounter("lines", r).Count(); got != 3 {
		t.Errorf("got %d, want two lines and the call", got)
	}
}
