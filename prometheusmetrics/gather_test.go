package prometheusmetrics

import (
	"slices"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"

	"github.com/go-metrics-plus/metrics"
)

func TestDetached(t *testing.T) {
	d, source, _, _ := newTestDriver(t, Config{Detached: true, ConstLabels: prometheus.Labels{"app": "x"}})
	metrics.GetOrRegisterCounter("c", source).Inc(1)
	once(t, d)
	if got := figures(expose(t, d))[`c_count{app="x"}`]; got != "1" {
		t.Errorf("c_count = %q", got)
	}
	if d.Unregister() {
		t.Error("a detached driver was unregistered")
	}
	families, done, err := d.Transactional().Gather()
	if err != nil || len(families) != 1 {
		t.Errorf("gathered %v, %v", families, err)
	}
	done()
	done() // does nothing
}

// TestJoin: a family that comes in two parts is one, and no error; what is there twice
// is one, and nor may names of samples be.
func TestJoin(t *testing.T) {
	j := newJoin(nil)
	for _, test := range []struct {
		family *dto.MetricFamily
		want   string
	}{
		{gaugeFamily("b", gaugeSeries(1, "x", "2")), ""},
		{gaugeFamily("b", gaugeSeries(2, "x", "1"), gaugeSeries(3)), ""},
		{gaugeFamily("b", gaugeSeries(4, "x", "1"), gaugeSeries(5, "x", "3")),
			"1 series of family b are left out: they are exposed already"},
		{&dto.MetricFamily{Name: proto.String("b"), Type: dto.MetricType_COUNTER.Enum()},
			"family b is left out: it is a counter, and a gauge elsewhere"},
		{&dto.MetricFamily{Name: proto.String("a"), Type: dto.MetricType_SUMMARY.Enum()}, ""},
		{gaugeFamily("a_sum", gaugeSeries(1)), "family a_sum is left out: it conflicts with a"},
	} {
		got := ""
		if err := j.add(test.family); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("joining %v: %q, want %q", test.family, got, test.want)
		}
	}
	all := j.sorted()
	if len(all) != 2 || all[0].GetName() != "a" || all[1].GetName() != "b" {
		t.Fatalf("joined %v", all)
	}
	var values []float64
	for _, metric := range all[1].Metric {
		values = append(values, metric.GetGauge().GetValue())
	}
	if want := []float64{3, 2, 1, 5}; !slices.Equal(values, want) {
		t.Errorf("the series of b are %v, want %v", values, want)
	}
}
