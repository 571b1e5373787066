package runtimemetrics

import (
	"math"
	"runtime"
	rtmetrics "runtime/metrics"
	"strings"
	"sync"
	"testing"

	"github.com/go-metrics-plus/metrics"
)

// readAll returns what Each gives, by name.
func readAll(t *testing.T, r *Reader) map[string]any {
	t.Helper()
	all := map[string]any{}
	r.Each(func(name string, metric any) {
		if all[name] != nil {
			t.Errorf("%s comes twice", name)
		}
		all[name] = metric
	})
	return all
}

func numberOf(metric any) float64 {
	switch m := metric.(type) {
	case interface{ Value() float64 }:
		return m.Value()
	case interface{ Count() float64 }:
		return m.Count()
	case interface{ Count() int64 }:
		return float64(m.Count())
	}
	return math.NaN()
}

var sink []byte

// Each reading has the same metrics, with values that make sense, and what counts goes
// up from one to the next.
func TestSource(t *testing.T) {
	r := newReader()
	before := readAll(t, r)
	values := map[string]float64{}
	for name, metric := range before {
		values[name] = numberOf(metric)
	}
	for range 100 {
		sink = make([]byte, 100_000)
	}
	runtime.GC()
	after := readAll(t, r)
	if len(after) != len(before) || len(after) < 100 {
		t.Errorf("%d metrics, then %d", len(before), len(after))
	}
	for name, metric := range after {
		if metric != before[name] {
			t.Errorf("%s is another metric the second time", name)
		}
		v := numberOf(metric)
		if math.IsNaN(v) || v < 0 {
			t.Errorf("%s is %v", name, v)
		}
		if _, gauge := metric.(interface{ Value() float64 }); !gauge && v < values[name] {
			t.Errorf("%s went from %v to %v", name, values[name], v)
		}
		if strings.HasSuffix(name, "_total") != isCounter(metric) {
			t.Errorf("%s is a %T", name, metric)
		}
		d, ok := r.DescriptionOf(name)
		if !ok || d.Help == "" || d.Unit != "" && !strings.HasSuffix(strings.TrimSuffix(name, "_total"), d.Unit) {
			t.Errorf("%s is described by %+v", name, d)
		}
	}
	for name, most := range map[string]float64{
		"go_goroutines": 1000, "go_threads": 1000, "go_info": 1, "go_build_info": 1, "go_gc_duration_seconds": 1e6,
		"go_memstats_alloc_bytes": 1e10, "go_gc_heap_allocs_bytes_total": 1e12, "go_gc_heap_allocs_by_size_bytes": 1e12,
		"go_memstats_last_gc_time_seconds": 1e11, "go_sched_latencies_seconds": 1e12,
	} {
		if v := numberOf(after[name]); !(v >= 1 && v <= most) {
			t.Errorf("%s is %v", name, v)
		}
	}
	if numberOf(after["go_gc_duration_seconds"]) <= values["go_gc_duration_seconds"] {
		t.Error("a collection was not counted")
	}
	if after["go_memstats_alloc_bytes_total"] != nil {
		t.Error("go_memstats_alloc_bytes_total can't stand beside the gauge")
	}
	if got := after["go_info"].(*info).Labels()["version"]; got != runtime.Version() {
		t.Errorf("version %q", got)
	}
}

func isCounter(metric any) bool {
	_, ok := metric.(interface{ Count() float64 })
	return ok
}

// Every metric of this Go's runtime is there.
func TestSourceIsComplete(t *testing.T) {
	all := readAll(t, newReader())
	for _, d := range rtmetrics.All() {
		if name, _ := nameOf(d); all[name] == nil {
			t.Errorf("%s is missing: %s", name, d.Name)
		}
	}
}

func TestSourceIsShared(t *testing.T) {
	if first, second := Source(), Source(); first != second {
		t.Error("each caller has another")
	}
}

// Readers don't disturb each other: what is counted is counted once.
func TestSourceConcurrently(t *testing.T) {
	r := newReader()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 20 {
				r.Each(func(_ string, metric any) {
					switch m := metric.(type) {
					case metrics.HistogramFloat64:
						m.Buckets()
					case interface{ Percentiles([]float64) []float64 }:
						m.Percentiles([]float64{0.5})
					default:
						numberOf(metric)
					}
				})
			}
		})
	}
	all.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.metrics {
		h, ok := m.given.(metrics.HistogramFloat64)
		if !ok {
			continue
		}
		for i := range r.samples {
			if name, _ := nameOf(rtmetrics.Description{Name: r.samples[i].Name, Kind: rtmetrics.KindFloat64Histogram}); name != m.name {
				continue
			}
			want := uint64(0)
			for _, n := range r.samples[i].Value.Float64Histogram().Counts {
				want += n
			}
			if uint64(h.Count()) != want {
				t.Errorf("%s counted %d, the runtime %d", m.name, h.Count(), want)
			}
		}
	}
}

// Counts by bucket of the runtime are counts by classic bucket, and sums lie between
// what the buckets' ends would make them.
func TestHistogram(t *testing.T) {
	inf := math.Inf(1)
	h := &histogram{shown: metrics.NewBucketHistogramFloat64(relativeError, classicBounds([]float64{-inf, 0, 1, 2, 3, 4, inf}, "bytes"))}
	from := &rtmetrics.Float64Histogram{Buckets: []float64{-inf, 0, 1, 2, 3, 4, inf}, Counts: []uint64{1, 2, 0, 3, 0, 4}}
	for n := range uint64(2) {
		h.update(from)
		if got, want := h.shown.Count(), int64(10+n); got != want {
			t.Errorf("count %d, want %d", got, want)
		}
		if got, want := h.shown.Sum(), 0+2*0.5+3*2.5+4*4+float64(n)*1.5; got != want {
			t.Errorf("sum %v, want %v", got, want)
		}
		from.Counts[2]++ // and again, after one more
	}
	var got []uint64
	for _, n := range h.shown.Buckets().Classic() {
		got = append(got, n)
	}
	if len(got) != 3 || got[0] != 3 || got[1] != 4 || got[2] != 7 { // up to 1, 2, 4
		t.Errorf("by bound %v", got)
	}
}

func TestClassicBounds(t *testing.T) {
	below := func(v float64) float64 { return math.Nextafter(v, 0) }
	inf := math.Inf(1)
	for _, test := range []struct {
		unit       string
		boundaries []float64
		want       []float64
	}{
		{"seconds", []float64{-inf, 0, 1e-9, 2e-9, 1e-8, 5e-8, 1e-7, 0.1, 1, 10, inf},
			[]float64{below(1e-9), below(1e-8), below(1e-7), below(0.1), below(1)}},
		{"bytes", []float64{1, 3, 4, 9, 10, inf}, []float64{below(3), below(9)}},
		{"other", []float64{0, 1, 2, inf}, []float64{below(1), below(2)}},
		{"other", []float64{-4, -3, 1}, []float64{math.Nextafter(-3, -4), below(1)}},
		{"bytes", []float64{-4, -3, -2, -1}, []float64{math.Nextafter(-2, -4), math.Nextafter(-1, -2)}},
	} {
		got := classicBounds(test.boundaries, test.unit)
		if len(got) != len(test.want) {
			t.Errorf("%s %v gave %v, want %v", test.unit, test.boundaries, got, test.want)
			continue
		}
		for i := range got {
			if got[i] != test.want[i] {
				t.Errorf("%s %v gave %v, want %v", test.unit, test.boundaries, got, test.want)
			}
		}
	}
}

// A reading of the runtime is a few microseconds and does not grow.
func TestSourceAllocs(t *testing.T) {
	r := newReader()
	r.Each(func(string, any) {})
	if got := testing.AllocsPerRun(20, func() { r.Each(func(string, any) {}) }); got > 100 {
		t.Errorf("%v allocations", got)
	}
}
