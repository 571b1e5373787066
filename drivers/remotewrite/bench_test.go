package remotewrite

import (
	"fmt"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
)

// manyCounters returns a family of that many series with two labels each.
func manyCounters(n int) []*dto.MetricFamily {
	family := &dto.MetricFamily{Name: proto.String("requests_total"), Type: dto.MetricType_COUNTER.Enum()}
	for i := range n {
		family.Metric = append(family.Metric, &dto.Metric{
			Label:   pairs("code", "200", "path", fmt.Sprint("/p", i)),
			Counter: &dto.Counter{Value: proto.Float64(float64(i))},
		})
	}
	return []*dto.MetricFamily{family}
}

// BenchmarkRound makes samples of 1,000 series that are known already.
func BenchmarkRound(b *testing.B) {
	families := manyCounters(1000)
	tracker := newTracker(HistogramsAuto, []label{{"instance", "i"}, {"job", "j"}})
	tracker.next(families, 1)
	b.ReportAllocs()
	for b.Loop() {
		tracker.next(families, 2)
	}
}

// BenchmarkEncode writes 1,000 samples.
func BenchmarkEncode(b *testing.B) {
	tracker := newTracker(HistogramsAuto, []label{{"instance", "i"}, {"job", "j"}})
	samples := tracker.next(manyCounters(1000), 1)
	for name, encode := range map[string]func([]sample) encoded{"v1": encode1, "v2": encode2} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				encode(samples)
			}
		})
	}
}

// A round of series that are known costs memory for its samples alone.
func TestRoundAllocations(t *testing.T) {
	families := manyCounters(1000)
	tracker := newTracker(HistogramsAuto, []label{{"instance", "i"}, {"job", "j"}})
	tracker.next(families, 1)
	if allocs := testing.AllocsPerRun(10, func() { tracker.next(families, 2) }); allocs > 10 {
		t.Errorf("%v allocations", allocs)
	}
}
