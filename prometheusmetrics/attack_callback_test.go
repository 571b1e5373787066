package prometheusmetrics_test

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// unsupported is no metric at all, so a flush that finds it reports it.
type unsupported struct{}

// mixed is a source with one good counter and some unsupported metrics.
func mixed(bad ...string) sourceFunc {
	c := metrics.NewCounter()
	c.Inc(7)
	return func(visit func(string, any)) {
		visit("good", c)
		for _, name := range bad {
			visit(name, unsupported{})
		}
	}
}

// An OnError that ends its goroutine, as t.Fatal does, ends that flush for its
// caller at most: the driver goes on, and reports what else there is.
func TestOnErrorEndsItsGoroutine(t *testing.T) {
	var calls atomic.Int64
	d, _ := newDriver(t, prometheusmetrics.Config{Registry: mixed("bad"), OnError: func(error) {
		calls.Add(1)
		runtime.Goexit()
	}, Detached: true}, nil)
	within(t, "the first flush", func() { d.Once() })
	within(t, "the second flush", func() {
		if err := d.Once(); err != nil {
			t.Errorf("the second flush: %v", err)
		}
	})
	if got := samples(t, d); got["good_count"] != "7" || calls.Load() != 1 {
		t.Errorf("shown %v after %d reports", got, calls.Load())
	}
	within(t, "Close", func() { d.Close() })
}

// panickingHandler is a slog handler that panics or ends its goroutine.
type panickingHandler struct{ do func() }

func (panickingHandler) Enabled(context.Context, slog.Level) bool    { return true }
func (h panickingHandler) Handle(context.Context, slog.Record) error { h.do(); return nil }
func (h panickingHandler) WithAttrs([]slog.Attr) slog.Handler        { return h }
func (h panickingHandler) WithGroup(string) slog.Handler             { return h }

// A slog handler may do the same, where there is no OnError.
func TestSlogHandlerPanics(t *testing.T) {
	before := slog.Default()
	defer slog.SetDefault(before)
	for name, do := range map[string]func(){"panic": func() { panic("slog is broken") }, "end": runtime.Goexit} {
		slog.SetDefault(slog.New(panickingHandler{do}))
		d, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
			Registry: mixed("bad", "worse"), FlushInterval: never, Detached: true}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			onceSafely(t, name, d)
		}
		if got := samples(t, d); got["good_count"] != "7" {
			t.Errorf("%s: shown %v", name, got)
		}
		within(t, name, func() { d.Close() })
	}
}

// An OnError that panics does so in vain, with a slog handler that panics as well.
func TestOnErrorPanics(t *testing.T) {
	before := slog.Default()
	defer slog.SetDefault(before)
	slog.SetDefault(slog.New(panickingHandler{func() { panic("slog is broken") }}))
	var calls atomic.Int64
	d, _ := newDriver(t, prometheusmetrics.Config{Registry: mixed("bad", "worse"), OnError: func(error) {
		calls.Add(1)
		panic("OnError is broken")
	}, Detached: true}, nil)
	flush(t, d)
	flush(t, d)
	if calls.Load() != 2 {
		t.Errorf("%d reports, want 2", calls.Load())
	}
}

// OnError may use the driver whose flush calls it, in every way there is.
func TestOnErrorUsesItsDriver(t *testing.T) {
	for name, use := range map[string]func(*prometheusmetrics.Driver){
		"Close":      func(d *prometheusmetrics.Driver) { d.Close() },
		"Once":       func(d *prometheusmetrics.Driver) { d.Once() },
		"Unregister": func(d *prometheusmetrics.Driver) { d.Unregister() },
		"Gather":     func(d *prometheusmetrics.Driver) { d.Gather() },
		"Explain":    func(d *prometheusmetrics.Driver) { d.Explain() },
		"Handler":    func(d *prometheusmetrics.Driver) { ask(d.Handler()) },
	} {
		for _, end := range []string{"Once", "Close", "Run"} {
			for _, interval := range []time.Duration{never, atScrape} {
				var d *prometheusmetrics.Driver
				var mu sync.Mutex
				calls := 0
				source := metrics.NewRegistry()
				counter(source, "good", 7)
				made := make(chan struct{})
				registry := prometheus.NewRegistry()
				d, _ = newDriver(t, prometheusmetrics.Config{
					Sources: []prometheusmetrics.LabelledSource{
						{Source: source},
						{Source: sourceFunc(func(visit func(string, any)) {
							select {
							case <-made: // not during New
								visit("bad", unsupported{})
							default:
							}
						})},
					},
					FlushInterval: interval,
					OnError: func(error) {
						mu.Lock()
						calls++
						mu.Unlock()
						use(d)
					},
				}, registry)
				close(made)
				within(t, "OnError that calls "+name+", in "+end, func() {
					switch end {
					case "Once":
						d.Once()
						d.Close()
					case "Close":
						d.Close()
					case "Run":
						ctx, cancel := context.WithCancel(context.Background())
						cancel()
						d.RunContext(ctx)
						d.Close()
					}
				})
				mu.Lock()
				if calls == 0 {
					t.Errorf("OnError that calls %s was not called in %s", name, end)
				}
				mu.Unlock()
				if got := samples(t, d); got["good_count"] != "7" {
					t.Errorf("OnError that calls %s, in %s: shown %v", name, end, got)
				}
			}
		}
	}
}

// An OnError that blocks delays no flush and no scrape after the one that called
// it, and what piles up meanwhile is bounded.
func TestOnErrorBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bad atomic.Int64
		source := sourceFunc(func(visit func(string, any)) {
			for i := range 50 {
				visit("bad"+string(rune('a'+bad.Load()%26))+string(rune('a'+i%26))+string(rune('a'+i/26)), unsupported{})
			}
			visit("good", metrics.NewCounter())
		})
		release := make(chan struct{})
		var calls atomic.Int64
		d, _ := newDriver(t, prometheusmetrics.Config{Registry: source, Detached: true, OnError: func(error) {
			calls.Add(1)
			<-release
		}}, nil)
		go d.Once()
		synctest.Wait()
		for range 1000 {
			bad.Add(1)
			done := make(chan error, 1)
			go func() { done <- d.Once() }()
			synctest.Wait()
			select {
			case err := <-done:
				if err != nil {
					t.Fatal(err)
				}
			default:
				t.Fatal("a flush waits for an OnError that another one called")
			}
		}
		close(release)
		synctest.Wait()
		if got := calls.Load(); got < 2 || got > 10000 {
			t.Errorf("%d of 50,000 reports were kept", got)
		}
	})
}

// Whatever OnError does, the errors that it gets are its own to keep: the labels in
// them are copies.
func TestErrorsAreCopies(t *testing.T) {
	source := metrics.NewRegistry()
	labels := metrics.Labels{"code": "200", "job": "x"}
	metrics.NewRegisteredFunctionalGauge("bad", source, func() int64 { panic("broken") }, labels)
	d, list := newDriver(t, prometheusmetrics.Config{Registry: source, Detached: true}, nil)
	flush(t, d)
	var problem *prometheusmetrics.MetricError
	if len(list.errs) != 1 || !errors.As(list.errs[0], &problem) {
		t.Fatalf("reported %q", list.reasons())
	}
	clear(problem.Labels)
	for _, explanation := range d.Explain() {
		if explanation.Labels["code"] != "200" || explanation.Problem == nil || explanation.Problem.Labels["code"] != "200" {
			t.Errorf("the driver's own labels were changed: %+v", explanation)
		}
		clear(explanation.Labels)
		explanation.Problem.Reason = "changed"
	}
	for _, explanation := range d.Explain() {
		if explanation.Labels["code"] != "200" || explanation.Problem.Reason != prometheusmetrics.ReasonPanic {
			t.Errorf("the driver's own explanation was changed: %+v", explanation)
		}
	}
}
