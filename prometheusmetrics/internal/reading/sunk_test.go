package reading

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-metrics-plus/metrics"
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
	back chan struct{}
}

func (m *labelsHang) Labels() metrics.Labels { <-m.back; return nil }

// Labels of what was left are asked for as late as a source may take.
func TestSunkLabelsHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := metrics.NewRegistry()
		metric := &labelsHang{counter(3), make(chan struct{})}
		source.SinkOnce("left", metric)
		r := readerOf(source, given{{"other", counter(1)}})
		if result := r.Read(limit()); len(result.Metrics) != 1 || result.Failed == nil {
			t.Errorf("while the labels hang: %+v", result)
		}
		close(metric.back)
		synctest.Wait()
		if m := byName(r.Read(limit()))["left"]; m == nil || m.Values.Value != 3 {
			t.Errorf("when they are back: %+v", m)
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
