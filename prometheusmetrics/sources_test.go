package prometheusmetrics

import (
	"testing"

	"github.com/go-metrics-plus/metrics"
)

// Other sources don't take the place of the default registry, which is read once.
func TestDefaultRegistryBesideSources(t *testing.T) {
	saved := metrics.DefaultRegistry
	metrics.DefaultRegistry = metrics.NewRegistry()
	defer func() { metrics.DefaultRegistry = saved }()
	metrics.GetOrRegisterCounter("ours", nil).Inc(1)
	other := metrics.NewRegistry()
	metrics.GetOrRegisterCounter("others", other).Inc(1)
	for name, test := range map[string]struct {
		config Config
		want   map[string]bool
	}{
		"no sources":   {Config{}, map[string]bool{"ours_count": true}},
		"other source": {Config{Sources: []LabelledSource{{Source: other}}}, map[string]bool{"ours_count": true, "others_count": true}},
		"among the sources": {Config{Sources: []LabelledSource{{Source: other}, {Source: metrics.DefaultRegistry}}},
			map[string]bool{"ours_count": true, "others_count": true}},
		"another registry": {Config{Registry: other}, map[string]bool{"others_count": true}},
		"sources alone":    {Config{Registry: metrics.NewRegistry(), Sources: []LabelledSource{{Source: other}}}, map[string]bool{"others_count": true}},
	} {
		t.Run(name, func(t *testing.T) {
			test.config.Detached = true
			driver, err := NewWithConfig(test.config, nil)
			if err != nil {
				t.Fatal(err)
			}
			families, err := driver.Gather()
			if err != nil || len(families) != len(test.want) {
				t.Errorf("%d families, %v, want %v", len(families), err, test.want)
			}
			for _, family := range families {
				if !test.want[family.GetName()] || len(family.Metric) != 1 {
					t.Errorf("%s with %d series", family.GetName(), len(family.Metric))
				}
			}
		})
	}
}
