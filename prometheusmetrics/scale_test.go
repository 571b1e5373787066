//go:build !race

// The race detector has sync.Pool forget what it holds at random, so what is
// allocated under it says nothing.

package prometheusmetrics

import (
	"cmp"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/go-metrics-plus/metrics"
)

// crowd is as many counters with labels, and a twentieth as many bucketed timers.
type crowd struct {
	registry metrics.Registry
	counters []metrics.Counter
	timers   []metrics.Timer
}

func newCrowd(size int) *crowd {
	bucketed := metrics.WithSample(func() metrics.Sample { return metrics.NewBucketSample(0.05) })
	c := &crowd{registry: metrics.NewRegistry(bucketed)}
	requests := metrics.NewVec[metrics.Counter](c.registry, "requests", "route", "method")
	latency := metrics.NewVec[metrics.Timer](c.registry, "latency", "route")
	for i := range size {
		c.counters = append(c.counters, requests.With("/route/"+strconv.Itoa(i/4), strconv.Itoa(i%4)))
	}
	for i := range size / 20 {
		c.timers = append(c.timers, latency.With("/route/"+strconv.Itoa(i)))
	}
	c.update()
	return c
}

func (c *crowd) update() {
	for _, counter := range c.counters {
		counter.Inc(1)
	}
	for i, timer := range c.timers {
		timer.Update(time.Duration(i) * time.Microsecond)
	}
}

// scrapeAs scrapes into nowhere.
func scrapeAs(h http.Handler, accept, encoding string) {
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.Header.Set("Accept", accept)
	r.Header.Set("Accept-Encoding", encoding)
	h.ServeHTTP(&partsWriter{header: make(http.Header)}, r)
}

// TestAllocationsOfManySeries: what flushes and scrapes allocate is as many pieces of
// memory for fifty thousand series as for a thousand, whether anything changed.
func TestAllocationsOfManySeries(t *testing.T) {
	c := newCrowd(50_000)
	d, _, _, _ := newTestDriver(t, Config{Layout: LayoutTyped, Registry: c.registry})
	h := d.Handler()
	once(t, d)
	for name, work := range map[string]func(){
		"flush, nothing updated": func() { once(t, d) },
		"flush, all updated":     func() { c.update(); once(t, d) },
		"flush and scrape in OpenMetrics": func() {
			once(t, d)
			scrapeAs(h, acceptHeaders[0], "gzip")
		},
		"flush and scrape in protobuf": func() {
			once(t, d)
			scrapeAs(h, acceptHeaders[10], "gzip")
		},
	} {
		if n := testing.AllocsPerRun(2, work); n > 125 {
			t.Errorf("%s: %v allocations, want at most 125", name, n)
		}
	}
}

// TestScrapeOfOneLargeFamily: a family is compressed as it is rendered, so that a scrape
// needs less memory than its text takes.
func TestScrapeOfOneLargeFamily(t *testing.T) {
	c := newCrowd(50_000)
	d, _, _, _ := newTestDriver(t, Config{Layout: LayoutTyped, Registry: c.registry})
	once(t, d)
	var text partsWriter
	text.header = make(http.Header)
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	d.Handler().ServeHTTP(&text, r)
	size := 0
	for _, part := range text.parts {
		size += len(part)
	}
	toolsLost() // so that nothing of the scrape before is used again
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	scrapeAs(d.Handler(), acceptHeaders[8], "gzip")
	runtime.ReadMemStats(&after)
	if took := int(after.TotalAlloc - before.TotalAlloc); size < 2_000_000 || took > 2*size/3 {
		t.Errorf("a compressed scrape of %d bytes allocated %d", size, took)
	}
}

// TestScrapeOfOneLargeFamilyOfOthers: so is a family of another gatherer, and what its
// compressed answer decodes to is what there is without compression, be the last of it
// what only expfmt can write.
func TestScrapeOfOneLargeFamilyOfOthers(t *testing.T) {
	d, _, _, _ := newTestDriver(t, Config{Layout: LayoutTyped, Registry: newCrowd(50_000).registry})
	once(t, d)
	all, _ := d.Gather()
	large := slices.MaxFunc(all, func(a, b *dto.MetricFamily) int { return cmp.Compare(len(a.Metric), len(b.Metric)) })
	h := HandlerOptions{OnError: func(error) {}}.HandlerFor(
		prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return []*dto.MetricFamily{large}, nil }))
	size := get(h, "/metrics", acceptHeaders[8], "").Body.Len()
	toolsLost()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	scrapeAs(h, acceptHeaders[8], "gzip")
	runtime.ReadMemStats(&after)
	if took := int(after.TotalAlloc - before.TotalAlloc); size < 2_000_000 || took > 3*size/4 {
		t.Errorf("a compressed scrape of %d bytes allocated %d", size, took)
	}
	for range 2 {
		for _, accept := range []string{acceptHeaders[0], acceptHeaders[8], acceptHeaders[10]} { // one for each format
			plain := body(t, get(h, "/metrics", accept, ""))
			for _, encoding := range []string{"gzip", "zstd"} {
				if got := body(t, get(h, "/metrics", accept, encoding)); got != plain || len(got) < size/2 {
					t.Errorf("%q, %s: %d bytes are not the %d of a plain answer", accept, encoding, len(got), len(plain))
				}
			}
		}
		last := large.Metric[len(large.Metric)-1]
		last.Counter.Exemplar = &dto.Exemplar{
			Label: last.Label, Value: proto.Float64(1), Timestamp: &timestamppb.Timestamp{Nanos: -1},
		}
	}
}

// toolsLost empties the pools, which survive one collection.
func toolsLost() {
	runtime.GC()
	runtime.GC()
}

// TestMemoryOfASeries bounds what one more child of a Vec takes in its registry, and in
// a driver that has been flushed.
func TestMemoryOfASeries(t *testing.T) {
	const size = 20_000
	heap := func() int {
		toolsLost()
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		return int(memory.HeapAlloc)
	}
	before := heap()
	c := newCrowd(size)
	recording := heap()
	d, _, _, _ := newTestDriver(t, Config{Layout: LayoutTyped, Registry: c.registry})
	once(t, d)
	once(t, d)
	flushed := heap()
	children := len(c.counters) + len(c.timers)
	registry, driver := (recording-before)/children, (flushed-recording)/children
	if registry > 320 || driver > 700 {
		t.Errorf("a series takes %d bytes in the registry and %d in the driver", registry, driver)
	}
	runtime.KeepAlive(c)
	runtime.KeepAlive(d)
}
