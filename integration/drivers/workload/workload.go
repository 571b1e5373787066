// Package workload is the application whose metrics the tests of drivers for other
// programs compare: it records without a pause, and knows the truth.
package workload

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/integration/harness"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// RelativeError is that of the buckets.
const RelativeError = 0.05

// Workload records into a registry of its own: the counter app_work_total by code, the
// gauge app_level, and the timer app_latency_seconds with classic and native buckets.
type Workload struct {
	Registry metrics.Registry
	Gatherer prometheus.Gatherer // all of that, with Prometheus's types

	stop      chan struct{}
	done      sync.WaitGroup
	mu        sync.Mutex
	latencies []time.Duration
	counts    map[string]float64
	level     float64
	traces    map[string]float64 // the traced latencies, in seconds
}

// Start begins to record. Stop ends it.
func Start(t testing.TB) *Workload {
	t.Helper()
	buckets := metrics.WithSample(func() metrics.Sample { return metrics.NewBucketSample(RelativeError) })
	w := &Workload{Registry: metrics.NewRegistry(buckets), stop: make(chan struct{}), counts: map[string]float64{},
		traces: map[string]float64{}}
	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Registry: w.Registry, Namespace: "app", Layout: prometheusmetrics.LayoutTyped, Detached: true,
		OnError: func(err error) { t.Error(err) },
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.Gatherer = driver
	w.done.Go(w.record)
	t.Cleanup(w.Stop)
	return w
}

func (w *Workload) record() {
	random := rand.New(rand.NewPCG(1, 2))
	latency := metrics.GetOrRegisterTimer("latency", w.Registry)
	level := metrics.GetOrRegisterGauge("level", w.Registry)
	counters := map[string]metrics.Counter{}
	for _, code := range []string{"200", "500"} {
		counters[code] = metrics.GetOrRegisterCounter("work", w.Registry, metrics.Labels{"code": code})
	}
	for i := 0; ; i++ {
		select {
		case <-w.stop:
			return
		case <-time.After(time.Millisecond):
		}
		code := []string{"200", "500"}[min(i%7, 1)]
		took := time.Duration(30e6 * math.Exp(0.6*random.NormFloat64()))
		w.mu.Lock()
		counters[code].Inc(3)
		w.counts[code] += 3
		if i%50 == 0 {
			trace := fmt.Sprintf("4bf92f3577b34da6a3ce929d%08x", i)
			latency.UpdateWithExemplar(took, metrics.Labels{"trace_id": trace, "span_id": trace[16:]})
			w.traces[trace] = took.Seconds()
		} else {
			latency.Update(took)
		}
		w.latencies = append(w.latencies, took)
		level.Update(int64(i))
		w.level = float64(i)
		w.mu.Unlock()
	}
}

// Stop ends the recording: what the application has counted then is the truth.
func (w *Workload) Stop() {
	w.mu.Lock()
	select {
	case <-w.stop:
	default:
		close(w.stop)
	}
	w.mu.Unlock()
	w.done.Wait()
}

// AwaitMore waits until so many latencies more were recorded, so that a test goes on
// while values flow.
func (w *Workload) AwaitMore(n int) {
	before := w.Recorded()
	for w.Recorded() < before+n {
		time.Sleep(5 * time.Millisecond)
	}
}

// Recorded returns how many latencies were recorded so far.
func (w *Workload) Recorded() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.latencies)
}

// Latencies returns how many there were, and their sum in seconds.
func (w *Workload) Latencies() (count, sum float64) {
	var total time.Duration
	for _, latency := range w.latencies {
		total += latency
	}
	return float64(len(w.latencies)), total.Seconds()
}

// Quantile returns the true one: the value of rank ⌈q·n⌉.
func (w *Workload) Quantile(q float64) float64 {
	sorted := slices.Sorted(slices.Values(w.latencies))
	rank := int(math.Ceil(q * float64(len(sorted))))
	return sorted[min(max(rank, 1), len(sorted))-1].Seconds()
}

// Traced is an error unless the server has exemplars of the series, all of which lead to
// the trace of a latency that was recorded. It may be asked while values flow.
func (w *Workload) Traced(server harness.Queries, series string) error {
	results, err := server.Exemplars(series)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, result := range results {
		for _, e := range result.Exemplars {
			n++
			if took, known := w.traces[string(e.Labels["trace_id"])]; !known || took != float64(e.Value) {
				return fmt.Errorf("an exemplar of %s with the value %v has labels %v", result.SeriesLabels, e.Value, e.Labels)
			}
		}
	}
	if n < 2 {
		return fmt.Errorf("%s has %d exemplars", series, n)
	}
	return nil
}

// Asker is a server that answers PromQL.
type Asker interface {
	Value(promql string) (float64, error)
}

// Server is one that a test can kill and start again.
type Server interface {
	Asker
	Kill() error
	Restart(testing.TB)
}

// KillTwice kills the server and starts it again, twice, while values flow. Each time it
// waits until the server shows what was recorded after that.
func (w *Workload) KillTwice(t testing.TB, server Server) {
	t.Helper()
	for range 2 {
		w.AwaitMore(100)
		if err := server.Kill(); err != nil {
			t.Log(err) // how it ended
		}
		w.AwaitMore(300)
		before := 3 * float64(w.Recorded())
		server.Restart(t)
		harness.Eventually(t, "values of after the restart", func() error {
			if server, ok := server.(interface{ Flush() error }); ok {
				if err := server.Flush(); err != nil {
					return err
				}
			}
			got, err := server.Value("sum(app_work_total)")
			if err == nil && got < before {
				err = fmt.Errorf("%v is older than %v", got, before)
			}
			return err
		})
	}
}

// Near is an error unless PromQL gives the value, to within a relative error.
func Near(server Asker, promql string, want, relative float64) error {
	got, err := server.Value(promql)
	if err != nil {
		return err
	}
	if math.Abs(got-want) > math.Abs(want)*relative {
		return fmt.Errorf("%s = %v, want %v", promql, got, want)
	}
	return nil
}

// Totals compares what the server shows last with the truth. The count and sum of the
// latencies are found in different ways, which the PromQL says.
func (w *Workload) Totals(server Asker, count, sum string) error {
	n, seconds := w.Latencies()
	return errors.Join(
		Near(server, `last_over_time(app_work_total{code="200"}[5m])`, w.counts["200"], 0),
		Near(server, `last_over_time(app_work_total{code="500"}[5m])`, w.counts["500"], 0),
		Near(server, `last_over_time(app_level[5m])`, w.level, 0),
		Near(server, count, n, 0),
		Near(server, sum, seconds, 1e-9),
	)
}

// Quantiles compares quantiles of the PromQL's histogram: to within the error of native
// buckets, or to within the classic bucket.
func (w *Workload) Quantiles(server Asker, histogram string, native bool) error {
	var errs []error
	for _, q := range []float64{0.5, 0.9, 0.99} {
		exact := w.Quantile(q)
		promql := fmt.Sprintf("histogram_quantile(%v, %s)", q, histogram)
		if native {
			errs = append(errs, Near(server, promql, exact, RelativeError))
			continue
		}
		lower, upper := classicBucket(exact)
		if got, err := server.Value(promql); err != nil || got < lower || got > upper {
			errs = append(errs, fmt.Errorf("%s = %v, %w, want %v to %v", promql, got, err, lower, upper))
		}
	}
	return errors.Join(errs...)
}

// classicBounds are those that timers have by default, in seconds.
var classicBounds = []float64{
	0, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 60,
}

// classicBucket returns the bounds of the classic bucket that a value falls into.
func classicBucket(seconds float64) (lower, upper float64) {
	at, _ := slices.BinarySearch(classicBounds, seconds)
	return classicBounds[at-1], classicBounds[at]
}
