package probing

import (
	"slices"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
)

func TestFindWrapping(t *testing.T) {
	for _, test := range []struct {
		prefix string
		labels prometheus.Labels
	}{
		{"", nil},
		{"p_", nil},
		{"", prometheus.Labels{"zone": "a"}},
		{"p_", prometheus.Labels{"my shard": "1", "b,c": `x="y",z`, "d}": "}, ", "ä": "\"\\\n"}},
		{"", prometheus.Labels{"a": "", "e=f": "g"}},
	} {
		registry := prometheus.NewRegistry()
		wrapped := prometheus.WrapRegistererWithPrefix(test.prefix, prometheus.WrapRegistererWith(test.labels, registry))
		got, err := FindWrapping(wrapped)
		var want []naming.Label
		for name, value := range test.labels {
			want = append(want, naming.Label{Name: name, Value: value})
		}
		naming.Sort(want)
		naming.Sort(got.Labels)
		if err != nil || got.Prefix != test.prefix || !slices.Equal(got.Labels, want) {
			t.Errorf("found %q %q, %v; want %q %q", got.Prefix, got.Labels, err, test.prefix, want)
		}
	}
	if got, err := FindWrapping(prometheus.WrapRegistererWithPrefix("p_", nil)); err != nil || got.Prefix != "" {
		t.Errorf("around nothing: %v, %v", got, err)
	}
}

func FuzzWrapping(f *testing.F) {
	f.Add("p_", "zone", "a")
	f.Add("", "my shard", `"}, b="`)
	f.Fuzz(func(t *testing.T, prefix, name, value string) {
		parseWrapping(prefix + `fqName: "` + name + `", constLabels: {` + value) // must not panic
		parseWrapping(value)
	})
}
