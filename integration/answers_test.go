package integration

import (
	"maps"
	"testing"

	"github.com/prometheus/common/model"

	"github.com/go-metrics-plus/metrics/integration/harness"
)

// ask evaluates PromQL that must give one sample, and logs the answer.
func ask(t *testing.T, p *harness.Prometheus, promql string) float64 {
	t.Helper()
	value, err := p.Value(promql)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s = %v", promql, value)
	return value
}

func wantValue(t *testing.T, p *harness.Prometheus, promql string, want float64) {
	t.Helper()
	if got := ask(t, p, promql); got != want {
		t.Errorf("%s = %v, want %v", promql, got, want)
	}
}

func wantBetween(t *testing.T, p *harness.Prometheus, promql string, least, most float64) {
	t.Helper()
	if got := ask(t, p, promql); got < least || got > most {
		t.Errorf("%s = %v, want %v to %v", promql, got, least, most)
	}
}

// wantNothing expects an empty answer.
func wantNothing(t *testing.T, p *harness.Prometheus, promql string) {
	t.Helper()
	vector, err := p.Query(promql)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s has %d samples", promql, len(vector))
	if len(vector) > 0 {
		t.Errorf("%s has samples, want none:\n%v", promql, vector)
	}
}

// wantVector expects exactly these samples, told apart by what key makes of
// their labels.
func wantVector[K comparable](t *testing.T, p *harness.Prometheus, promql string, key func(model.Metric) K, want map[K]float64) {
	t.Helper()
	vector, err := p.Query(promql)
	if err != nil {
		t.Fatal(err)
	}
	got := map[K]float64{}
	for _, sample := range vector {
		got[key(sample.Metric)] = float64(sample.Value)
	}
	t.Logf("%s = %v", promql, got)
	if len(got) != len(vector) || !maps.Equal(got, want) {
		t.Errorf("%s\n got %v\nwant %v", promql, vector, want)
	}
}

func seriesKey(m model.Metric) series {
	return series{string(m["http_route"]), string(m["http_response_status_code"]), string(m["http_request_method"])}
}

// by returns a key that is the value of one label.
func by(label model.LabelName) func(model.Metric) string {
	return func(m model.Metric) string { return string(m[label]) }
}
