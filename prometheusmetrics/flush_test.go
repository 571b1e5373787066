package prometheusmetrics

import (
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
)

func TestReadAtScrape(t *testing.T) {
	source := metrics.NewRegistry()
	registry := prometheus.NewRegistry()
	d, err := New(source, 0, "", "", registry)
	if err != nil {
		t.Fatal(err)
	}
	counter := metrics.GetOrRegisterCounter("c", source)
	for _, want := range []string{"1", "2"} {
		counter.Inc(1)
		if got := figures(expose(t, registry))["c_count"]; got != want {
			t.Errorf("c_count = %q, want %s", got, want)
		}
	}
	ended := make(chan struct{})
	go func() { d.Run(); close(ended) }()
	d.Close()
	<-ended
	counter.Inc(1)
	if got := figures(expose(t, registry))["c_count"]; got != "2" {
		t.Errorf("after Close c_count = %q, want 2", got)
	}
}

func TestUnregisteredMetricsDisappear(t *testing.T) {
	d, source, registry, log := newTestDriver(t, Config{})
	for _, code := range []string{"200", "404", "500"} {
		metrics.GetOrRegisterCounter("requests", source, metrics.Labels{"code": code}).Inc(1)
	}
	metrics.GetOrRegisterTimer("t", source).Update(time.Second)
	once(t, d)
	metrics.UnregisterSeries("requests", source, metrics.Labels{"code": "404"})
	source.Unregister("t")
	once(t, d)
	got := figures(expose(t, registry))
	if len(got) != 2 || got[`requests_count{code="200"}`] != "1" || got[`requests_count{code="500"}`] != "1" {
		t.Errorf("exposed: %v", got)
	}
	source.UnregisterAll()
	metrics.GetOrRegisterGauge("requests", source).Update(9) // another type under the name
	once(t, d)
	got = figures(expose(t, registry))
	if len(got) != 1 || got["requests_gauge"] != "9" {
		t.Errorf("exposed: %v", got)
	}
	if reasons := log.reasons(); len(reasons) > 0 {
		t.Error(reasons)
	}
}

// TestChurn has series come and go while scrapes run, each of which must be
// whole: every metric that is there is there with all its series.
func TestChurn(t *testing.T) {
	d, source, registry, log := newTestDriver(t, Config{Percentiles: []float64{0.5}})
	once(t, d) // or a scrape that comes first reports that nobody runs the driver
	stop := make(chan struct{})
	var scrapes sync.WaitGroup
	scrapes.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			families, err := registry.Gather()
			if err != nil {
				t.Error(err)
				return
			}
			if len(families)%13 != 0 { // a timer without percentiles but one has 12 figures, a counter 1
				t.Errorf("%d families in one scrape", len(families))
				return
			}
		}
	})
	for i := range 10000 {
		metrics.GetOrRegisterTimer("t", source).Update(1)
		metrics.GetOrRegisterCounter("c", source).Inc(1)
		if i%10 == 0 {
			once(t, d)
		}
		source.UnregisterAll()
		if i%7 == 0 {
			once(t, d)
		}
	}
	close(stop)
	scrapes.Wait()
	once(t, d)
	if text := expose(t, registry); text != "" {
		t.Errorf("stale:\n%s", text)
	}
	if n := len(d.state.Metrics()) + len(d.state.Families()); n != 0 {
		t.Errorf("%d things are still held", n)
	}
	if reasons := log.reasons(); len(reasons) > 0 {
		t.Error(reasons)
	}
}

// TestSaw: what has been seen never goes back, whoever sees an earlier flush last.
func TestSaw(t *testing.T) {
	var d Driver
	for _, test := range []struct{ reading, want uint64 }{{3, 3}, {2, 3}, {3, 3}, {5, 5}, {0, 5}} {
		d.saw(&families.Exposition{Reading: test.reading})
		if got := d.seen.Load(); got != test.want {
			t.Errorf("after flush %d was seen: %d, want %d", test.reading, got, test.want)
		}
	}
	d.saw(nil)
}
