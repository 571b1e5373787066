package reading

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
)

// troubled is a registry whose listing panics, having given what was left.
type troubled struct {
	metrics.Registry
	panics bool
}

func (r *troubled) EachApart(registered, sunk func(string, any)) {
	metrics.EachApart(r.Registry, registered, sunk)
	if r.panics {
		panic("in the midst")
	}
}

// What was left is kept until its reading was seen, also if the listing that took it
// failed.
func TestSunkIsKept(t *testing.T) {
	source := &troubled{Registry: metrics.NewRegistry(), panics: true}
	r := readerOf(source)
	source.SinkOnce("last", metrics.NewCounter())
	if got := len(r.Read(limit()).Metrics); got != 0 {
		t.Fatalf("%d metrics of a source that panics", got)
	}
	r.Saw(r.Reading())
	source.panics = false
	for range 2 {
		if m := byName(r.Read(limit()))["last"]; m == nil || !m.Fresh || m.Kind != Counter {
			t.Fatalf("reading %d: %+v", r.Reading(), m)
		}
		r.Saw(1) // an earlier one
	}
	r.Saw(2) // the first that had it
	if got := len(r.Read(limit()).Metrics); got != 0 {
		t.Errorf("%d metrics are kept that were seen", got)
	}
}

// TestKeptSunkIsTheSameList: what is kept for somebody to see is listed anew only when it
// comes or goes.
func TestKeptSunkIsTheSameList(t *testing.T) {
	source := metrics.NewRegistry()
	if err := source.Register("stays", counter(1)); err != nil {
		t.Fatal(err)
	}
	r := readerOf(source)
	before := r.Read(limit()).Metrics
	source.SinkOnce("left", counter(2))
	source.SinkOnce("left too", counter(3))
	for reading, want := range []struct{ metrics, changes int }{{3, 1}, {3, 0}, {3, 0}, {1, 1}, {1, 0}} {
		if want.metrics == 1 {
			r.Saw(r.Reading())
		}
		got := r.Read(limit()).Metrics
		if changed := &got[0] != &before[0]; len(got) != want.metrics || changed != (want.changes > 0) {
			t.Errorf("reading %d: %d metrics, another list: %v; want %+v", reading, len(got), changed, want)
		}
		before = got
	}
}

// labelsHang is a metric whose labels don't come back for a while.
type labelsHang struct {
	metrics.Counter
	back  chan struct{}
	calls atomic.Int32
}

func (m *labelsHang) Labels() metrics.Labels {
	m.calls.Add(1)
	<-m.back
	return metrics.Labels{"l": "hangs"}
}

// Labels of what was left that don't come back cost that metric, and not what its source
// has beside it, be it new or left, too.
func TestSunkLabelsHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := metrics.NewRegistry()
		metric := &labelsHang{Counter: counter(3), back: make(chan struct{})}
		source.SinkOnce("left", metric)
		r := readerOf(source)
		for round := range 3 {
			source.Register(fmt.Sprint("new", round), counter(1))
			source.SinkOnce("left", counter(int64(round)))
			result := r.Read(limit())
			m := byName(result)
			if result.Failed != nil || m[fmt.Sprint("new", round)] == nil {
				t.Errorf("round %d: a new metric is not seen: %v", round, result.Failed)
			}
			fresh := 0
			for _, m := range result.Metrics {
				switch {
				case m.value == metric && (m.Fresh || m.Problem == nil || m.Problem.Reason != problem.Timeout):
					t.Errorf("round %d: what hangs is %+v", round, m)
				case m.Name == "left" && m.Fresh && m.Values.Value == 0:
					fresh++
				}
			}
			if fresh != 1 { // the others of its series wait until it was seen
				t.Errorf("round %d: %d of what was left beside it are there", round, fresh)
			}
		}
		if calls := metric.calls.Load(); calls != 2 { // for its key, and when it was read
			t.Errorf("it was asked %d times for its labels", calls)
		}
		close(metric.back)
		synctest.Wait()
		for _, m := range r.Read(limit()).Metrics {
			if m.value == metric && (!m.Fresh || m.Values.Value != 3) {
				t.Errorf("when they are back: %+v", m)
			}
		}
		r.Saw(r.Reading())
		for _, m := range r.Read(limit()).Metrics {
			if m.value == metric {
				t.Errorf("kept, though it was seen: %+v", m)
			}
		}
	})
}

// Labels that panic or end the goroutine are none.
func TestSunkLabelsFail(t *testing.T) {
	for _, fail := range []func(){func() { panic("no") }, runtime.Goexit} {
		source := metrics.NewRegistry()
		source.SinkOnce("left", &labelsFail{counter(3), fail})
		source.SinkOnce("other", counter(1))
		r := readerOf(source)
		for range 2 {
			result := r.Read(limit())
			m := byName(result)
			if result.Failed != nil || m["other"] == nil || !m["other"].Fresh || m["left"] == nil || m["left"].Problem == nil {
				t.Errorf("read %+v, %v", m, result.Failed)
			}
		}
	}
}

type labelsFail struct {
	metrics.Counter
	fail func()
}

func (m *labelsFail) Labels() metrics.Labels { m.fail(); return nil }

// However many hang, those whose labels come back are shown in the end.
func TestSunkLabelsThatHangAreMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, back := metrics.NewRegistry(), make(chan struct{})
		defer close(back)
		for i := range 2 * maxCalls {
			source.SinkOnce(fmt.Sprint("hangs", i), &labelsHang{Counter: counter(1), back: back})
		}
		for range 2 {
			source.SinkOnce("foreign", &labelsFail{counter(3), func() {}})
		}
		r := readerOf(source)
		for _, want := range []int{maxCalls, 2 * maxCalls, 2*maxCalls + 1} { // of one series, one at a time
			result := r.Read(limit())
			m := byName(result)["foreign"]
			if len(result.Metrics) != want || (m != nil) != (want > 2*maxCalls) || m != nil && !m.Fresh {
				t.Errorf("%d metrics are shown, want %d; among them %+v", len(result.Metrics), want, m)
			}
		}
	})
}

// A driver that nobody scrapes keeps the latest of what is left, and no more than that.
func TestSunkLimit(t *testing.T) {
	source := metrics.NewRegistry()
	r := readerOf(source)
	for i := range sunkLimit + 10 {
		gauge := metrics.NewGauge()
		gauge.Update(int64(i))
		source.SinkOnce("last", gauge)
	}
	patient := Limit{Timeout: time.Minute, Begin: time.Now()} // listing so many may take a second
	if got := byName(r.Read(patient))["last"].Values.Value; got != 10 || len(r.sources[0].sunk) != sunkLimit {
		t.Errorf("the oldest of %d is %v", len(r.sources[0].sunk), got)
	}
}
