package layout

import "testing"

func TestPercentileSuffix(t *testing.T) {
	for p, want := range map[float64]string{
		0: "_percentile_0", 0.05: "_percentile_5", 0.07: "_percentile_7", 0.1: "_percentile_10",
		0.5: "_median", 0.75: "_percentile_75", 0.9: "_percentile_90", 0.95: "_percentile_95",
		0.955: "_percentile_95_5", 0.99: "_percentile_99_0", 0.999: "_percentile_99_9",
		0.9999: "_percentile_99_99", 1: "_percentile_100_0", 0.001: "_percentile_0_1",
	} {
		if got := percentileSuffix(p); got != want {
			t.Errorf("percentile %v is named %s, want %s", p, got, want)
		}
	}
}
