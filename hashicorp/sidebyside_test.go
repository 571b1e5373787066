package hashicorp

import (
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gometrics "github.com/hashicorp/go-metrics"
	theirs "github.com/hashicorp/go-metrics/prometheus"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/internal/logtest"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// What follows compares with go-metrics' own sink for Prometheus.

// newTheirs returns their sink with its default settings, and what it shows.
func newTheirs(t testing.TB) (gometrics.MetricSink, prometheus.Gatherer) {
	t.Helper()
	registry := prometheus.NewRegistry()
	options := theirs.DefaultPrometheusOpts
	options.Registerer = registry
	sink, err := theirs.NewPrometheusSinkFrom(options)
	if err != nil {
		t.Fatal(err)
	}
	return sink, registry
}

func newOurs(t testing.TB) (gometrics.MetricSink, prometheus.Gatherer) {
	t.Helper()
	registry := metrics.NewRegistry()
	return NewSink(registry, Config{}), newDriver(t, registry, prometheusmetrics.LayoutTyped)
}

// familyNamed returns a family that is gathered, or an empty one.
func familyNamed(t testing.TB, gatherer prometheus.Gatherer, name string) *dto.MetricFamily {
	t.Helper()
	families, err := gatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == name {
			return family
		}
	}
	return &dto.MetricFamily{}
}

// TestFirstIncrements: a series comes into being with its first increment, and several
// goroutines may bring one. Theirs keeps what one of them counted in some of the
// trials; how many depends on the machine.
func TestFirstIncrements(t *testing.T) {
	const trials, goroutines = 200, 8
	lost := func(open func(testing.TB) (gometrics.MetricSink, prometheus.Gatherer), name string) (trialsWithLoss int) {
		for range trials {
			sink, gatherer := open(t)
			var ready, group sync.WaitGroup
			ready.Add(goroutines)
			for range goroutines {
				group.Go(func() {
					ready.Done()
					ready.Wait()
					sink.IncrCounterWithLabels([]string{"orders"}, 1, []gometrics.Label{{Name: "shop", Value: "a"}})
				})
			}
			group.Wait()
			family := familyNamed(t, gatherer, name)
			if len(family.Metric) != 1 || family.Metric[0].Counter.GetValue() != goroutines {
				trialsWithLoss++
			}
		}
		return trialsWithLoss
	}
	if n := lost(newOurs, "orders_total"); n != 0 {
		t.Errorf("ours lost increments in %d of %d trials", n, trials)
	}
	t.Logf("theirs lost increments in %d of %d trials", lost(newTheirs, "orders"), trials)
}

// TestDistributions: theirs are summaries, whose quantiles can't be combined over
// instances, in milliseconds. Ours are histograms, classic and native, in seconds.
func TestDistributions(t *testing.T) {
	their, theirGatherer := newTheirs(t)
	our, ourGatherer := newOurs(t)
	m := newMetrics(t, gometrics.FanoutSink{their, our})
	for range 100 {
		m.MeasureSince([]string{"raft", "commitTime"}, time.Now().Add(-20*time.Millisecond))
	}
	family := familyNamed(t, theirGatherer, "raft_commitTime")
	if family.GetType() != dto.MetricType_SUMMARY || family.Metric[0].Summary.GetSampleSum() < 2000 {
		t.Errorf("theirs is %v", family)
	}
	family = familyNamed(t, ourGatherer, "raft_commitTime_seconds")
	if family.GetType() != dto.MetricType_HISTOGRAM {
		t.Fatalf("ours is %v", family)
	}
	h := family.Metric[0].Histogram
	if len(h.Bucket) == 0 || len(h.PositiveSpan) == 0 || h.GetSampleCount() != 100 || h.GetSampleSum() < 2 {
		t.Errorf("ours is %v", h)
	}
}

// TestExpiration: theirs forgets a series that nobody has touched for a minute, and
// what comes then counts from 0. Ours keeps it.
func TestExpiration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		their, theirGatherer := newTheirs(t)
		our, ourGatherer := newOurs(t)
		fanout := gometrics.FanoutSink{their, our}
		fanout.IncrCounter([]string{"orders"}, 5)
		fanout.SetGauge([]string{"stock"}, 7)
		time.Sleep(theirs.DefaultPrometheusOpts.Expiration + time.Second)
		if text := expose(t, theirGatherer); strings.Contains(text, "orders") || strings.Contains(text, "stock") {
			t.Errorf("theirs has kept\n%s", text)
		}
		wantLines(t, expose(t, ourGatherer), "orders_total 5", "stock 7")
		fanout.IncrCounter([]string{"orders"}, 1)
		wantLines(t, expose(t, theirGatherer), "orders 1")
		wantLines(t, expose(t, ourGatherer), "orders_total 6")
	})
}

// TestLabelOrder: to theirs, labels in another order are another series, and two equal
// ones make the whole scrape fail.
func TestLabelOrder(t *testing.T) {
	their, theirGatherer := newTheirs(t)
	our, ourGatherer := newOurs(t)
	for _, labels := range [][]gometrics.Label{
		{{Name: "a", Value: "1"}, {Name: "b", Value: "2"}}, {{Name: "b", Value: "2"}, {Name: "a", Value: "1"}},
	} {
		gometrics.FanoutSink{their, our}.IncrCounterWithLabels([]string{"orders"}, 1, labels)
	}
	if _, err := theirGatherer.Gather(); err == nil {
		t.Error("theirs can be gathered")
	}
	wantLines(t, expose(t, ourGatherer), `orders_total{a="1",b="2"} 2`)
}

// plainName is a name that needs no quotes, and has no colon, which LayoutTyped replaces.
var plainName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// FuzzNames holds names against theirs: without rules and units they are the same,
// save for what is no name in theirs, and for what a counter ends in.
func FuzzNames(f *testing.F) {
	for _, key := range []string{"raft\nleader\nlastContact", "serf\ncoordinate\nadjustment-ms", "a b\nc/d=e.f", "7\nx", "ns:a", "", "\n"} {
		f.Add(key)
	}
	logtest.Capture(f)
	f.Fuzz(func(t *testing.T, text string) {
		key := strings.Split(text, "\n")
		registry := metrics.NewRegistry()
		NewSink(registry, Config{Rules: []Rule{}}).SetGauge(key, 1)
		driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
			Registry: registry, Layout: prometheusmetrics.LayoutTyped, Detached: true, OnError: func(error) {},
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var ours string
		families, err := driver.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, family := range families {
			ours += family.GetName()
		}

		their, theirGatherer := newTheirs(t)
		their.SetGauge(key, 1)
		families, err = theirGatherer.Gather()
		if err != nil {
			return // no name in theirs
		}
		name := families[0].GetName()
		if !plainName.MatchString(name) || strings.Trim(name, "_") == "" {
			return // allowed since names may be UTF-8, and nothing that a query takes as it is
		}
		if ours != name {
			t.Errorf("%q is %s, in theirs %s", key, ours, name)
		}
	})
}
