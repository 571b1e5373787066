package hashicorp_test

import (
	"fmt"
	"os"
	"time"

	gometrics "github.com/hashicorp/go-metrics"
	"github.com/prometheus/common/expfmt"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/hashicorp"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// Libraries report to the global metrics, and the driver shows what they reported.
func ExampleNewSink() {
	registry := metrics.NewRegistry()
	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Registry: registry,
		Layout:   prometheusmetrics.LayoutTyped,
		Detached: true, // driver.Handler() serves it
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}

	// What the program does, once, before it starts raft.
	config := gometrics.DefaultConfig("")
	config.EnableHostname, config.EnableRuntimeMetrics = false, false
	sink := hashicorp.NewSink(registry, hashicorp.Config{Flush: func() { driver.Close() }})
	if _, err := gometrics.NewGlobal(config, sink); err != nil {
		fmt.Println(err)
		return
	}
	defer gometrics.Shutdown() // flushes a last time

	// What raft does.
	gometrics.IncrCounter([]string{"raft", "apply"}, 3)
	gometrics.SetGauge([]string{"raft", "peers"}, 5)
	gometrics.MeasureSince([]string{"raft", "commitTime"}, time.Now())

	families, err := driver.Gather()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, family := range families {
		if family.GetName() == "raft_commitTime_seconds" {
			fmt.Println(family.GetType(), family.GetName(), family.Metric[0].Histogram.GetSampleCount())
			continue
		}
		expfmt.MetricFamilyToText(os.Stdout, family)
	}
	// Output:
	// # HELP raft_apply_total Commands that this node was asked to apply
	// # TYPE raft_apply_total counter
	// raft_apply_total 3
	// HISTOGRAM raft_commitTime_seconds 1
	// # HELP raft_peers Servers in the latest configuration
	// # TYPE raft_peers gauge
	// raft_peers 5
}

// The sink goes beside others, such as the one in memory that a signal writes to
// standard error.
func ExampleNewSink_fanout() {
	registry := metrics.NewRegistry()
	inMemory := gometrics.NewInmemSink(10*time.Second, time.Minute)
	sinks := gometrics.FanoutSink{inMemory, hashicorp.NewSink(registry, hashicorp.Config{})}
	m, err := gometrics.New(&gometrics.Config{TimerGranularity: time.Millisecond, FilterDefault: true}, sinks)
	if err != nil {
		fmt.Println(err)
		return
	}
	m.IncrCounterWithLabels([]string{"orders"}, 2, []gometrics.Label{{Name: "shop", Value: "a"}})

	fmt.Println(inMemory.Data()[0].Counters["orders;shop=a"].Sum)
	fmt.Println(metrics.GetOrRegisterCounter("orders", registry, metrics.Labels{"shop": "a"}).Count())
	// Output:
	// 2
	// 2
}

// Rules of one's own say what the call can't: here that a sample is a number of
// bytes, and that a part of the key is the customer.
func ExampleRule() {
	registry := metrics.NewRegistry()
	own := []hashicorp.Rule{{Match: "upload.{customer}.size", Unit: "bytes", Help: "Size of uploads"}}
	sink := hashicorp.NewSink(registry, hashicorp.Config{Rules: append(own, hashicorp.Rules()...)})
	sink.AddSample([]string{"upload", "acme", "size"}, 2048)

	registry.Each(func(name string, metric any) {
		fmt.Println(name, metric.(metrics.HistogramFloat64).Labels(), metric.(metrics.HistogramFloat64).Sum())
	})
	// Output: upload.size {customer="acme"} 2048
}

// When a peer has left for good, so do its series.
func ExampleSink_Forget() {
	registry := metrics.NewRegistry()
	sink := hashicorp.NewSink(registry, hashicorp.Config{})
	for _, peer := range []string{"a", "b"} {
		sink.IncrCounterWithLabels([]string{"raft", "replication", "appendEntries", "logs"}, 1,
			[]gometrics.Label{{Name: "peer_id", Value: peer}})
	}
	fmt.Println(sink.Forget(func(_ string, labels metrics.Labels) bool { return labels["peer_id"] == "b" }))
	fmt.Println(len(registry.GetAll()))
	// Output:
	// 1
	// 1
}
