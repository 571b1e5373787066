package reading

import (
	"runtime"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/go-metrics-plus/metrics"
)

// described is a source that describes its names.
type described struct {
	given
	describe func(name string) (metrics.Description, bool)
}

func (d described) DescriptionOf(name string) (metrics.Description, bool) { return d.describe(name) }

// TestDescriptions: one that panics costs itself, and each name is asked about once.
func TestDescriptions(t *testing.T) {
	asked := 0
	r := readerOf(described{
		given{{"a", counter(1)}, {"panics", counter(1)}, {"z", counter(1)}, {"unknown", counter(1)}},
		func(name string) (metrics.Description, bool) {
			asked++
			if name == "panics" {
				panic("no")
			}
			return metrics.Description{Help: "About " + name}, name != "unknown"
		},
	})
	for range 2 {
		all := byName(r.Read(limit()))
		if all["a"].Description.Help != "About a" || all["z"].Description.Help != "About z" ||
			all["panics"].Description.Help != "" || all["unknown"].Description.Help != "" {
			t.Errorf("descriptions are %+v", all)
		}
	}
	if asked != 4 {
		t.Errorf("asked %d times", asked)
	}
}

// TestDescriptionThatEndsItsGoroutine costs those that come after it, and no more.
func TestDescriptionThatEndsItsGoroutine(t *testing.T) {
	r := readerOf(described{
		given{{"a", counter(1)}, {"ends", counter(1)}, {"z", counter(1)}, {"a", metrics.NewGauge()}},
		func(name string) (metrics.Description, bool) {
			if name == "ends" {
				runtime.Goexit()
			}
			return metrics.Description{Help: "About " + name}, true
		},
	})
	for _, m := range r.Read(limit()).Metrics {
		if m.Description == nil || m.Description.Help != "" && m.Description.Help != "About "+m.Name {
			t.Errorf("%s is described by %+v", m.Name, m.Description)
		}
	}
}

// TestHangingDescription: the metrics are read without.
func TestHangingDescription(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		r := readerOf(described{given{{"a", counter(1)}}, func(string) (metrics.Description, bool) {
			<-release
			return metrics.Description{Help: "late"}, true
		}})
		for range 2 {
			if m := r.Read(limit()).Metrics[0]; !m.Fresh || m.Description.Help != "" {
				t.Errorf("read %+v", m)
			}
		}
		close(release)
		synctest.Wait()
	})
}

// TestSourceThatDoesNotStop: what a source hands out after Each has returned, or from
// several goroutines at once, does no harm.
func TestSourceThatDoesNotStop(t *testing.T) {
	var later []func()
	r := readerOf(sourceFunc(func(visit func(string, any)) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { visit("a", nan(1)) })
		}
		wg.Wait()
		later = append(later, func() { visit("b", counter(1)) })
	}))
	for range 3 {
		if all := r.Read(limit()).Metrics; len(all) != 1 {
			t.Errorf("read %d metrics", len(all))
		}
		for _, f := range later {
			f()
		}
	}
}

// TestListingGivesBackMemory: a list keeps some room for what may come, and no more.
func TestListingGivesBackMemory(t *testing.T) {
	for _, test := range []struct{ room, found, want int }{
		{64, 0, 64}, {65, 0, 0}, {72, 2, 72}, {73, 2, 2}, {464, 100, 464}, {465, 100, 100},
	} {
		l := &listing{found: make([]found, 0, test.room)}
		for range test.found {
			l.add("a", 1)
		}
		l.close()
		if len(l.found) != test.found || cap(l.found) != test.want {
			t.Errorf("%d found with room for %d: room for %d is kept, want %d", test.found, test.room, cap(l.found), test.want)
		}
	}
}
