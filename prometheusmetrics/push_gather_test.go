package prometheusmetrics

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/go-metrics-plus/metrics"
)

// What collides is left out and told once, again after it was gone, and the rest
// arrives.
func TestPushLeavesOutWhatCollidesWithTheGroup(t *testing.T) {
	d, source, _, log := newTestDriver(t, Config{})
	register := func() {
		metrics.GetOrRegisterTimer("t", source, metrics.Labels{"job": "other"})
		metrics.GetOrRegisterCounter("c", source, metrics.Labels{"zone": "b"}).Inc(1)
		metrics.GetOrRegisterCounter("c", source, metrics.Labels{"zone": "a"}).Inc(2) // the group's own value
		metrics.GetOrRegisterCounter("c", source, metrics.Labels{"zonk": "b"}).Inc(3)
		metrics.GetOrRegisterCounter("c", source).Inc(4)
	}
	register()
	gateway := &gatewayDouble{}
	options := PushOptions{Grouping: map[string]string{"zone": "a"}}
	want := map[string]string{`c_count{zonk="b"}`: "3", "c_count": "4"}
	for range 3 {
		if got := mustPush(t, d, gateway, options); !maps.Equal(got.figures, want) {
			t.Errorf("pushed %v, want %v", got.figures, want)
		}
	}
	reasons := []string{"c: label", "c: label", "t: label"}
	if got := log.reasons(); !slices.Equal(got, reasons) {
		t.Errorf("reported %q, want %q", got, reasons)
	}
	// Not through the registry: the probe that follows a scrape may be handing over reports.
	if got := figures(expose(t, d)); got[`c_count{zone="b"}`] != "1" || len(got) != 4+16 {
		t.Errorf("the scrape shows %v", got)
	}
	source.UnregisterAll()
	mustPush(t, d, gateway, options)
	register()
	mustPush(t, d, gateway, options)
	if got, want := len(log.reasons()), 2*len(reasons); got != want {
		t.Errorf("reported %d times after they were gone and back, want %d", got, want)
	}
	var problem *MetricError
	if !errors.As(log.errs[0], &problem) || problem.Reason != ReasonLabel || problem.Labels["zone"] != "a" ||
		!strings.Contains(problem.Error(), "label zone belongs to the group") {
		t.Errorf("reported %v", log.errs[0])
	}
}

// TestPushOwnWithoutEmptyFamilies: a family of which every series collides with the
// group is not pushed at all.
func TestPushOwnWithoutEmptyFamilies(t *testing.T) {
	d, source, _, _ := newTestDriver(t, Config{})
	metrics.GetOrRegisterCounter("all", source, metrics.Labels{"job": "other"})
	metrics.GetOrRegisterCounter("some", source, metrics.Labels{"job": "other"})
	metrics.GetOrRegisterCounter("some", source)
	once(t, d)
	e := d.current.Load()
	p := &pusher{driver: d, options: PushOptions{Job: "j"}}
	own := p.own(e, e.DTO(), make(losses))
	if len(own) != 1 || own[0].GetName() != "some_count" || len(own[0].Metric) != 1 {
		t.Errorf("pushed %v", own)
	}
}
