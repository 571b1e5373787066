package prometheusmetrics

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// TestGatheringsApart: drivers of registries that are gathered one after the other, or
// of one that is in the other under other names, have nothing to do with each other.
func TestGatheringsApart(t *testing.T) {
	for name, nest := range map[string]func(outer, inner *prometheus.Registry) error{
		"apart": func(_, _ *prometheus.Registry) error { return nil },
		"under a prefix": func(outer, inner *prometheus.Registry) error {
			return prometheus.WrapRegistererWithPrefix("inner_", outer).Register(inner)
		},
		"under a label": func(outer, inner *prometheus.Registry) error {
			return prometheus.WrapRegistererWith(prometheus.Labels{"a": "b"}, outer).Register(inner)
		},
	} {
		for _, before := range []bool{true, false} {
			outer, inner := prometheus.NewRegistry(), prometheus.NewRegistry()
			if before {
				if err := nest(outer, inner); err != nil {
					t.Fatal(err)
				}
			}
			var all []*Driver
			for _, registry := range []*prometheus.Registry{outer, inner} {
				source := &given{}
				source.add("x", counted(1))
				log := &errorLog{}
				d, err := NewWithConfig(Config{Registry: source, FlushInterval: probeInterval, OnError: log.add}, registry)
				if err != nil {
					t.Fatal(err)
				}
				once(t, d)
				all = append(all, d)
			}
			if !before {
				if err := nest(outer, inner); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 * maxWitnessed {
				for _, gatherer := range []prometheus.Gatherer{prometheus.Gatherers{outer, inner}, outer, inner} {
					gatherer.Gather() // an outer registry may have errors of its own
				}
				if name == "apart" {
					expose(t, outer)
				}
			}
			drivers.findNested(all[0])
			if all[0].member.SharesWith(all[1].member) {
				t.Errorf("%s, nested before %v: they share an account", name, before)
			}
			for _, d := range all {
				d.Unregister()
			}
		}
	}
}
