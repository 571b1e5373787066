package reading

import (
	"errors"
	"math"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
)

// given is a source that has what a test wants.
type given []found

func (g given) Each(visit func(string, any)) {
	for _, f := range g {
		visit(f.name, f.metric)
	}
}

// sourceFunc is a source that does what a test wants.
type sourceFunc func(func(string, any))

func (f sourceFunc) Each(visit func(string, any)) { f(visit) }

func counter(n int64, labels ...metrics.Labels) metrics.Counter {
	c := metrics.NewCounter(labels...)
	c.Inc(n)
	return c
}

func functional(f func() int64) metrics.Gauge { return metrics.NewFunctionalGauge(f) }

// readerOf makes a reader of sources.
func readerOf(sources ...interface{ Each(func(string, any)) }) *Reader {
	var all []Source
	for _, s := range sources {
		all = append(all, Source{Source: s, Wanted: Wanted{Percentiles: []float64{0.5}, Window: time.Minute}})
	}
	return New(all, nil)
}

func limit() Limit { return Limit{Timeout: time.Second, Begin: time.Now()} }

// byName lists the metrics of a result.
func byName(r Result) map[string]*Metric {
	all := make(map[string]*Metric)
	for _, m := range r.Metrics {
		all[m.Name] = m
	}
	return all
}

func reason(m *Metric) problem.Reason {
	if m.Problem == nil {
		return ""
	}
	return m.Problem.Reason
}

// TestMetricsStay: a metric is the same Metric for as long as its source has it, and
// the list is the same slice as long as nothing changes.
func TestMetricsStay(t *testing.T) {
	a, b := counter(1), counter(2)
	source := given{{"a", a}, {"b", b}}
	r := readerOf(&source)
	first := r.Read(limit())
	a.Inc(1)
	second := r.Read(limit())
	if &first.Metrics[0] != &second.Metrics[0] || byName(second)["a"].Values.Value != 2 {
		t.Errorf("the second reading is %v", second.Metrics)
	}
	source = given{{"b", b}, {"a", counter(7)}}
	third := r.Read(limit())
	if len(third.Metrics) != 2 || third.Metrics[0] != first.Metrics[1] || third.Metrics[1] == first.Metrics[0] {
		t.Error("a metric that stayed is another one, or one that was replaced is not")
	}
	if got := third.Metrics[1].Values.Value; got != 7 {
		t.Errorf("the one that replaced another is read as %v", got)
	}
}

// TestGivenTwice: a metric that a source hands out twice is one.
func TestGivenTwice(t *testing.T) {
	a := counter(1)
	r := readerOf(given{{"a", a}, {"a", a}, {"b", counter(1)}})
	for range 2 {
		if all := r.Read(limit()).Metrics; len(all) != 2 {
			t.Errorf("read %d metrics, want 2", len(all))
		}
	}
}

// nan is a gauge by value.
type nan float64

func (n nan) Value() float64 { return float64(n) }

// TestIdentityOfValues: values that don't equal themselves, or can't be compared, are
// the same metric all the same.
func TestIdentityOfValues(t *testing.T) {
	r := readerOf(given{{"nan", nan(math.NaN())}, {"map", labelMap{}}, {"nil", nil}})
	first := r.Read(limit()).Metrics
	second := r.Read(limit()).Metrics
	if &first[0] != &second[0] {
		t.Error("what was read is not known again")
	}
}

type labelMap map[string]string

func (l labelMap) Value() float64 { return float64(len(l)) }

// TestReplacedValue: a value that is another than before is another metric.
func TestReplacedValue(t *testing.T) {
	source := given{{"nan", nan(1)}}
	r := readerOf(&source)
	first := r.Read(limit()).Metrics[0]
	if again := r.Read(limit()).Metrics[0]; again != first {
		t.Error("the same value is another metric")
	}
	source[0].metric = nan(2)
	if m := r.Read(limit()).Metrics[0]; m == first || m.Values.Value != 2 {
		t.Errorf("what replaced it is read as %v", m.Values.Value)
	}
}

// TestUnsupported: what is no metric is a problem of its own.
func TestUnsupported(t *testing.T) {
	all := byName(readerOf(given{{"int", 42}, {"nil", nil}, {"good", counter(3)}}).Read(limit()))
	if reason(all["int"]) != problem.Unsupported || reason(all["nil"]) != problem.Unsupported || all["int"].Fresh {
		t.Errorf("problems are %v and %v", all["int"].Problem, all["nil"].Problem)
	}
	if m := all["good"]; m.Problem != nil || !m.Fresh || m.Values.Value != 3 || m.Type() != "metrics.Counter" {
		t.Errorf("the good one is %+v", m)
	}
	if all["nil"].Type() != "<nil>" {
		t.Errorf("the type of nil is %s", all["nil"].Type())
	}
}

// TestFailingSource: a source that fails keeps the metrics it had, which go on being
// read, and the others are not held up.
func TestFailingSource(t *testing.T) {
	for name, fail := range map[string]func(){
		"panics": func() { panic("broken") },
		"ends":   runtime.Goexit,
		"hangs":  func() { select {} },
	} {
		if name == "hangs" {
			continue // see TestHangingSource
		}
		a, b := counter(1), counter(1)
		failing := false
		r := readerOf(sourceFunc(func(visit func(string, any)) {
			if failing {
				fail()
			}
			visit("a", a)
		}), given{{"b", b}})
		r.Read(limit())
		failing = true
		for round := range 2 {
			a.Inc(1)
			b.Inc(1)
			result := r.Read(limit())
			all := byName(result)
			if len(all) != 2 || all["a"].Values.Value != float64(round)+2 || all["b"].Values.Value != float64(round)+2 {
				t.Errorf("%s: read %v", name, all)
			}
			if result.Failed == nil || len(result.News) != 1-round || result.Listed != 2 {
				t.Errorf("%s, round %d: %v, news %v", name, round, result.Failed, result.News)
			}
		}
		failing = false
		if result := r.Read(limit()); result.Failed != nil {
			t.Errorf("%s: after it is well again: %v", name, result.Failed)
		}
	}
}

// TestHangingSource: a source that hangs costs the timeout once, and is not called
// again before it is back.
func TestHangingSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var calls atomic.Int64
		r := readerOf(sourceFunc(func(visit func(string, any)) {
			if calls.Add(1) == 2 {
				<-release
				visit("late", counter(1)) // nobody waits for it any more
			}
			visit("a", counter(1))
		}), given{{"b", counter(1)}})
		r.Read(limit())
		for _, wait := range []time.Duration{time.Second, 0} {
			start := time.Now()
			result := r.Read(limit())
			if len(result.Metrics) != 2 || result.Failed == nil || time.Since(start) != wait {
				t.Errorf("read %d metrics in %v, %v", len(result.Metrics), time.Since(start), result.Failed)
			}
		}
		if calls.Load() != 2 {
			t.Errorf("the source was called %d times", calls.Load())
		}
		close(release)
		synctest.Wait()
		if result := r.Read(limit()); result.Failed != nil || len(result.Metrics) != 2 || calls.Load() != 3 {
			t.Errorf("after it came back: %v, %d calls", result.Failed, calls.Load())
		}
	})
}

// TestChurnLeavesNothing: what has gone is not held by lists or maps.
func TestChurnLeavesNothing(t *testing.T) {
	source := given{}
	for range 1000 {
		source = append(source, found{"c", counter(1)})
	}
	r := readerOf(&source)
	r.Read(limit())
	source = source[:1]
	r.Read(limit())
	r.Read(limit())
	if r.known.Len() != 1 || r.known.Shrink() || cap(r.sources[0].listing.found) > 100 || cap(r.metrics) > 100 {
		t.Errorf("%d known, room for %d found", r.known.Len(), cap(r.sources[0].listing.found))
	}
}

func TestDrop(t *testing.T) {
	asked := 0
	source := given{{"dropped", functional(func() int64 { asked++; return 1 })}, {"int", 4}, {"kept", counter(1)}}
	r := New([]Source{{Source: source}}, func(name string) bool { return name != "kept" })
	all := byName(r.Read(limit()))
	if asked > 0 || all["dropped"].Fresh || all["int"].Problem != nil || !all["kept"].Fresh {
		t.Errorf("asked %d times; %+v", asked, all)
	}
}

var errBroken = errors.New("broken")

// TestPanics: what panics, or ends its goroutine, costs itself.
func TestPanics(t *testing.T) {
	source := given{
		{"a", functional(func() int64 { return 1 })},
		{"goexit", functional(func() int64 { runtime.Goexit(); return 0 })},
		{"panic", functional(func() int64 { panic(errBroken) })},
		{"z", functional(func() int64 { return 26 })},
	}
	r := readerOf(source)
	for range 2 {
		all := byName(r.Read(limit()))
		if reason(all["goexit"]) != problem.Panic || reason(all["panic"]) != problem.Panic {
			t.Errorf("problems are %v and %v", all["goexit"].Problem, all["panic"].Problem)
		}
		if !strings.Contains(all["panic"].Problem.Err.Error(), "broken") {
			t.Errorf("the error is %v", all["panic"].Problem.Err)
		}
		if !all["a"].Fresh || all["z"].Values.Value != 26 || all["goexit"].Fresh {
			t.Errorf("read %+v", all)
		}
	}
}
