package reading

import "testing"

// sampled is a histogram as go-ethereum has it: its sample is in an unexported field.
type sampled struct{ sample any }

func (s *sampled) Snapshot() sampledSnapshot { return sampledSnapshot{} }

type sampledSnapshot struct{}

func (sampledSnapshot) Count() int64                       { return 10 }
func (sampledSnapshot) Sum() int64                         { return 100 }
func (sampledSnapshot) StdDev() float64                    { return 0 }
func (sampledSnapshot) Percentiles(ps []float64) []float64 { return make([]float64, len(ps)) }

type resettingSampleNot struct{}

// TestResettingSample: a histogram over a sample that is emptied by being read counts
// what came since, which is added up.
func TestResettingSample(t *testing.T) {
	type resettingSample struct{}
	for _, test := range []struct {
		name   string
		sample any
		want   int64 // after two readings
	}{
		{"resetting", &resettingSample{}, 20},
		{"resetting by value", resettingSample{}, 20},
		{"lasting", &resettingSampleNot{}, 10},
		{"none", nil, 10},
		{"nil", (*resettingSampleNot)(nil), 10},
	} {
		r := readerOf(given{{"h", &sampled{test.sample}}})
		r.Read(limit())
		m := r.Read(limit()).Metrics[0]
		if m.Kind != Histogram || m.Values.Stats.Count != test.want || m.Values.Stats.Sum != float64(10*test.want) {
			t.Errorf("%s: %v counts %d, sum %v; want %d", test.name, m.Kind, m.Values.Stats.Count, m.Values.Stats.Sum, test.want)
		}
	}
}
