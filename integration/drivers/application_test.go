package drivers

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/integration/harness"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// driver is what all drivers have.
type driver interface {
	Once() error
	Run()
	Close() error
}

// application records metrics of each type.
type application struct {
	prometheus.Gatherer

	orders  *metrics.Vec[metrics.Counter]
	balance metrics.GaugeFloat64
	payment metrics.Timer                   // with buckets
	basket  *metrics.Vec[metrics.Histogram] // with reservoirs, so that they become summaries

	mu       sync.Mutex
	reported []string
}

func newApplication(t *testing.T) *application {
	t.Helper()
	buckets := func() metrics.Sample { return metrics.NewBucketSample(0.05, 0.01, 0.1, 1) }
	r := metrics.NewRegistry()
	reader, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Namespace: "shop",
		Registry:  r,
		Layout:    prometheusmetrics.LayoutTyped,
		Detached:  true,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Register("healthcheck", metrics.NewHealthcheck(func(h metrics.Healthcheck) { h.Healthy() })); err != nil {
		t.Fatal(err)
	}
	payment := metrics.NewCustomTimer(metrics.NewHistogram(buckets()), metrics.NewMeter())
	if err := r.Register("payment", payment); err != nil {
		t.Fatal(err)
	}
	return &application{
		Gatherer: reader,
		orders:   metrics.NewVec[metrics.Counter](r, "orders", "paid_by"),
		balance:  metrics.GetOrRegisterGaugeFloat64("balance", r),
		payment:  payment,
		basket:   metrics.NewVec[metrics.Histogram](r, "basket", "shop"),
	}
}

// record records a hundred times.
func (a *application) record() {
	for i := range 100 {
		a.orders.With([]string{"card", "transfer", "a,b|c:d e"}[i%3]).Inc(int64(i))
		a.balance.Update(-float64(i) - 0.5)
		a.payment.Update(time.Duration(i) * 3 * time.Millisecond)
		a.basket.With([]string{"north", "south"}[i%2]).Update(int64(i * i))
	}
}

// flow records until it is stopped.
func (a *application) flow() (stop func()) {
	done := make(chan struct{})
	var recording sync.WaitGroup
	recording.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				a.record()
				time.Sleep(time.Millisecond)
			}
		}
	})
	return func() {
		close(done)
		recording.Wait()
	}
}

func (a *application) onError(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.reported = append(a.reported, err.Error())
}

// await waits until something was reported that has the text, after so many reports.
func (a *application) await(t *testing.T, after int, text string) {
	t.Helper()
	harness.Eventually(t, "a report of "+text, func() error {
		a.mu.Lock()
		defer a.mu.Unlock()
		for _, report := range a.reported[after:] {
			if strings.Contains(report, text) {
				return nil
			}
		}
		return fmt.Errorf("reported were %q", a.reported)
	})
}

func (a *application) reports() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.reported)
}

// sample is one value as Prometheus's text format shows it.
type sample struct {
	name   string
	labels map[string]string
	value  float64
	counts bool // whether it only goes up

	family, field string            // as Telegraf has them
	own           map[string]string // labels without le and quantile
}

// samples takes apart what the application shows, without what is not a number.
func (a *application) samples(t *testing.T) (all []sample) {
	t.Helper()
	families, err := a.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, metric := range family.Metric {
			all = append(all, samplesOf(family.GetName(), metric)...)
		}
	}
	if len(all) < 15 {
		t.Fatalf("only %d samples", len(all))
	}
	return all
}

func samplesOf(name string, metric *dto.Metric) (all []sample) {
	own := map[string]string{}
	for _, pair := range metric.Label {
		own[pair.GetName()] = pair.GetValue()
	}
	add := func(suffix, field string, value float64, counts bool, extra ...string) {
		labels := maps.Clone(own)
		if len(extra) > 0 {
			labels[extra[0]] = field
		}
		if !math.IsNaN(value) {
			all = append(all, sample{name + suffix, labels, value, counts, name, field, own})
		}
	}
	switch {
	case metric.Counter != nil:
		add("", "counter", metric.Counter.GetValue(), true)
	case metric.Gauge != nil:
		add("", "gauge", metric.Gauge.GetValue(), false)
	case metric.Summary != nil:
		add("_count", "count", float64(metric.Summary.GetSampleCount()), true)
		add("_sum", "sum", metric.Summary.GetSampleSum(), true)
		for _, q := range metric.Summary.Quantile {
			add("", fmt.Sprint(q.GetQuantile()), q.GetValue(), false, "quantile")
		}
	case metric.Histogram != nil:
		add("_count", "count", float64(metric.Histogram.GetSampleCount()), true)
		add("_sum", "sum", metric.Histogram.GetSampleSum(), true)
		for _, b := range metric.Histogram.Bucket {
			add("_bucket", fmt.Sprint(b.GetUpperBound()), float64(b.GetCumulativeCount()), true, "le")
		}
	}
	return all
}

// server is a program that keeps what it was sent when it is killed, or most of it.
type server interface {
	Kill() error
	Restart(t testing.TB)
}

// testRestarts has the application record and the driver deliver while the server is
// killed and started again, so many times, and compares all values in the end by lookUp.
func testRestarts(
	t *testing.T, kills int, a *application, d driver, s server, lookUp func(sample) (float64, error),
) {
	t.Helper()
	go d.Run()
	stop := a.flow()
	for range kills {
		time.Sleep(200 * time.Millisecond)
		reports := a.reports()
		if err := s.Kill(); err != nil {
			t.Log(err) // how it ended
		}
		a.await(t, reports, ": ")
		s.Restart(t)
		harness.Eventually(t, "a delivery", d.Once)
	}
	stop()
	time.Sleep(1100 * time.Millisecond) // Graphite's time is in seconds, of which the last value counts
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	want := a.samples(t)
	harness.Eventually(t, "the server to have everything", func() error {
		for _, s := range want {
			got, err := lookUp(s)
			if err != nil {
				return fmt.Errorf("%s %v: %w", s.name, s.labels, err)
			}
			if !isNear(got, s.value) {
				return fmt.Errorf("%s %v is %v, want %v", s.name, s.labels, got, s.value)
			}
		}
		return nil
	})
}

// isNear reports whether two values are the same but for the rounding of sums.
func isNear(a, b float64) bool {
	return a == b || math.Abs(a-b) <= 1e-9*math.Max(math.Abs(a), math.Abs(b))
}

var errNotThere = errors.New("it is not there")
