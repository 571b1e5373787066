package hashicorp

import (
	"testing"

	gometrics "github.com/hashicorp/go-metrics"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/internal/logtest"
)

// Nothing that is reported for a series seen before allocates.
func TestAllocs(t *testing.T) {
	logtest.Capture(t)
	s := NewSink(metrics.NewRegistry(), Config{})
	key := []string{"raft", "replication", "appendEntries", "logs"}
	labels := []gometrics.Label{{Name: "peer_id", Value: "10.0.0.1:8300"}, {Name: "dc", Value: "eu"}}
	swapped := []gometrics.Label{labels[1], labels[0]}
	sample, gauge := []string{"raft", "commitTime"}, []string{"raft", "peers"}
	dropped := []string{"raft", "replication", "heartbeat", "b"}
	for what, f := range map[string]func(){
		"IncrCounter":                 func() { s.IncrCounter(key, 1) },
		"IncrCounterWithLabels":       func() { s.IncrCounterWithLabels(key, 1, labels) },
		"in another order":            func() { s.IncrCounterWithLabels(key, 1, swapped) },
		"of a fraction":               func() { s.IncrCounterWithLabels(key, 0.5, labels) },
		"SetGauge":                    func() { s.SetGauge(gauge, 3) },
		"SetGaugeWithLabels":          func() { s.SetGaugeWithLabels(gauge, 3, labels) },
		"SetPrecisionGaugeWithLabels": func() { s.SetPrecisionGaugeWithLabels(gauge, 3, labels) },
		"EmitKey":                     func() { s.EmitKey(gauge, 3) },
		"AddSample":                   func() { s.AddSample(sample, 2) },
		"AddSampleWithLabels":         func() { s.AddSampleWithLabels(sample, 2, labels) },
		"without a name":              func() { s.AddSample(nil, 2) },
		"dropped":                     func() { s.AddSample(dropped, 2) },
		"made in the call": func() {
			s.IncrCounterWithLabels([]string{"raft", "apply"}, 1, []gometrics.Label{{Name: "peer_id", Value: "a"}})
		},
		"of another type": func() { s.SetGauge(key, 1) },
	} {
		f()
		if got := testing.AllocsPerRun(100, f); got != 0 {
			t.Errorf("%s: %v allocations", what, got)
		}
	}
}
