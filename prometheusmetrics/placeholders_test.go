package prometheusmetrics

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
)

// TestPlaceholdersAreReused in the registry that remembers them, and nowhere else.
func TestPlaceholdersAreReused(t *testing.T) {
	registry := prometheus.NewRegistry()
	d, err := New(&given{}, 0, "", "", registry)
	if err != nil {
		t.Fatal(err)
	}
	name := d.collector.name
	other, _ := New(&given{}, 0, "", "", registry)
	d.Unregister()
	elsewhere, _ := New(&given{}, 0, "", "", prometheus.NewRegistry())
	if other.collector.name == name || elsewhere.collector.name == name {
		t.Errorf("%s is the placeholder of two drivers, or of one in another registry", name)
	}
	for range 3 {
		again, err := New(&given{}, 0, "", "", registry)
		if err != nil || again.collector.name != name {
			t.Errorf("the next driver is %s, %v; want %s", again.collector.name, err, name)
		}
		again.Unregister()
	}
	wrapped, err := New(&given{}, 0, "", "", prometheus.WrapRegistererWith(prometheus.Labels{"a": "b"}, registry))
	if err != nil {
		t.Errorf("with other labels: %v", err)
	}
	wrapped.Unregister()
}

// TestFreePlaceholdersAreBounded: drivers of registries that have gone are forgotten.
func TestFreePlaceholdersAreBounded(t *testing.T) {
	var names placeholderNames
	last := ""
	for range 3 * maxUnused {
		last = names.next()
		if !model.LegacyValidation.IsValidMetricName(last) {
			t.Errorf("%q is no name for every registry", last)
		}
		names.free(last)
	}
	if n := len(names.unused); n != maxUnused || names.unused[n-1] != last {
		t.Errorf("%d names are remembered, want the last %d", n, maxUnused)
	}
}
