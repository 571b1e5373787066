// Package hashicorpsink measures what a call to hashicorp/go-metrics costs with our sink
// behind it, and with its own one for Prometheus: directly, and through a Metrics as
// libraries have it, whose filters cost the same for both.
//
//	GOWORK=off go test -bench . -benchmem -count 6 ./hashicorpsink
package hashicorpsink

import (
	"fmt"
	"testing"
	"time"

	gometrics "github.com/hashicorp/go-metrics"
	theirs "github.com/hashicorp/go-metrics/prometheus"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/hashicorp"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// candidates are sinks, each with what it shows.
var candidates = []struct {
	name string
	open func(testing.TB) (gometrics.MetricSink, prometheus.Gatherer)
}{
	{"ours", func(t testing.TB) (gometrics.MetricSink, prometheus.Gatherer) {
		registry := metrics.NewRegistry()
		driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
			Registry: registry, Layout: prometheusmetrics.LayoutTyped, Detached: true,
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return hashicorp.NewSink(registry, hashicorp.Config{}), driver
	}},
	{"theirs", func(t testing.TB) (gometrics.MetricSink, prometheus.Gatherer) {
		registry := prometheus.NewRegistry()
		sink, err := theirs.NewPrometheusSinkFrom(theirs.PrometheusOpts{Registerer: registry})
		if err != nil {
			t.Fatal(err)
		}
		return sink, registry
	}},
}

// The calls are those of raft, with the peers of a cluster of five.
var (
	counterKey = []string{"raft", "replication", "appendEntries", "logs"}
	sampleKey  = []string{"raft", "commitTime"}
	rpcKey     = []string{"raft", "replication", "appendEntries", "rpc"}
	gaugeKey   = []string{"raft", "commitNumLogs"}
	peers      = func() (labels [][]gometrics.Label) {
		for i := range 4 {
			labels = append(labels, []gometrics.Label{
				{Name: "peer_id", Value: fmt.Sprintf("c7aa7b3e-0b4b-4b3a-9f0d-%012d", i)}, {Name: "datacenter", Value: "eu-west-1"},
			})
		}
		return labels
	}()
)

// reporter is what sinks and a Metrics have in common.
type reporter interface {
	IncrCounter([]string, float32)
	IncrCounterWithLabels([]string, float32, []gometrics.Label)
	SetGauge([]string, float32)
	AddSample([]string, float32)
	AddSampleWithLabels([]string, float32, []gometrics.Label)
}

// durations in milliseconds, from a tenth to a hundred.
func duration(i int) float32 { return float32(i%1000+1) / 10 }

var calls = []struct {
	name string
	call func(reporter, int)
}{
	{"IncrCounter", func(r reporter, i int) { r.IncrCounter(counterKey, 1) }},
	{"IncrCounterWithLabels", func(r reporter, i int) { r.IncrCounterWithLabels(counterKey, 1, peers[i%len(peers)]) }},
	{"SetGauge", func(r reporter, i int) { r.SetGauge(gaugeKey, float32(i)) }},
	{"AddSample", func(r reporter, i int) { r.AddSample(sampleKey, duration(i)) }},
	{"AddSampleWithLabels", func(r reporter, i int) { r.AddSampleWithLabels(rpcKey, duration(i), peers[i%len(peers)]) }},
}

func through(t testing.TB, sink gometrics.MetricSink) *gometrics.Metrics {
	m, err := gometrics.New(&gometrics.Config{TimerGranularity: time.Millisecond, FilterDefault: true}, sink)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func BenchmarkSink(b *testing.B) {
	for _, call := range calls {
		for _, way := range []string{"sink", "Metrics"} {
			for _, candidate := range candidates {
				b.Run(fmt.Sprintf("%s/%s/%s", call.name, way, candidate.name), func(b *testing.B) {
					sink, _ := candidate.open(b)
					var r reporter = sink
					if way == "Metrics" {
						r = through(b, sink)
					}
					for i := range 1000 {
						call.call(r, i)
					}
					b.ReportAllocs()
					i := 0
					for b.Loop() {
						call.call(r, i)
						i++
					}
				})
			}
		}
	}
}

func BenchmarkSinkParallel(b *testing.B) {
	for _, call := range calls {
		for _, candidate := range candidates {
			b.Run(fmt.Sprintf("%s/%s", call.name, candidate.name), func(b *testing.B) {
				sink, _ := candidate.open(b)
				call.call(sink, 0)
				b.ReportAllocs()
				b.RunParallel(func(pb *testing.PB) {
					for i := 0; pb.Next(); i++ {
						call.call(sink, i)
					}
				})
			})
		}
	}
}

// TestCandidates: each does the work that is measured, and ours allocates nothing.
func TestCandidates(t *testing.T) {
	for _, candidate := range candidates {
		for _, call := range calls {
			sink, gatherer := candidate.open(t)
			for i := range 100 {
				call.call(through(t, sink), i)
			}
			families, err := gatherer.Gather()
			if err != nil || len(families) != 1 {
				t.Fatalf("%s: %s: %v, %v", candidate.name, call.name, families, err)
			}
			total := 0.0
			for _, metric := range families[0].Metric {
				total += amount(metric)
			}
			if want := 100.0; total != want && call.name != "SetGauge" {
				t.Errorf("%s: %s recorded %v, want %v", candidate.name, call.name, total, want)
			}
			if allocs := testing.AllocsPerRun(100, func() { call.call(sink, 3) }); allocs > 0 && candidate.name == "ours" {
				t.Errorf("%s: %s allocates %v times", candidate.name, call.name, allocs)
			}
		}
	}
}

func amount(metric *dto.Metric) float64 {
	return metric.GetCounter().GetValue() + float64(metric.GetSummary().GetSampleCount()) +
		float64(metric.GetHistogram().GetSampleCount())
}
