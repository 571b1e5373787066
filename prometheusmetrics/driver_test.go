package prometheusmetrics

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
)

func TestConstructorErrors(t *testing.T) {
	var nilRegistry *prometheus.Registry
	registry := prometheus.NewRegistry()
	for name, test := range map[string]struct {
		config     Config
		registerer prometheus.Registerer
		want       string // in the error; empty for none
	}{
		"zero configuration":   {Config{}, registry, ""},
		"nil registerer":       {Config{}, nil, "registerer is nil"},
		"nil *Registry":        {Config{}, nilRegistry, "registerer is nil"},
		"detached without one": {Config{Detached: true}, nil, ""},
		"negative interval":    {Config{FlushInterval: -1}, registry, "flush interval -1ns is negative"},
		"negative unit":        {Config{DurationUnit: -time.Second}, registry, "duration unit -1s is negative"},
		"negative timeout":     {Config{CallTimeout: -1}, registry, "call timeout -1ns is negative"},
		"negative limit":       {Config{MaxSeries: -1}, registry, "-1 series is negative"},
		"negative idle time":   {Config{IdleAfter: -1}, registry, "until metrics are idle is negative"},
		"unknown layout":       {Config{Layout: 7}, registry, "no Layout(7)"},
		"percentile beyond 1":  {Config{Percentiles: []float64{0.5, 99}}, registry, "percentile 99"},
		"constant label":       {Config{ConstLabels: prometheus.Labels{"a-b": "x"}}, registry, `"a-b"`},
		"reserved label":       {Config{ConstLabels: prometheus.Labels{"__name__": "x"}}, registry, `"__name__"`},
		"nil source in list":   {Config{Sources: []LabelledSource{{}}}, registry, "source 0 is nil"},
		"label of a source":    {Config{Sources: []LabelledSource{{Source: metrics.NewRegistry(), Labels: prometheus.Labels{"__a": "x"}}}}, registry, "source 0"},
		"rule":                 {Config{Rules: []Rule{{Match: "a{b"}}}, registry, `rule 0 (match "a{b")`},
		"registerer that wraps nil": {Config{},
			prometheus.WrapRegistererWith(prometheus.Labels{"a": "b"}, nil), ""},
	} {
		d, err := NewWithConfig(test.config, test.registerer)
		switch {
		case test.want == "" && (err != nil || d == nil):
			t.Errorf("%s: %v", name, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: error is %v, want %q in it", name, err, test.want)
		}
	}
}

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

func TestReadAtScrape(t *testing.T) {
	source := metrics.NewRegistry()
	registry := prometheus.NewRegistry()
	d, err := New(source, 0, "", "", registry)
	if err != nil {
		t.Fatal(err)
	}
	counter := metrics.GetOrRegisterCounter("c", source)
	for _, want := range []string{"1", "2"} {
		counter.Inc(1)
		if got := figures(expose(t, registry))["c_count"]; got != want {
			t.Errorf("c_count = %q, want %s", got, want)
		}
	}
	ended := make(chan struct{})
	go func() { d.Run(); close(ended) }()
	d.Close()
	<-ended
	counter.Inc(1)
	if got := figures(expose(t, registry))["c_count"]; got != "2" {
		t.Errorf("after Close c_count = %q, want 2", got)
	}
}

func TestNilSourceIsDefaultRegistry(t *testing.T) {
	defer func(r metrics.Registry) { metrics.DefaultRegistry = r }(metrics.DefaultRegistry)
	metrics.DefaultRegistry = metrics.NewRegistry()
	metrics.GetOrRegisterGauge("g", nil).Update(4)
	registry := prometheus.NewRegistry()
	d, err := New(nil, time.Hour, "", "", registry)
	if err != nil {
		t.Fatal(err)
	}
	once(t, d)
	if got := figures(expose(t, registry))["g_gauge"]; got != "4" {
		t.Errorf("g_gauge = %q", got)
	}
}

func TestUnregisteredMetricsDisappear(t *testing.T) {
	d, source, registry, log := newTestDriver(t, Config{})
	for _, code := range []string{"200", "404", "500"} {
		metrics.GetOrRegisterCounter("requests", source, metrics.Labels{"code": code}).Inc(1)
	}
	metrics.GetOrRegisterTimer("t", source).Update(time.Second)
	once(t, d)
	metrics.UnregisterSeries("requests", source, metrics.Labels{"code": "404"})
	source.Unregister("t")
	once(t, d)
	got := figures(expose(t, registry))
	if len(got) != 2 || got[`requests_count{code="200"}`] != "1" || got[`requests_count{code="500"}`] != "1" {
		t.Errorf("exposed: %v", got)
	}
	source.UnregisterAll()
	metrics.GetOrRegisterGauge("requests", source).Update(9) // another type under the name
	once(t, d)
	got = figures(expose(t, registry))
	if len(got) != 1 || got["requests_gauge"] != "9" {
		t.Errorf("exposed: %v", got)
	}
	if reasons := log.reasons(); len(reasons) > 0 {
		t.Error(reasons)
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

// TestChurn has series come and go while scrapes run, each of which must be
// whole: every metric that is there is there with all its series.
func TestChurn(t *testing.T) {
	d, source, registry, log := newTestDriver(t, Config{Percentiles: []float64{0.5}})
	once(t, d) // or a scrape that comes first reports that nobody runs the driver
	stop := make(chan struct{})
	var scrapes sync.WaitGroup
	scrapes.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			families, err := registry.Gather()
			if err != nil {
				t.Error(err)
				return
			}
			if len(families)%13 != 0 { // a timer without percentiles but one has 12 figures, a counter 1
				t.Errorf("%d families in one scrape", len(families))
				return
			}
		}
	})
	for i := range 10000 {
		metrics.GetOrRegisterTimer("t", source).Update(1)
		metrics.GetOrRegisterCounter("c", source).Inc(1)
		if i%10 == 0 {
			once(t, d)
		}
		source.UnregisterAll()
		if i%7 == 0 {
			once(t, d)
		}
	}
	close(stop)
	scrapes.Wait()
	once(t, d)
	if text := expose(t, registry); text != "" {
		t.Errorf("stale:\n%s", text)
	}
	if n := len(d.state.Metrics()) + len(d.state.Families()); n != 0 {
		t.Errorf("%d things are still held", n)
	}
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

func TestDetached(t *testing.T) {
	d, source, _, _ := newTestDriver(t, Config{Detached: true, ConstLabels: prometheus.Labels{"app": "x"}})
	metrics.GetOrRegisterCounter("c", source).Inc(1)
	once(t, d)
	if got := figures(expose(t, d))[`c_count{app="x"}`]; got != "1" {
		t.Errorf("c_count = %q", got)
	}
	if d.Unregister() {
		t.Error("a detached driver was unregistered")
	}
	families, done, err := d.Transactional().Gather()
	if err != nil || len(families) != 1 {
		t.Errorf("gathered %v, %v", families, err)
	}
	done()
	done() // does nothing
}
