package prometheusmetrics

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/go-metrics-plus/metrics"
)

// TestRemoveKeepsTheOthers: a driver that leaves takes no other one along.
func TestRemoveKeepsTheOthers(t *testing.T) {
	var all []*Driver
	for range 3 {
		d, _, _, _ := newTestDriver(t, Config{})
		all = append(all, d)
	}
	all[1].Unregister()
	others := drivers.others(all[0])
	if slices.Contains(others, all[1]) || !slices.Contains(others, all[2]) || slices.Contains(others, all[0]) {
		t.Error("the driver that was unregistered is listed, or another one is not")
	}
	all[2].Unregister()
	if slices.Contains(drivers.others(all[0]), all[2]) {
		t.Error("the second that was unregistered is listed")
	}
}

// TestSharingSettlesAtOnce: of two drivers that turn out to be in one registry, one lets
// go of the series that both have, without another flush, and says so once.
func TestSharingSettlesAtOnce(t *testing.T) {
	var all [2]*Driver
	var logs [2]*errorLog
	for i := range all {
		d, source, _, log := newTestDriver(t, Config{})
		metrics.GetOrRegisterCounter("c", source)
		metrics.GetOrRegisterCounter(fmt.Sprint("own", i), source)
		once(t, d)
		all[i], logs[i] = d, log
	}
	for range 2 {
		all[1].shareWith(all[0])
		exposed := make(map[string]int)
		for _, d := range all {
			for series := range figures(expose(t, d)) {
				exposed[series]++
			}
		}
		if want := map[string]int{"c_count": 1, "own0_count": 1, "own1_count": 1}; !maps.Equal(exposed, want) {
			t.Errorf("exposed %v, want %v", exposed, want)
		}
		if told := append(logs[0].reasons(), logs[1].reasons()...); !slices.Equal(told, []string{"c: duplicate"}) {
			t.Errorf("reported %q", told)
		}
	}
}
