package reading

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
)

// TestSlowCostThemselves: gauges that are too slow cost the quick ones nothing, and
// what they say late counts in the next reading.
func TestSlowCostThemselves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var source given
		n := int64(0)
		for i := range 4 {
			source = append(source, found{fmt.Sprint("slow", i), functional(func() int64 {
				time.Sleep(1200 * time.Millisecond)
				return atomic.AddInt64(&n, 1)
			})})
		}
		for i := range 20 {
			source = append(source, found{fmt.Sprint("quick", i), functional(func() int64 {
				time.Sleep(5 * time.Millisecond)
				return int64(i)
			})})
		}
		r := readerOf(source)
		for round := range 3 {
			start := time.Now()
			all := byName(r.Read(limit()))
			if took := time.Since(start); took != time.Second {
				t.Errorf("round %d took %v", round, took)
			}
			for i := range 20 {
				if m := all[fmt.Sprint("quick", i)]; !m.Fresh || m.Problem != nil || m.Values.Value != float64(i) {
					t.Errorf("round %d: quick %d is %+v", round, i, m)
				}
			}
			for i := range 4 {
				m := all[fmt.Sprint("slow", i)]
				if reason(m) != problem.Timeout || m.Fresh != (round > 0) {
					t.Errorf("round %d: slow %d is fresh: %v, %v", round, i, m.Fresh, m.Problem)
				}
				if round > 0 && (m.Values.Value <= float64(4*round-4) || m.Values.Value > float64(4*round)) {
					t.Errorf("round %d: slow %d says %v", round, i, m.Values.Value)
				}
			}
			time.Sleep(time.Second)
		}
		synctest.Wait()
	})
}

// TestOneCallOfEach: a metric that hangs is not called again, and is read again once
// it is back.
func TestOneCallOfEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release, calls := make(chan struct{}), atomic.Int64{}
		r := readerOf(given{{"g", functional(func() int64 {
			if calls.Add(1) == 1 {
				<-release
			}
			return calls.Load()
		})}})
		for _, wait := range []time.Duration{time.Second, 0, 0} {
			start := time.Now()
			m := r.Read(limit()).Metrics[0]
			if time.Since(start) != wait || calls.Load() != 1 || m.Fresh || reason(m) != problem.Timeout {
				t.Errorf("waited %v, %d calls, %+v", time.Since(start), calls.Load(), m)
			}
		}
		close(release)
		synctest.Wait()
		if m := r.Read(limit()).Metrics[0]; !m.Fresh || m.Problem != nil || m.Values.Value != 2 {
			t.Errorf("after it came back: %+v", m)
		}
	})
}

// TestTurnsThatDidNotCome: with more that hang than are called at once, those whose
// turn did not come are timed out, and come first the next time.
func TestTurnsThatDidNotCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var source given
		for i := range maxCalls {
			source = append(source, found{fmt.Sprint("hangs", i), functional(func() int64 { <-release; return 1 })})
		}
		called := 0
		source = append(source, found{"waits", functional(func() int64 { called++; return 7 })})
		r := readerOf(source)
		start := time.Now()
		m := byName(r.Read(Limit{Timeout: time.Second, Begin: time.Now(), Whole: true}))["waits"]
		if time.Since(start) != time.Second || reason(m) != problem.Timeout || called != 0 {
			t.Errorf("waited %v; %v, called %d times", time.Since(start), m.Problem, called)
		}
		m = byName(r.Read(Limit{Timeout: time.Second, Begin: time.Now(), Whole: true}))["waits"]
		if !m.Fresh || m.Values.Value != 7 || m.Problem != nil {
			t.Errorf("its turn did not come the next time: %+v", m)
		}
		close(release)
		synctest.Wait()
	})
}

// TestTurnsGoRound: where there is no time for all, those that were not called come
// first the next time, whatever their place in the list.
func TestTurnsGoRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var source given
		for i := range 2*maxCalls + 8 {
			source = append(source, found{fmt.Sprint("slow", i), functional(func() int64 {
				time.Sleep(600 * time.Millisecond)
				return 1
			})})
		}
		r := readerOf(source)
		read := func() (notCalled []string) {
			for _, m := range r.Read(Limit{Timeout: time.Second, Begin: time.Now(), Whole: true}).Metrics {
				if m.Problem != nil && strings.Contains(m.Problem.Err.Error(), "its turn did not come") {
					notCalled = append(notCalled, m.Name)
				}
			}
			time.Sleep(time.Second) // for those that are late
			return notCalled
		}
		before := read()
		for round := range 4 {
			now := read()
			if len(before) != 8 || len(now) != 8 {
				t.Errorf("round %d: not called were %q, then %q, want 8 each", round, before, now)
			}
			for _, name := range now {
				if slices.Contains(before, name) {
					t.Errorf("round %d: the turn of %s did not come twice in a row", round, name)
				}
			}
			before = now
		}
	})
}

// resetting is a timer that starts over when it is read.
type resetting struct {
	count  int64
	mean   float64
	wait   chan struct{}
	broken error // with which it panics
}

type resettingSnapshot struct {
	count int
	mean  float64
}

func (r *resetting) Snapshot() resettingSnapshot {
	if r.broken != nil {
		panic(r.broken)
	}
	s := resettingSnapshot{int(r.count), r.mean}
	r.count, r.mean = 0, 0
	if r.wait != nil {
		<-r.wait
	}
	return s
}

func (s resettingSnapshot) Count() int                         { return s.count }
func (s resettingSnapshot) Mean() float64                      { return s.mean }
func (s resettingSnapshot) Percentiles(ps []float64) []float64 { return make([]float64, len(ps)) }

// TestResetsAddUp: what a metric forgets is added up, also what comes back late.
func TestResetsAddUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		timer := &resetting{count: 3, mean: 10}
		r := readerOf(given{{"t", timer}})
		want := func(when string, count int64, sum float64) {
			t.Helper()
			m := r.Read(limit()).Metrics[0]
			if !m.Fresh || m.Values.Stats.Count != count || m.Values.Stats.Sum != sum {
				t.Errorf("%s: fresh %v, count %d, sum %v; want %d and %v",
					when, m.Fresh, m.Values.Stats.Count, m.Values.Stats.Sum, count, sum)
			}
		}
		want("first", 3, 30)
		timer.count, timer.mean = 2, 5
		want("second", 5, 40)
		want("nothing came", 5, 40)
		timer.count, timer.mean, timer.wait = 4, 100, make(chan struct{})
		if m := r.Read(limit()).Metrics[0]; m.Fresh || reason(m) != problem.Timeout {
			t.Errorf("while it hangs: %+v", m)
		}
		close(timer.wait)
		synctest.Wait()
		timer.count, timer.mean, timer.wait = 1, 1, nil
		want("late", 10, 441)

		timer.count, timer.mean, timer.wait = 2, 20, make(chan struct{})
		r.Read(limit())
		close(timer.wait)
		synctest.Wait()
		timer.wait, timer.broken = nil, errBroken
		want("late, and a panic after it", 12, 481)
		if m := r.Read(limit()).Metrics[0]; m.Fresh || reason(m) != problem.Panic {
			t.Errorf("while it panics: %+v", m)
		}
		timer.count, timer.mean, timer.broken = 1, 1, nil
		want("after the panics", 13, 482)
	})
}

// TestQuantilesOfNothing: what came to nothing has no quantiles, though its total is
// not 0, and what comes after that has.
func TestQuantilesOfNothing(t *testing.T) {
	timer := &resetting{count: 3, mean: 10}
	r := readerOf(given{{"t", timer}})
	for round, none := range []bool{false, true, false} {
		stats := r.Read(limit()).Metrics[0].Values.Stats
		if len(stats.Percentiles) != 1 || math.IsNaN(stats.Percentiles[0]) != none || stats.Count == 0 {
			t.Errorf("round %d: the quantiles of %d values are %v", round, stats.Count, stats.Percentiles)
		}
		if none {
			timer.count = 1
		}
	}
}

// TestHangingHealthcheck: it is unhealthy for as long as it hangs, and keeps its
// labels.
func TestHangingHealthcheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var release chan struct{}
		check := metrics.NewHealthcheck(func(h metrics.Healthcheck) {
			if release != nil {
				<-release
			}
			h.Healthy()
		})
		r := readerOf(given{{"check", check}})
		for round := range 2 {
			release = nil
			if m := r.Read(limit()).Metrics[0]; m.Problem != nil || m.Values.Value != 1 {
				t.Errorf("round %d: %+v", round, m)
			}
			release = make(chan struct{})
			for range 2 {
				if m := r.Read(limit()).Metrics[0]; reason(m) != problem.Timeout || !m.Fresh || m.Values.Value != 0 {
					t.Errorf("round %d, while it hangs: %+v", round, m)
				}
			}
			close(release)
			synctest.Wait()
		}
	})
}

// TestLabelsOfWhatHangs: instruments of ours have their labels from the start, though
// they were never read.
func TestLabelsOfWhatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release, labels := make(chan struct{}), metrics.Labels{"zone": "a"}
		r := readerOf(given{
			{"gauge", metrics.NewFunctionalGauge(func() int64 { <-release; return 1 }, labels)},
			{"check", metrics.NewHealthcheck(func(metrics.Healthcheck) { <-release }, labels)},
		})
		for name, m := range byName(r.Read(limit())) {
			if reason(m) != problem.Timeout || m.Origin.Labels()["zone"] != "a" || m.Relabelled != 0 {
				t.Errorf("%s: %v, labels %v, relabelled %d", name, m.Problem, m.Origin, m.Relabelled)
			}
		}
		close(release)
		synctest.Wait()
		for name, m := range byName(r.Read(limit())) {
			if !m.Fresh || m.Origin.Labels()["zone"] != "a" || m.Relabelled != 0 {
				t.Errorf("%s, once it is back: %v, labels %v, relabelled %d", name, m.Problem, m.Origin, m.Relabelled)
			}
		}
	})
}

// standsFor is a metric of another library that stands for one of ours.
type standsFor struct {
	metrics.Timer
	instrument func() any
}

func (s *standsFor) Instrument() any { return s.instrument() }

func TestStandIns(t *testing.T) {
	timer := metrics.NewTimer()
	timer.Update(7)
	r := readerOf(given{
		{"real", &standsFor{metrics.NewTimer(), func() any { return timer }}},
		{"impostor", &standsFor{timer, func() any { panic("out of tune") }}},
		{"other", &standsFor{timer, func() any { return "violin" }}},
	})
	for range 2 {
		for name, m := range byName(r.Read(limit())) {
			if !m.Fresh || m.Kind != Timer || m.Values.Stats.Count != 1 {
				t.Errorf("%s is %+v", name, m)
			}
			if m.stranger.guarded != (name != "real") {
				t.Errorf("%s is guarded: %v", name, m.stranger.guarded)
			}
		}
	}
}
