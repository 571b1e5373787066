package prometheusmetrics_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// heap returns the bytes that are in use.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// allocated returns the bytes that something allocates.
func allocated(do func()) int64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc)
}

// Metrics that have gone leave no memory behind, and later flushes do not pay for
// them.
func TestMemoryOfWhatHasGone(t *testing.T) {
	const timers = 1000
	for _, layout := range layouts {
		source := metrics.NewRegistry()
		counter(source, "c", 1)
		registry := prometheus.NewRegistry()
		d, _ := newDriver(t, prometheusmetrics.Config{Registry: source, Layout: layout}, registry)
		flush(t, d)
		samples(t, registry)
		ask(d.Handler())
		before := heap()
		for i := range timers {
			metrics.NewRegisteredTimer(fmt.Sprint("t", i), source).Update(1)
		}
		flush(t, d)
		ask(d.Handler())
		for i := range timers {
			source.Unregister(fmt.Sprint("t", i))
		}
		for range 3 {
			flush(t, d)
			ask(d.Handler())
		}
		if left := heap() - before; left > timers*400 {
			t.Errorf("%v: %d timers left %d bytes behind, want at most 400 each", layout, timers, left)
		} else {
			t.Logf("%v: %d timers left %d bytes behind", layout, timers, left)
		}
		if bytes := allocated(func() { flush(t, d) }); bytes > 20_000 {
			t.Errorf("%v: a flush of one counter allocates %d bytes", layout, bytes)
		}
		runtime.KeepAlive(d)
	}
}

// A limit that is no multiple of a metric's series costs no flush a second try, and
// is reported once, with the numbers, however much comes and goes.
func TestLimitIsCheap(t *testing.T) {
	const timers = 600
	source := metrics.NewRegistry()
	for i := range timers {
		metrics.NewRegisteredTimer(fmt.Sprintf("t%05d", i), source)
	}
	d, list := newDriver(t, prometheusmetrics.Config{Registry: source, MaxSeries: 1000}, prometheus.NewRegistry())
	flush(t, d)
	flush(t, d)
	if allocs := testing.AllocsPerRun(5, func() { d.Once() }); allocs > 1000 {
		t.Errorf("a flush at the limit allocates %v times", allocs)
	}
	reported := len(list.reasons())
	if reported == 0 || reported > 10 {
		t.Errorf("%d reports of the limit: %.200q", reported, list.reasons())
	}
	if text := list.text(); !strings.Contains(text, "1000") {
		t.Errorf("reported %.200s, want the limit in it", text)
	}
	for round := range 4 {
		for i := range 100 {
			source.Unregister(fmt.Sprintf("t%05d", round*100+i))
			metrics.NewRegisteredTimer(fmt.Sprintf("t%05d", timers+round*100+i), source)
		}
		flush(t, d)
		if got := len(samples(t, d)); got > 1000 || got < 900 {
			t.Errorf("round %d: %d series are shown", round, got)
		}
	}
	if got := len(list.reasons()) - reported; got > 20 {
		t.Errorf("%d reports of the limit while the number stayed the same", got)
	}
}

// counting counts what a registry is asked.
type countingRegisterer struct {
	prometheus.Registerer
	calls, descs atomic.Int64
}

func (c *countingRegisterer) Register(collector prometheus.Collector) error {
	c.calls.Add(1)
	descs := make(chan *prometheus.Desc)
	go func() {
		collector.Describe(descs)
		close(descs)
	}()
	for range descs {
		c.descs.Add(1)
	}
	return c.Registerer.Register(collector)
}

// Finding out what the application has costs about as many descriptors as there
// are names, not their square, however many clash.
func TestProbingIsNotQuadratic(t *testing.T) {
	const families = 1000
	for _, clashes := range []int{0, 3, families / 2, families * 3 / 4, families} {
		registry := prometheus.NewRegistry()
		registerer := &countingRegisterer{Registerer: registry}
		source := metrics.NewRegistry()
		for i := range families {
			counter(source, fmt.Sprintf("c%05d", i), 1)
			if i < clashes {
				registry.MustRegister(applicationGauge(fmt.Sprintf("c%05d_count", i*7919%families), 1))
			}
		}
		d, list := newDriver(t, prometheusmetrics.Config{Registry: source}, registerer)
		flush(t, d)
		if got := len(samples(t, d)); got != families-clashes {
			t.Errorf("%d clashes: %d families are shown, want %d", clashes, got, families-clashes)
		}
		if got := len(list.reasons()); got < min(clashes, 1000) || got > clashes {
			t.Errorf("%d clashes: %d reports", clashes, got)
		}
		if descs := registerer.descs.Load(); descs > 80*families {
			t.Errorf("%d clashes: the registry was asked for %d descriptors, in %d calls", clashes, descs,
				registerer.calls.Load())
		} else {
			t.Logf("%d clashes: %d descriptors in %d calls", clashes, descs, registerer.calls.Load())
		}
	}
}

// Many registries, each with its driver, don't cost each other anything.
func TestManyRegistries(t *testing.T) {
	const registries = 150
	var calls int64
	source := metrics.NewRegistry()
	counter(source, "c", 1)
	drivers := make([]*prometheusmetrics.Driver, registries)
	for i := range drivers {
		registerer := &countingRegisterer{Registerer: prometheus.NewRegistry()}
		drivers[i], _ = newDriver(t, prometheusmetrics.Config{Registry: source}, registerer)
		calls += registerer.calls.Load()
	}
	if calls > 20*registries {
		t.Errorf("%d registries were asked %d times", registries, calls)
	}
	runtime.KeepAlive(drivers)
}

// Drivers that come and go leave nothing in the registry, and nothing in the
// package.
func TestDriversComeAndGo(t *testing.T) {
	registry := prometheus.NewRegistry()
	source := metrics.NewRegistry()
	counter(source, "c", 1)
	cycle := func() {
		d, _ := newDriver(t, prometheusmetrics.Config{Registry: source}, registry)
		flush(t, d)
		if !d.Unregister() {
			t.Error("it was not registered")
		}
		d.Close()
	}
	for range 100 {
		cycle()
	}
	before := heap()
	const cycles = 1000
	for range cycles {
		cycle()
	}
	if left := heap() - before; left > cycles*20 {
		t.Errorf("%d drivers left %d bytes behind", cycles, left)
	} else {
		t.Logf("%d drivers left %d bytes behind", cycles, left)
	}
	d, _ := newDriver(t, prometheusmetrics.Config{Registry: source}, registry)
	flush(t, d)
	if got := samples(t, registry)["c_count"]; got != "1" {
		t.Errorf("another driver shows %q", got)
	}
}

// Errors for an OnError that blocks are kept in a bounded number.
func TestMemoryOfErrors(t *testing.T) {
	release := make(chan struct{})
	called := make(chan struct{}, 100000)
	n := 0
	source := sourceFunc(func(visit func(string, any)) {
		for i := range 1000 {
			visit(fmt.Sprint("bad", n, i), unsupported{})
		}
	})
	d, _ := newDriver(t, prometheusmetrics.Config{Registry: source, Detached: true, OnError: func(error) {
		called <- struct{}{}
		<-release
	}}, nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.Once()
	}()
	<-called
	before := heap()
	for n = 1; n < 30; n++ {
		within(t, "a flush beside an OnError that blocks", func() { d.Once() })
	}
	if grown := heap() - before; grown > 2<<20 {
		t.Errorf("29,000 errors take %d bytes", grown)
	} else {
		t.Logf("29,000 errors take %d bytes", grown)
	}
	close(release)
	within(t, "the first flush", func() { <-done })
}

// A driver that reads at each scrape may be made and unregistered while its
// registry is scraped. It runs under the race detector.
func TestDriversDuringScrapes(t *testing.T) {
	registry := prometheus.NewRegistry()
	source := metrics.NewRegistry()
	stop := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				registry.Gather()
			}
		}
	}()
	counter(source, "c", 1)
	within(t, "New and Unregister", func() {
		for i := range 300 {
			d, _ := newDriver(t, prometheusmetrics.Config{Registry: source, FlushInterval: atScrape}, registry)
			other, _ := newDriver(t, prometheusmetrics.Config{Registry: source, FlushInterval: atScrape},
				prometheus.WrapRegistererWithPrefix("p_", registry))
			if i%3 == 0 {
				runtime.Gosched()
			}
			if !d.Unregister() || !other.Unregister() {
				t.Error("it was not registered")
			}
		}
	})
	close(stop)
	select {
	case <-stopped:
	case <-time.After(20 * time.Second):
		t.Fatal("a scrape hangs")
	}
}
