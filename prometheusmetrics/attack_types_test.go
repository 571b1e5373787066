package prometheusmetrics_test

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// registerKind registers something of a kind under a name.
func registerKind(r metrics.Registry, kind, name string) {
	switch kind {
	case "counter":
		metrics.GetOrRegisterCounter(name, r).Inc(3)
	case "gauge":
		metrics.GetOrRegisterGauge(name, r).Update(3)
	case "meter":
		metrics.GetOrRegisterMeter(name, r).Mark(3)
	case "histogram":
		metrics.NewRegisteredHistogram(name, r, metrics.NewUniformSample(8)).Update(3)
	case "bucketed":
		metrics.NewRegisteredHistogram(name, r, metrics.NewBucketSample(0.05)).Update(3)
	case "timer":
		metrics.NewRegisteredTimer(name, r).Update(3)
	case "healthcheck":
		r.Register(name, metrics.NewHealthcheck(nil))
	}
}

var kinds = []string{"counter", "gauge", "meter", "histogram", "bucketed", "timer", "healthcheck"}

// A metric of another type takes the name of one that has gone, within one flush:
// what is shown has the type of the new one and nothing of the old one, on every
// path, also for another driver of the registry.
func TestTypeChanges(t *testing.T) {
	for _, layout := range layouts {
		for _, first := range kinds {
			for _, second := range kinds {
				name := layout.String() + ", " + first + " to " + second
				source, fresh := metrics.NewRegistry(), metrics.NewRegistry()
				registry := prometheus.NewRegistry()
				d, list := newDriver(t, prometheusmetrics.Config{Registry: source, Layout: layout}, registry)
				registerKind(source, first, "x")
				flush(t, d)
				source.Unregister("x")
				registerKind(source, second, "x")
				flush(t, d)

				registerKind(fresh, second, "x")
				alone, _ := newDriver(t, prometheusmetrics.Config{Registry: fresh, Layout: layout, Detached: true}, nil)
				flush(t, alone)
				want := samples(t, alone)
				for path, gatherer := range map[string]prometheus.Gatherer{"Gather": d, "registry": registry} {
					got := samples(t, gatherer)
					if sameKeys(got, want) != "" {
						t.Errorf("%s, %s: %s", name, path, sameKeys(got, want))
					}
				}
				askSamples(t, promhttpOf(registry))
				sameTypes(t, name, d, alone)

				source.Unregister("x")
				flush(t, d)
				if got := samples(t, d); len(got) > 0 {
					t.Errorf("%s: %v is left", name, got)
				}
				if reasons := list.reasons(); len(reasons) > 0 {
					t.Errorf("%s: reported %q", name, reasons)
				}
			}
		}
	}
}

// sameKeys says how the series of two expositions differ.
func sameKeys(got, want map[string]string) string {
	var difference []string
	for series := range want {
		if _, ok := got[series]; !ok {
			difference = append(difference, "no "+series)
		}
	}
	for series := range got {
		if _, ok := want[series]; !ok {
			difference = append(difference, "an unexpected "+series)
		}
	}
	return strings.Join(difference, ", ")
}

// sameTypes compares type, help and unit of the families.
func sameTypes(t *testing.T, name string, a, b prometheus.Gatherer) {
	t.Helper()
	got, _ := a.Gather()
	want, _ := b.Gather()
	for i := range min(len(got), len(want)) {
		a, b := got[i], want[i]
		if a.GetName() != b.GetName() || a.GetType() != b.GetType() || a.GetHelp() != b.GetHelp() ||
			a.GetUnit() != b.GetUnit() {
			t.Errorf("%s: family %v %v %q, want %v %v %q", name,
				a.GetName(), a.GetType(), a.GetHelp(), b.GetName(), b.GetType(), b.GetHelp())
		}
	}
}

// A family that lost its series to a type change has the same help text in both
// drivers of a registry.
func TestTypeChangesBesideAnotherDriver(t *testing.T) {
	for _, layout := range layouts {
		for _, first := range kinds {
			for _, second := range kinds {
				name := layout.String() + ", " + first + " to " + second
				one, two := metrics.NewRegistry(), metrics.NewRegistry()
				registry := prometheus.NewRegistry()
				d1, _ := newDriver(t, prometheusmetrics.Config{Registry: one, Layout: layout,
					ConstLabels: prometheus.Labels{"driver": "1"}}, registry)
				d2, _ := newDriver(t, prometheusmetrics.Config{Registry: two, Layout: layout,
					ConstLabels: prometheus.Labels{"driver": "2"}}, registry)
				registerKind(one, first, "x")
				flush(t, d1, d2)
				one.Unregister("x")
				registerKind(one, second, "x")
				flush(t, d1, d2)
				samples(t, registry)
				registerKind(two, second, "x")
				flush(t, d1, d2)
				got := samples(t, registry)
				for _, driver := range []string{`driver="1"`, `driver="2"`} {
					if !strings.Contains(strings.Join(keys(got), " "), driver) {
						t.Errorf("%s: %s is missing in %v", name, driver, got)
					}
				}
			}
		}
	}
}

func keys(m map[string]string) (keys []string) {
	for key := range m {
		keys = append(keys, key)
	}
	return keys
}
