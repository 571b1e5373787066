package prometheusmetrics

import (
	"errors"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
)

// TestPlaced: an error tells which of several gatherers it is of, from 1 as promhttp's
// does, and nothing where there is but one.
func TestPlaced(t *testing.T) {
	err := errors.New("no luck")
	if got := placed(0, 1, err); got != err {
		t.Errorf("of the only one: %v", got)
	}
	if got := placed(1, 3, err); !errors.Is(got, err) || got.Error() != "[from Gatherer #2] no luck" {
		t.Errorf("of the second: %v", got)
	}
	if got := placed(1, 3, nil); got != nil {
		t.Errorf("no error: %v", got)
	}
}

// TestInterleave: families of others come between the driver's, in the order of names.
func TestInterleave(t *testing.T) {
	d, source, _, _ := newTestDriver(t, Config{Detached: true, Layout: LayoutTyped})
	for _, name := range []string{"b", "d", "f"} {
		metrics.GetOrRegisterGauge(name, source).Update(1)
	}
	once(t, d)
	for _, names := range [][]string{{}, {"a"}, {"c"}, {"g"}, {"a", "c", "e", "g"}, {"a", "aa", "ab"}, {"c", "ca", "e", "ea"}, {"g", "h"}} {
		var others []*dto.MetricFamily
		for _, name := range names {
			others = append(others, gaugeFamily(name, gaugeSeries(2)))
		}
		got := figures(body(t, get(d.Handler(gathers(nil, others...)), "/", "", "")))
		if len(got) != 3+len(names) {
			t.Errorf("with %q: %v", names, got)
		}
		var order []string
		for line := range strings.Lines(body(t, get(d.Handler(gathers(nil, others...)), "/", "", ""))) {
			if name, value, found := strings.Cut(line, " "); found && name != "#" {
				if (value == "1\n") != slices.Contains([]string{"b", "d", "f"}, name) {
					t.Errorf("with %q: %s", names, line)
				}
				order = append(order, name)
			}
		}
		if !slices.IsSorted(order) {
			t.Errorf("with %q, families come as %q", names, order)
		}
	}
}
