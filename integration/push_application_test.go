package integration

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/integration/harness"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// application records all the time, flushes and scrapes, while it is pushed.
type application struct {
	driver   *prometheusmetrics.Driver
	longest  atomic.Int64 // time that anything of that took
	reported chan string  // what was reported to OnError
	stop     func() error // ends recording, then pushing; returns what RunPush did
}

// startApplication starts one that pushes every 100 ms.
func startApplication(t *testing.T, options prometheusmetrics.PushOptions) *application {
	t.Helper()
	a := &application{reported: make(chan string, 1000)}
	r := metrics.NewRegistry()
	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Namespace:     "app",
		Registry:      r,
		FlushInterval: time.Hour, // so that Gather shows what was pushed last
		OnError:       func(err error) { a.reported <- err.Error() },
		Detached:      true,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	a.driver = driver
	options.Interval = 100 * time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	pushing := make(chan error, 1)
	go func() { pushing <- driver.RunPush(ctx, options) }()

	done := make(chan struct{})
	var recording sync.WaitGroup
	for worker := range 2 {
		recording.Go(func() { a.record(r, worker, done) })
	}
	a.stop = sync.OnceValue(func() error {
		close(done)
		recording.Wait()
		cancel()
		return <-pushing
	})
	t.Cleanup(func() { a.stop() })
	return a
}

func (a *application) record(r metrics.Registry, worker int, done chan struct{}) {
	counter := metrics.GetOrRegisterCounter("work", r, metrics.Labels{"worker": fmt.Sprint(worker)})
	timer := metrics.GetOrRegisterTimer("took", r, metrics.Labels{"worker": fmt.Sprint(worker)})
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for i := 0; ; i++ {
		start := time.Now()
		counter.Inc(1)
		timer.Update(time.Duration(i))
		metrics.GetOrRegisterGauge("now", r).Update(int64(i))
		if i%50 == 0 {
			a.driver.Once()
			a.driver.Gather()
		}
		for took := int64(time.Since(start)); ; {
			longest := a.longest.Load()
			if took <= longest || a.longest.CompareAndSwap(longest, took) {
				break
			}
		}
		select {
		case <-ticker.C:
		case <-done:
			return
		}
	}
}

// await waits until the driver tells of something.
func (a *application) await(t *testing.T, part string) {
	t.Helper()
	harness.Eventually(t, "the driver to tell of "+part, func() error {
		for {
			select {
			case message := <-a.reported:
				t.Log(message)
				if strings.Contains(message, part) {
					return nil
				}
			default:
				return errors.New("it has not")
			}
		}
	})
}

// heldUpLimit is far from the second or more that a push takes which nobody
// answers, and far from what the machine's other work may cost.
const heldUpLimit = 500 * time.Millisecond

// finish stops the application, and expects that the gateway holds exactly what
// the driver has, that nothing was held up and that no goroutine is left.
func (a *application) finish(t *testing.T, gateway string, group map[string]string) {
	t.Helper()
	if err := a.stop(); err != context.Canceled {
		t.Errorf("RunPush ended with %v", err)
	}
	wantGroup(t, gateway, a.driver, group)
	if longest := time.Duration(a.longest.Load()); longest > heldUpLimit {
		t.Errorf("the application was held up for %v", longest)
	} else {
		t.Logf("nothing in the application took longer than %v", longest)
	}
	wantNoGoroutines(t)
}

// wantGroup compares what the gateway has with what the driver has, series by
// series.
func wantGroup(t *testing.T, gateway string, driver *prometheusmetrics.Driver, group map[string]string) {
	t.Helper()
	families, _ := driver.Gather()
	want := map[string]float64{}
	for _, family := range families {
		for _, metric := range family.Metric {
			labels := maps.Clone(group)
			for _, pair := range metric.Label {
				labels[pair.GetName()] = pair.GetValue()
			}
			want[writeSeries(family.GetName(), labels)] = metric.GetGauge().GetValue()
		}
	}
	got := held(t, gateway)
	for _, own := range []string{"push_time_seconds", "push_failure_time_seconds"} {
		delete(got, writeSeries(own, group))
	}
	if len(want) == 0 {
		t.Error("the driver has no series")
	}
	for series, value := range want {
		if at, found := got[series]; !found || at != value {
			t.Errorf("the gateway holds %s %v (%v), want %v", series, at, found, value)
		}
		delete(got, series)
	}
	if len(got) > 0 {
		t.Errorf("the gateway holds %v, too", got)
	}
	t.Logf("the driver has %d series", len(want))
}

// held returns what the gateway has of jobs that begin with "app".
func held(t *testing.T, gateway string) map[string]float64 {
	t.Helper()
	response, err := http.Get(gateway + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	series := map[string]float64{}
	for name, family := range families {
		for _, metric := range family.Metric {
			labels := map[string]string{}
			for _, pair := range metric.Label {
				labels[pair.GetName()] = pair.GetValue()
			}
			if strings.HasPrefix(labels["job"], "app") {
				series[writeSeries(name, labels)] = metric.GetGauge().GetValue() + metric.GetUntyped().GetValue() + metric.GetCounter().GetValue()
			}
		}
	}
	return series
}

func writeSeries(name string, labels map[string]string) string {
	var text strings.Builder
	for _, label := range slices.Sorted(maps.Keys(labels)) {
		fmt.Fprintf(&text, "%s=%q,", label, labels[label])
	}
	return name + "{" + text.String() + "}"
}

// wantNoGoroutines expects that the driver has left none, nor its client.
func wantNoGoroutines(t *testing.T) {
	t.Helper()
	http.DefaultClient.CloseIdleConnections()
	harness.Eventually(t, "goroutines to end", func() error {
		var stacks strings.Builder
		pprof.Lookup("goroutine").WriteTo(&stacks, 2)
		for stack := range strings.SplitSeq(stacks.String(), "\n\n") {
			if strings.Contains(stack, "metrics/prometheusmetrics.") || strings.Contains(stack, "net/http.(*persistConn)") {
				return errors.New(stack)
			}
		}
		return nil
	})
}
