package reading

import (
	"math"
	"slices"
	"testing"
)

// elsewhere is a histogram of another library that answers as a test wants.
type elsewhere struct {
	count   int64
	answers []float64
}

func (e *elsewhere) Count() int64                    { return e.count }
func (e *elsewhere) StdDev() float64                 { return 0 }
func (e *elsewhere) Percentiles([]float64) []float64 { return e.answers }

// TestPercentilesThatAreMissing: there are as many as were asked for, NaN where the
// library has none, also when it had them before.
func TestPercentilesThatAreMissing(t *testing.T) {
	h := &elsewhere{count: 1}
	source := Source{Source: given{{"h", h}}, Wanted: Wanted{Percentiles: []float64{0.5, 0.9}}}
	r := New([]Source{source}, nil)
	nan := math.NaN()
	for _, test := range []struct{ answers, want []float64 }{
		{nil, []float64{nan, nan}},
		{[]float64{1, 2}, []float64{1, 2}},
		{[]float64{3}, []float64{3, nan}},
	} {
		h.answers = test.answers
		got := r.Read(limit()).Metrics[0].Values.Stats.Percentiles
		if !slices.EqualFunc(got, test.want, sameNumber) {
			t.Errorf("answers %v became %v, want %v", test.answers, got, test.want)
		}
	}
}

// TestQuantilesOfEmptySummary: what a library says of nothing is no quantile where
// summaries are wanted, until there is something.
func TestQuantilesOfEmptySummary(t *testing.T) {
	for _, buckets := range []bool{false, true} {
		h := &elsewhere{answers: []float64{0}}
		source := Source{Source: given{{"h", h}}, Wanted: Wanted{Percentiles: []float64{0.5}, Buckets: buckets}}
		r := New([]Source{source}, nil)
		want := []float64{0}
		if buckets {
			want[0] = math.NaN()
		}
		for range 2 {
			got := r.Read(limit()).Metrics[0].Values.Stats.Percentiles
			if !slices.EqualFunc(got, want, sameNumber) {
				t.Errorf("quantiles of %d values are %v, want %v", h.count, got, want)
			}
			h.count, h.answers, want = 1, []float64{7}, []float64{7}
		}
	}
}

func sameNumber(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }
