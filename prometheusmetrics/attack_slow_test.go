package prometheusmetrics_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// resetting is a timer that is emptied by being read, as go-ethereum's is.
type resetting struct {
	mu     sync.Mutex
	values []float64
}

func (r *resetting) Update(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.values = append(r.values, float64(d))
}

func (r *resetting) Snapshot() *resettingSnapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &resettingSnapshot{values: r.values}
	r.values = nil
	return s
}

type resettingSnapshot struct{ values []float64 }

func (s *resettingSnapshot) Count() int { return len(s.values) }
func (s *resettingSnapshot) Percentiles(ps []float64) []float64 {
	return make([]float64, len(ps))
}
func (s *resettingSnapshot) Mean() float64 { return 1 }
func (s *resettingSnapshot) Max() int64    { return 1 }
func (s *resettingSnapshot) Min() int64    { return 1 }

// Gauges that take longer than CallTimeout cost nobody else their place, and an
// answer that comes late is shown by the next flush.
func TestSlowGaugesCostThemselves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := metrics.NewRegistry()
		for i := range 4 {
			metrics.NewRegisteredFunctionalGauge(fmt.Sprint("a_slow", i), source, func() int64 {
				time.Sleep(1200 * time.Millisecond)
				return 7
			})
		}
		for i := range 20 {
			metrics.NewRegisteredFunctionalGauge(fmt.Sprint("b_quick", i), source, func() int64 {
				time.Sleep(5 * time.Millisecond)
				return 3
			})
		}
		timer := &resetting{}
		both := sourceFunc(func(visit func(string, any)) {
			source.Each(visit)
			visit("c_timer", timer)
		})
		d, _ := newDriver(t, prometheusmetrics.Config{Registry: both, CallTimeout: time.Second}, prometheus.NewRegistry())
		late := 0
		for i := range 10 {
			timer.Update(time.Second)
			start := time.Now()
			flush(t, d)
			if took := time.Since(start); took > time.Second {
				t.Errorf("flush %d took %v", i, took)
			}
			got := samples(t, d)
			for j := range 20 {
				if got[fmt.Sprint("b_quick", j, "_gauge")] != "3" {
					t.Errorf("flush %d: quick gauge %d is %q", i, j, got[fmt.Sprint("b_quick", j, "_gauge")])
				}
			}
			if want := fmt.Sprint(i + 1); got["c_timer_count"] != want {
				t.Errorf("flush %d: the resetting timer has %s observations, want %s", i, got["c_timer_count"], want)
			}
			for j := range 4 {
				if got[fmt.Sprint("a_slow", j, "_gauge")] == "7" {
					late++
				}
			}
			time.Sleep(10 * time.Second)
		}
		if late < 4*9 {
			t.Errorf("late answers were shown %d times in 9 flushes, want 36", late)
		}
	})
}

// A resetting timer whose reading comes late loses no observation, even where its
// snapshot was taken before the flush gave up.
func TestLateReadingOfAResettingTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		timer := &slowResetting{}
		source := sourceFunc(func(visit func(string, any)) { visit("t", timer) })
		d, _ := newDriver(t, prometheusmetrics.Config{Registry: source, CallTimeout: time.Second}, prometheus.NewRegistry())
		for i := range 40 {
			timer.Update(time.Second)
			timer.delay.Store(int64(i%4) * int64(700*time.Millisecond))
			d.Once()
			time.Sleep(time.Duration(i%3) * time.Second)
		}
		timer.delay.Store(0)
		time.Sleep(time.Minute)
		flush(t, d)
		time.Sleep(time.Minute)
		flush(t, d)
		if got := samples(t, d)["t_count"]; got != "40" {
			t.Errorf("%s of 40 observations are shown", got)
		}
	})
}

type slowResetting struct {
	resetting
	delay atomic.Int64
}

func (s *slowResetting) Snapshot() *resettingSnapshot {
	snapshot := s.resetting.Snapshot()
	time.Sleep(time.Duration(s.delay.Load()))
	return snapshot
}

// A flush inside a scrape takes at most CallTimeout, however many gauges hang, and
// scrapes at the same time share one flush, through the registry as well.
func TestScrapesShareAFlush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := metrics.NewRegistry()
		var calls atomic.Int64
		for i := range 40 {
			metrics.NewRegisteredFunctionalGauge(fmt.Sprint("g", i), source, func() int64 {
				calls.Add(1)
				time.Sleep(3 * time.Second)
				return 1
			})
		}
		counter(source, "c", 1)
		registry := prometheus.NewRegistry()
		d, _ := newDriver(t, prometheusmetrics.Config{Registry: source, FlushInterval: atScrape,
			CallTimeout: time.Second}, registry)
		time.Sleep(time.Minute)
		for round := range 3 {
			calls.Store(0)
			start := time.Now()
			var scrapes sync.WaitGroup
			for _, gatherer := range []prometheus.Gatherer{registry, registry, d, registry, d} {
				scrapes.Go(func() {
					if got := samples(t, gatherer); got["c_count"] != "1" {
						t.Errorf("a scrape shows %v", got)
					}
				})
			}
			scrapes.Wait()
			if took := time.Since(start); took > time.Second {
				t.Errorf("round %d: five scrapes took %v", round, took)
			}
			if n := calls.Load(); n > 40 {
				t.Errorf("round %d: 40 gauges were read %d times by five scrapes", round, n)
			}
			time.Sleep(time.Minute)
		}
	})
}

// What could not start in time, because so much else hangs, is read first by the
// next flush: nobody starves.
func TestNobodyStarves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := metrics.NewRegistry()
		for i := range 200 {
			metrics.NewRegisteredFunctionalGauge(fmt.Sprintf("a%03d", i), source, func() int64 {
				time.Sleep(900 * time.Millisecond)
				return 1
			})
		}
		metrics.NewRegisteredFunctionalGauge("z", source, func() int64 { return 1 })
		d, _ := newDriver(t, prometheusmetrics.Config{Registry: source, CallTimeout: time.Second}, prometheus.NewRegistry())
		seen := make(map[string]bool)
		for range 40 {
			d.Once()
			for series := range samples(t, d) {
				seen[series] = true
			}
			time.Sleep(time.Second)
		}
		if len(seen) != 201 {
			t.Errorf("%d of 201 gauges were ever shown", len(seen))
		}
	})
}
