package families

import (
	"slices"
	"testing"

	dto "github.com/prometheus/client_model/go"
)

func TestNames(t *testing.T) {
	for _, test := range []struct {
		name string
		typ  dto.MetricType
		want []string
	}{
		{"a", dto.MetricType_GAUGE, []string{"a"}},
		{"a_total", dto.MetricType_COUNTER, []string{"a_total", "a", "a_created"}},
		{"a", dto.MetricType_COUNTER, []string{"a", "a_created"}},
		{"a", dto.MetricType_SUMMARY, []string{"a", "a_count", "a_sum", "a_created"}},
		{"a", dto.MetricType_HISTOGRAM, []string{"a", "a_count", "a_sum", "a_bucket", "a_created"}},
	} {
		if got := Names(test.name, test.typ); !slices.Equal(got, test.want) {
			t.Errorf("%s %s uses %q, want %q", TypeName(test.typ), test.name, got, test.want)
		}
	}
}
