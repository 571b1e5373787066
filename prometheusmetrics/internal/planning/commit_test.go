package planning

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/go-metrics-plus/metrics"
)

// TestMemoryReturns: after many metrics have gone, places and maps are as few as if
// they had never been, and what has stayed is exposed as before.
func TestMemoryReturns(t *testing.T) {
	for _, typed := range []bool{false, true} {
		w := newWorld(t, typed, Config{})
		c, h := counter(5), metrics.NewHistogram(metrics.NewBucketSample(0.05))
		h.Update(7)
		w.put("stays", c)
		w.put("stays_too", h)
		for i := range 1000 {
			w.put(fmt.Sprint("t", i), metrics.NewTimer())
			w.put(fmt.Sprint("b", i), metrics.NewHistogram(metrics.NewBucketSample(0.05)))
			w.put(fmt.Sprint("c", i), counter(1))
		}
		w.flush()
		for i := range 1000 {
			w.remove(fmt.Sprint("t", i))
			w.remove(fmt.Sprint("b", i))
			w.remove(fmt.Sprint("c", i))
		}
		c.Inc(1)
		w.flush()
		s := w.state
		if s.numbers.length+s.parts.length+s.histograms.length > 40 || len(s.members) != 2 {
			t.Errorf("typed %v: %d numbers, %d parts, %d histograms for %d metrics",
				typed, s.numbers.length, s.parts.length, s.histograms.length, len(s.members))
		}
		if s.series.Shrink() || s.series.Len() != len(s.families) {
			t.Errorf("typed %v: %d series in %d families", typed, s.series.Len(), len(s.families))
		}
		fresh := newWorld(t, typed, Config{})
		fresh.put("stays", c)
		fresh.put("stays_too", h)
		fresh.flush()
		w.want("what stays", shown(fresh.state.Exposition())...)
		if n := len(w.flush().Numbers); n > 40 {
			t.Errorf("typed %v: a flush has %d numbers", typed, n)
		}
	}
}

// TestLimit is reported once with the number, again when that has changed much, and
// costs nothing as long as it is reached.
func TestLimit(t *testing.T) {
	w := newWorld(t, false, Config{MaxSeries: 12})
	w.put("a", metrics.NewMeter())
	for i := range 10 {
		w.put(fmt.Sprint("m", i), metrics.NewMeter())
	}
	for range 3 {
		w.flush()
	}
	w.wantTold("reached", "m1: limit")
	if got := w.state.Exposition().Series; got != 10 {
		t.Errorf("%d series are exposed", got)
	}
	w.put("c", counter(1)) // for which there is room
	w.flush()
	if got := w.state.Exposition().Series; got != 11 {
		t.Errorf("%d series are exposed", got)
	}
	for i := range 12 {
		w.put(fmt.Sprint("n", i), metrics.NewMeter())
	}
	w.flush()
	w.wantTold("changed much", "m1: limit")
	metricsRead := w.read()
	if n := testing.AllocsPerRun(10, func() { Make(w.state, metricsRead, Answers{}) }); n > 20 {
		t.Errorf("a plan under the limit allocates %v times", n)
	}
	for _, name := range slices.Clone(w.names) {
		if name != "a" && name != "m3" {
			w.remove(name)
		}
	}
	w.flush()
	if got := w.state.Exposition().Series; got != 10 || w.state.limited != 0 {
		t.Errorf("%d series are exposed, %d metrics left out", got, w.state.limited)
	}
	w.wantTold("not reached")
	w.put("m4", metrics.NewMeter())
	w.flush()
	w.wantTold("reached again", "m4: limit")
}

// TestLimitIsReportedAgain when the metrics that it leaves out have doubled, or halved.
func TestLimitIsReportedAgain(t *testing.T) {
	w := newWorld(t, false, Config{MaxSeries: 1})
	w.put("a", counter(1))
	reported := 0
	for _, test := range []struct {
		left   int // metrics that are left out
		report bool
	}{{2, true}, {3, false}, {4, true}, {7, false}, {5, false}, {2, true}, {2, false}, {1, true}, {0, false}, {1, true}} {
		for i := range 10 {
			if name := fmt.Sprint("m", i); i < test.left {
				w.put(name, counter(1))
			} else {
				w.remove(name)
			}
		}
		p := w.plan(Answers{})
		w.commit(p)
		if told := w.told != nil; told != test.report {
			t.Errorf("%d left out after %d were reported: reported %q", test.left, reported, w.told)
		}
		if w.told = nil; test.report {
			reported = test.left
			want := fmt.Sprintf("the limit of 1 series is reached, and metrics left out for it: %d, this one the first", reported)
			if last := p.reports[len(p.reports)-1]; last.Problem.Err.Error() != want || last.Metric.Name != "m0" {
				t.Errorf("reported %v of %s, want %s of m0", last.Problem.Err, last.Metric.Name, want)
			}
		}
	}
}

// TestLimitFits: what takes all the room that is left is let in.
func TestLimitFits(t *testing.T) {
	w := newWorld(t, false, Config{MaxSeries: 10})
	for _, name := range []string{"a", "b", "c"} {
		w.put(name, metrics.NewMeter()) // five series
	}
	w.flush()
	w.wantTold("two fit", "c: limit")
	w.remove("b")
	w.flush()
	if e := w.state.Exposition(); e.Series != 10 || e.Families[5].Name != "c_count" {
		t.Errorf("%d series are exposed: %q", e.Series, shown(e))
	}
}

// TestShrink: maps are made anew when they hold a fraction of what they did, with what
// they hold.
func TestShrink(t *testing.T) {
	s := NewState(Config{})
	for i := range 200 {
		e, f, name := &entry{hash: uint64(i)}, &family{}, fmt.Sprint(i)
		s.families[name], s.users[name] = f, f
		s.series.Add(e.hash, e)
	}
	for hash, e := range s.series.All() {
		if name := fmt.Sprint(hash); hash >= 5 {
			s.series.Remove(hash, e)
			delete(s.families, name)
			delete(s.users, name)
		}
	}
	families, users := s.families, s.users
	s.shrink()
	if !maps.Equal(families, s.families) || !maps.Equal(users, s.users) || s.series.Len() != 5 {
		t.Errorf("%d series, families %v and users %v are left", s.series.Len(), s.families, s.users)
	}
	clear(families)
	clear(users)
	if len(s.families) != 5 || len(s.users) != 5 {
		t.Error("the maps are those that were there")
	}
}
