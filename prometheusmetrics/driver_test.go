package prometheusmetrics

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-metrics-plus/metrics"
)

func TestRunFlushesAtInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, source, registry, _ := newTestDriver(t, Config{FlushInterval: time.Second})
		counter := metrics.GetOrRegisterCounter("c", source)
		counter.Inc(1)
		ended := make(chan struct{})
		go func() { d.Run(); close(ended) }()
		synctest.Wait()
		if got := figures(expose(t, registry))["c_count"]; got != "1" {
			t.Errorf("after the start c_count = %q, want 1", got)
		}
		counter.Inc(1)
		if got := figures(expose(t, registry))["c_count"]; got != "1" {
			t.Errorf("between flushes c_count = %q, want 1", got)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if got := figures(expose(t, registry))["c_count"]; got != "2" {
			t.Errorf("after a second c_count = %q, want 2", got)
		}
		counter.Inc(1)
		d.Close()
		<-ended
		if got := figures(expose(t, registry))["c_count"]; got != "3" {
			t.Errorf("after Close c_count = %q, want 3", got)
		}
	})
}

func TestRunContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, source, registry, _ := newTestDriver(t, Config{FlushInterval: time.Second})
		ctx, cancel := context.WithCancel(t.Context())
		result := make(chan error)
		go func() { result <- d.RunContext(ctx) }()
		synctest.Wait()
		if err := d.RunContext(ctx); !errors.Is(err, ErrRunning) {
			t.Errorf("second RunContext returned %v", err)
		}
		metrics.GetOrRegisterCounter("c", source).Inc(1)
		cancel()
		if err := <-result; !errors.Is(err, context.Canceled) {
			t.Errorf("RunContext returned %v", err)
		}
		if got := figures(expose(t, registry))["c_count"]; got != "1" {
			t.Errorf("no flush at the end: c_count = %q", got)
		}
		go func() { result <- d.RunContext(t.Context()) }()
		synctest.Wait()
		d.Close()
		if err := <-result; err != nil {
			t.Errorf("RunContext returned %v after Close", err)
		}
	})
}

func TestClose(t *testing.T) {
	d, source, registry, _ := newTestDriver(t, Config{})
	metrics.GetOrRegisterCounter("c", source).Inc(1)
	for range 2 {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	metrics.GetOrRegisterCounter("c", source).Inc(1)
	if err := d.Once(); !errors.Is(err, ErrClosed) {
		t.Errorf("Once returned %v", err)
	}
	if err := d.RunContext(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("RunContext returned %v", err)
	}
	d.Run() // returns
	if got := figures(expose(t, registry))["c_count"]; got != "1" {
		t.Errorf("c_count = %q, want the last figure, 1", got)
	}
	if !d.Unregister() || d.Unregister() {
		t.Error("Unregister did not take the driver out once")
	}
	if text := expose(t, registry); text != "" {
		t.Errorf("still exposed:\n%s", text)
	}
	if got := figures(expose(t, d))["c_count"]; got != "1" {
		t.Errorf("after Unregister the driver itself shows c_count = %q", got)
	}
}

func TestOnceIsConcurrencySafe(t *testing.T) {
	d, source, registry, log := newTestDriver(t, Config{})
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			metrics.GetOrRegisterCounter("c", source, metrics.Labels{"i": string(rune('a' + i%26))}).Inc(1)
			if err := d.Once(); err != nil && !errors.Is(err, ErrClosed) {
				t.Error(err)
			}
			if _, err := registry.Gather(); err != nil {
				t.Error(err)
			}
			if i == 50 {
				d.Close()
			}
		})
	}
	wg.Wait()
	if reasons := log.reasons(); len(reasons) > 0 {
		t.Error(reasons)
	}
}

func TestNoGoroutineStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // fails by itself if a goroutine stays
		d, source, _, _ := newTestDriver(t, Config{FlushInterval: time.Second})
		metrics.NewRegisteredFunctionalGauge("f", source, func() int64 { return 1 })
		go d.Run()
		time.Sleep(10 * time.Second)
		d.Close()
	})
}
