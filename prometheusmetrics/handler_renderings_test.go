package prometheusmetrics

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-metrics-plus/metrics"
)

// partsWriter remembers what it was given, without a copy.
type partsWriter struct {
	header http.Header
	parts  [][]byte
}

func (w *partsWriter) Header() http.Header { return w.header }
func (w *partsWriter) WriteHeader(int)     {}
func (w *partsWriter) Write(p []byte) (int, error) {
	w.parts = append(w.parts, p)
	return len(p), nil
}

// scrapeParts returns what a scrape writes, and where its first byte lies: a
// rendering that is kept lies where it lay before.
func scrapeParts(h http.Handler) (text string, at *byte) {
	w := &partsWriter{header: make(http.Header)}
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	return string(bytes.Join(w.parts, nil)), &w.parts[0][0]
}

// gaugeText is what a driver shows of a gauge named g.
func gaugeText(value int64) string {
	return fmt.Sprintf("# HELP g_gauge g: current value\n# TYPE g_gauge gauge\ng_gauge %d\n", value)
}

// TestDriverHandlerKeeps: what a flush shows is rendered once for each format and
// coding, and anew after the next flush.
func TestDriverHandlerKeeps(t *testing.T) {
	registry := metrics.NewRegistry()
	gauge := metrics.GetOrRegisterGauge("g", registry)
	d := newDetached(t, Config{Registry: registry, FlushInterval: time.Hour})
	handlers := []http.Handler{d.Handler(), HandlerFor(d), d.Handler()}
	for round := range int64(3) {
		gauge.Update(round)
		once(t, d)
		_, first := scrapeParts(handlers[0])
		for i, h := range handlers {
			if text, at := scrapeParts(h); text != gaugeText(round) || at != first {
				t.Errorf("round %d, handler %d: kept %v, %s", round, i, at == first, text)
			}
		}
	}
	if d.renderings.drop(); d.renderings.runs != nil || d.renderings.bytes != 0 {
		t.Error("renderings of an old flush are kept")
	}
}

// TestKeptIsBounded: what exceeds the bound is rendered, and not kept.
func TestKeptIsBounded(t *testing.T) {
	registry := metrics.NewRegistry()
	metrics.GetOrRegisterGauge("g", registry)
	d := newDetached(t, Config{Registry: registry, FlushInterval: time.Hour})
	once(t, d)
	d.renderings.most = 1
	h := d.Handler()
	_, first := scrapeParts(h)
	if text, second := scrapeParts(h); text != gaugeText(0) || first == second || d.renderings.bytes != 0 || len(d.renderings.runs) != 0 {
		t.Errorf("kept %d bytes in %d runs: %s", d.renderings.bytes, len(d.renderings.runs), text)
	}
}

// TestConcurrentScrapesShareOneFlush: where each scrape reads, those that come while
// one reads share what it read and its rendering.
func TestConcurrentScrapesShareOneFlush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		registry := metrics.NewRegistry()
		var calls atomic.Int64
		metrics.NewRegisteredFunctionalGauge("g", registry, func() int64 {
			time.Sleep(time.Second)
			return calls.Add(1)
		})
		d := newDetached(t, Config{Registry: registry, CallTimeout: time.Minute})
		h := d.Handler()
		before := calls.Load()
		for round := range int64(2) {
			texts, starts := make([]string, 10), make([]*byte, 10)
			var wait sync.WaitGroup
			for i := range texts {
				wait.Go(func() { texts[i], starts[i] = scrapeParts(h) })
			}
			wait.Wait()
			for i := range texts {
				if texts[i] != gaugeText(before+round+1) || starts[i] != starts[0] {
					t.Errorf("round %d, scrape %d: shared %v, %s", round, i, starts[i] == starts[0], texts[i])
				}
			}
		}
	})
}

// TestStuckClientHoldsNobody: while a client does not read, others are served what
// later flushes show.
func TestStuckClientHoldsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		registry := metrics.NewRegistry()
		gauge := metrics.GetOrRegisterGauge("g", registry)
		d := newDetached(t, Config{Registry: registry, FlushInterval: time.Hour})
		h := d.Handler()
		release := make(chan struct{})
		var wait sync.WaitGroup
		for round := range int64(50) {
			gauge.Update(round)
			once(t, d)
			stuck := &stuckWriter{header: make(http.Header), release: release}
			wait.Go(func() { h.ServeHTTP(stuck, httptest.NewRequest(http.MethodGet, "/", nil)) })
			synctest.Wait()
			if text, _ := scrapeParts(h); text != gaugeText(round) {
				t.Errorf("round %d: %s", round, text)
			}
		}
		close(release)
		wait.Wait()
	})
}

// TestScrapesUnderFlushes: each scrape shows one flush, whole, whatever goes on.
func TestScrapesUnderFlushes(t *testing.T) {
	registry := metrics.NewRegistry()
	var gauges []metrics.Gauge
	for i := range 50 {
		gauges = append(gauges, metrics.GetOrRegisterGauge(fmt.Sprintf("g_%02d", i), registry))
	}
	d := newDetached(t, Config{Registry: registry, FlushInterval: time.Hour})
	once(t, d)
	h := d.Handler()
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for i := range 100 {
				text := body(t, get(h, "/", "", []string{"", "gzip", "zstd"}[i%3]))
				_, value, _ := strings.Cut(strings.SplitN(text, "\n", 4)[2], " ")
				if n := strings.Count(text, " "+value+"\n"); n != len(gauges) {
					t.Errorf("%d of %d gauges are %s", n, len(gauges), value)
				}
			}
		})
	}
	for round := range int64(100) {
		for _, g := range gauges {
			g.Update(1000 + round)
		}
		once(t, d)
	}
	wait.Wait()
}

// TestNamesOfAreFoundOnce for families that stay the same.
func TestNamesOfAreFoundOnce(t *testing.T) {
	d, source, _, _ := newTestDriver(t, Config{Layout: LayoutTyped})
	metrics.GetOrRegisterCounter("c", source)
	once(t, d)
	var c renderings
	names := c.namesOf(d.current.Load())
	if _, taken := names["c_total"]; !taken || len(names) != 3 {
		t.Errorf("names are %v", names)
	}
	names["mark"] = struct{}{}
	once(t, d)
	if _, same := c.namesOf(d.current.Load())["mark"]; !same {
		t.Error("names are found anew for the same families")
	}
	metrics.GetOrRegisterGauge("g", source)
	once(t, d)
	if again := c.namesOf(d.current.Load()); len(again) != 4 {
		t.Errorf("with another family, names are %v", again)
	}
}
