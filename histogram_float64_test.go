package metrics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestHistogramFloat64(t *testing.T) {
	for name, draw := range map[string]func() float64{
		"seconds":  func() float64 { return math.Exp(rand.NormFloat64()*2 - 3) },
		"ratios":   rand.Float64,
		"negative": rand.NormFloat64,
		"zeros":    func() float64 { return float64(rand.IntN(3)) - 1 },
		"wide":     func() float64 { return math.Exp(rand.NormFloat64() * 50) },
	} {
		t.Run(name, func(t *testing.T) {
			h := NewHistogramFloat64(Labels{"a": "1"})
			var values []float64
			for range 2 { // and a second time, after something changed
				for range 3000 {
					v := draw()
					values = append(values, v)
					h.Update(v)
				}
				slices.Sort(values)
				checkFloats(t, h, values)
			}
		})
	}
}

// checkFloats compares with all values that were recorded, ascending.
func checkFloats(t *testing.T, h HistogramFloat64, values []float64) {
	t.Helper()
	s, n := h.Snapshot(), len(values)
	var sum floatSum
	for _, v := range values {
		sum.add(v)
	}
	if h.Count() != int64(n) || s.Count() != int64(n) {
		t.Errorf("counted %d and %d of %d", h.Count(), s.Count(), n)
	}
	if math.Abs(s.Sum()-sum.value()) > math.Abs(sum.value())*0x1p-52 || s.SumFloat64() != s.Sum() {
		t.Errorf("sum %v, want %v", s.Sum(), sum.value())
	}
	near := func(what string, got, want float64) {
		if math.Abs(got-want) > math.Abs(want)*0.05+1e-300 {
			t.Errorf("%s %v, want %v", what, got, want)
		}
	}
	near("min", s.Min(), values[0])
	near("max", s.Max(), values[n-1])
	for _, p := range []float64{0.01, 0.5, 0.75, 0.99} {
		below, fraction := math.Modf(p * float64(n+1))
		low, high := values[int(below)-1], values[int(below)]
		if low*high > 0 { // else between neighbours of other signs
			near(fmt.Sprint("percentile ", p), s.Percentile(p), low+fraction*(high-low))
		}
	}
	for bound, got := range s.Buckets().Classic() {
		want, _ := slices.BinarySearch(values, math.Nextafter(bound, math.MaxFloat64))
		if int(got) != want {
			t.Errorf("%d values up to %v, want %d", got, bound, want)
		}
	}
	total := s.Buckets().ZeroCount()
	for _, count := range s.Buckets().Positive() {
		total += count
	}
	for _, count := range s.Buckets().Negative() {
		total += count
	}
	if total != uint64(n) {
		t.Errorf("%d values in native buckets, want %d", total, n)
	}
}

// The population's deviation is known where the values are.
func TestHistogramFloat64Moments(t *testing.T) {
	h := NewHistogramFloat64()
	for i := range 1000 {
		h.Update(float64(i%2) + 1) // 1 and 2
	}
	if h.Mean() != 1.5 || math.Abs(h.StdDev()-0.5) > 0.05 || math.Abs(h.Variance()-0.25) > 0.05 || h.Percentile(0.5) > 2 {
		t.Errorf("mean %v, deviation %v, variance %v", h.Mean(), h.StdDev(), h.Variance())
	}
}

func TestHistogramFloat64UpdateN(t *testing.T) {
	many, one := NewHistogramFloat64(), NewHistogramFloat64()
	for _, test := range []struct {
		v float64
		n int64
	}{{0.5, 3}, {-2, 1}, {0.1, 1000}, {7, 0}, {7, -1}, {0, 2}} {
		many.UpdateN(test.v, test.n)
		for range test.n {
			one.Update(test.v)
		}
	}
	if got, want := many.Buckets(), one.Buckets(); got.sum != want.sum || !slices.Equal(got.buckets, want.buckets) {
		t.Errorf("%v %v, want %v %v", got.sum, got.buckets, want.sum, want.buckets)
	}
}

func TestHistogramFloat64RefusesWhatIsNotFinite(t *testing.T) {
	log := captureLog(t)
	h := NewHistogramFloat64()
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		h.Update(v)
		h.UpdateN(v, 5)
		h.UpdateWithExemplar(v, Labels{"trace_id": "1"})
	}
	h.Update(0.25)
	if h.Count() != 1 || h.Sum() != 0.25 {
		t.Errorf("count %d, sum %v", h.Count(), h.Sum())
	}
	for exemplar := range h.Buckets().Exemplars() {
		t.Errorf("an exemplar was kept: %+v", exemplar)
	}
	if lines := strings.Count(log.String(), "\n"); lines != 1 {
		t.Errorf("%d lines in the log: %s", lines, log)
	}
}

// Snapshots add up and subtract, in buckets and sums.
func TestHistogramFloat64MergeAndSub(t *testing.T) {
	a, b := NewHistogramFloat64(), NewHistogramFloat64()
	a.Update(0.25)
	before := a.Buckets()
	a.Update(0.5)
	a.UpdateN(-3, 2)
	b.UpdateN(0.5, 4)

	both := a.Buckets().Merge(b.Buckets())
	if both.Count() != 8 || both.SumFloat64() != 0.25+0.5-6+2 || both.Sum() != -3 || both.Size() != 3 {
		t.Errorf("merged %v, sum %v", both, both.SumFloat64())
	}
	later := a.Buckets().Sub(before)
	if later.Count() != 3 || later.SumFloat64() != 0.5-6 {
		t.Errorf("difference %v, sum %v", later, later.SumFloat64())
	}
	if none := a.Buckets().Sub(a.Buckets()); none.Count() != 0 || none.SumFloat64() != 0 || none.Size() != 0 {
		t.Errorf("difference to itself %v, sum %v", none, none.SumFloat64())
	}
	a.Clear()
	a.Update(1)
	if all := a.Buckets().Sub(before); all.Count() != 1 || all.SumFloat64() != 1 {
		t.Errorf("after Clear %v", all)
	}
	// Of integers and floats.
	whole := NewHistogram(NewBucketSample(0.05))
	whole.Update(3)
	integers := whole.Snapshot().Sample().(*BucketSnapshot)
	if m := b.Buckets().Merge(integers); m.Count() != 5 || m.SumFloat64() != 5 || math.Abs(m.MaxFloat64()-3) > 0.15 {
		t.Errorf("with integers %v, sum %v", m, m.SumFloat64())
	}
	if m := integers.Merge(b.Buckets()); m.Count() != 5 || m.Sum() != 5 {
		t.Errorf("integers with floats %v, sum %v", m, m.Sum())
	}
	if b.Buckets().Unit() != 1 || b.Buckets().Schema() != 4 || b.Buckets().Values()[0] != 0 {
		t.Errorf("unit %v, schema %d, values %v", b.Buckets().Unit(), b.Buckets().Schema(), b.Buckets().Values())
	}
}

func TestHistogramFloat64Exemplars(t *testing.T) {
	h := NewBucketHistogramFloat64(0.05, []float64{0.1, 1})
	for _, v := range []float64{0.05, 0.5, 0.6, 5} {
		h.UpdateWithExemplar(v, Labels{"v": fmt.Sprint(v)})
	}
	h.UpdateWithExemplar(7, nil)
	var got []string
	for e := range h.Snapshot().Buckets().Exemplars() {
		got = append(got, fmt.Sprint(e.Value, " ", e.Labels["v"]))
	}
	if want := "[0.05 0.05 0.6 0.6 5 5]"; fmt.Sprint(got) != want || h.Count() != 5 {
		t.Errorf("exemplars %v, want %s", got, want)
	}
	var b BucketSnapshot
	if changed, _ := h.ReadBuckets(&b); !changed {
		t.Error("not changed at first")
	}
	if changed, ok := h.ReadBuckets(&b); changed || !ok {
		t.Errorf("changed %v, ok %v", changed, ok)
	}
	h.UpdateWithExemplar(0.5, Labels{"v": "new"})
	if changed, _ := h.ReadBuckets(&b); !changed {
		t.Error("not changed by an exemplar")
	}
}

func TestHistogramFloat64InRegistry(t *testing.T) {
	r := NewRegistry(WithSample(func() Sample { return NewBucketSample(0.5, 3, 30) }))
	h := GetOrRegisterHistogramFloat64("ratio", r, Labels{"a": "1"})
	h.Update(0.5)
	if GetOrRegisterHistogramFloat64("ratio", r, Labels{"a": "1"}) != h ||
		NewVec[HistogramFloat64](r, "ratio", "a").With("1") != h {
		t.Error("another histogram the second time")
	}
	if h.Buckets().Schema() != 1 || countBelow(h.Buckets(), 30) != 1 {
		t.Errorf("the registry's sample is not used: schema %d", h.Buckets().Schema())
	}
	values := r.GetAll()[`ratio{a="1"}`]
	if values["count"] != int64(1) || values["min"] != 0.5 || values["median"] != 0.5 {
		t.Errorf("JSON has %v", values)
	}
	if err := r.Register("ratio", NewHistogram(nil)); err == nil || !strings.Contains(err.Error(), "HistogramFloat64") {
		t.Errorf("a Histogram under its name: %v", err)
	}
	if err := r.Register("snapshot", h.WithLabels(Labels{"b": "2"})); err != nil {
		t.Error(err)
	}
	const want = `histogram{a="1"} count=1 sum=0.5 min=0.5 max=0.5 mean=0.5 std`
	if got := h.String(); !strings.HasPrefix(got, want) {
		t.Errorf("%s, want %s", got, want)
	}
	if NewRegisteredHistogramFloat64("other", r).Count() != 0 || r.Get("other") == nil {
		t.Error("NewRegistered did not register")
	}
	if RunsUserCode(h) || RunsUserCode(h.Snapshot()) {
		t.Error("it runs no user's code")
	}
	var text strings.Builder
	if err := WriteOnce(r, &text); err != nil || !strings.Contains(text.String(), "min:         0.500000") {
		t.Errorf("text %v: %s", err, text.String())
	}
}

func TestHistogramFloat64NoOp(t *testing.T) {
	var h HistogramFloat64
	h.Update(1)
	h.UpdateN(1, 2)
	h.UpdateWithExemplar(1, Labels{"a": "1"})
	h.Clear()
	var s Statistics
	h.ReadStatistics(&s, []float64{0.5})
	if _, ok := h.ReadBuckets(new(BucketSnapshot)); ok || h.Count() != 0 || h.Sum() != 0 || h.Max() != 0 || h.Min() != 0 ||
		h.Percentile(0.5) != 0 || len(h.Labels()) != 0 || !h.Created().IsZero() || s.Count != 0 || len(s.Percentiles) != 1 {
		t.Error("the zero value is no no-op")
	}
	var none HistogramFloat64Snapshot
	if none.Count() != 0 || none.Buckets().Size() != 0 || none.WithLabels(Labels{"a": "1"}).Labels()["a"] != "1" {
		t.Error("the zero snapshot is not empty")
	}
	UseNilMetrics = true
	defer func() { UseNilMetrics = false }()
	if NewHistogramFloat64() != h || NewBucketHistogramFloat64(0.05, nil) != h {
		t.Error("with UseNilMetrics it is no no-op")
	}
}

func TestHistogramFloat64Statistics(t *testing.T) {
	h := NewHistogramFloat64()
	h.Update(0.25)
	h.Update(0.75)
	var s Statistics
	for range 2 {
		h.ReadStatistics(&s, []float64{0, 1})
	}
	if s.Count != 2 || s.Sum != 1 || math.Abs(s.MinFloat64-0.25) > 0.0125 ||
		math.Abs(s.Percentiles[1]-0.75) > 0.04 || s.Mean != 0.5 {
		t.Errorf("%+v", s)
	}
	whole := NewHistogram(NewUniformSample(3))
	whole.Update(7)
	whole.ReadStatistics(&s, nil)
	if s.MinFloat64 != 7 || s.MaxFloat64 != 7 {
		t.Errorf("of integers %v to %v, want 7", s.MinFloat64, s.MaxFloat64)
	}
}

func TestHistogramFloat64Allocs(t *testing.T) {
	h := NewHistogramFloat64()
	var b BucketSnapshot
	var s Statistics
	ps := []float64{0.5, 0.99}
	wantAllocs(t, "Update", 0, func() { h.Update(0.3) })
	wantAllocs(t, "UpdateN", 0, func() { h.UpdateN(0.3, 2) })
	wantAllocs(t, "ReadBuckets", 0, func() { h.ReadBuckets(&b) })
	if !underRace {
		wantAllocs(t, "ReadStatistics", 0, func() { h.ReadStatistics(&s, ps) })
	}
}

func BenchmarkHistogramFloat64(b *testing.B) {
	h := NewHistogramFloat64()
	values := make([]float64, 1024)
	for i := range values {
		values[i] = math.Exp(rand.NormFloat64() - 3)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		h.Update(values[i&1023])
	}
}

func BenchmarkHistogramFloat64Parallel(b *testing.B) {
	h := NewHistogramFloat64()
	b.RunParallel(func(p *testing.PB) {
		for i := 0; p.Next(); i++ {
			h.Update(float64(i&1023) / 1024)
		}
	})
}
