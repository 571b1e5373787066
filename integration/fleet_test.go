package integration

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/integration/harness"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// Thirty services, scraped by a Prometheus that keeps nothing and writes on to another:
// there, native histograms add up over all of them, and the quantiles of the sum are
// those of everything that was recorded, within the sample's error.
func TestFleet(t *testing.T) {
	const services, observations, relativeError = 30, 2_000, 0.05
	receiver := harness.StartPrometheusReceiver(t)
	var timers []metrics.Timer
	var targets []string
	for range services {
		timer, address := startFleetService(t, relativeError)
		timers, targets = append(timers, timer), append(targets, address)
	}
	agent := harness.StartPrometheusAgent(t, receiver, harness.Job{Name: "fleet", Targets: targets})

	// Each service has a speed of its own, so that none of them alone has the quantiles.
	random := rand.New(rand.NewPCG(3, 4))
	var recorded []float64
	record := func(round int) {
		for i, timer := range timers {
			for range observations {
				took := time.Duration(float64(time.Millisecond) * float64(i+1) * math.Exp(random.NormFloat64()))
				timer.Update(took)
				recorded = append(recorded, took.Seconds())
			}
		}
		count := fmt.Sprintf("sum(histogram_count(fleet_latency_seconds)) == %d", len(recorded))
		harness.Eventually(t, fmt.Sprint("all observations of round ", round), func() error {
			_, err := receiver.Value(count)
			return err
		})
	}
	for round := range 2 {
		record(round)
		slices.Sort(recorded)
		for _, q := range []float64{0.5, 0.9, 0.99, 0.999} {
			got, err := receiver.Value(fmt.Sprintf("histogram_quantile(%v, sum(fleet_latency_seconds))", q))
			want := recorded[int(q*float64(len(recorded)))]
			if err != nil || math.Abs(got-want) > relativeError*want {
				t.Errorf("round %d: quantile %v is %v, want %v within %v (%v)", round, q, got, want, relativeError, err)
			}
		}
	}
	if got, err := receiver.Value("count(up == 1)"); err != nil || got != services {
		t.Errorf("%v services are up, want %d (%v)", got, services, err)
	}
	if err := agent.Stop(); err != nil {
		t.Errorf("agent: %v", err)
	}
}

// startFleetService serves a registry of its own.
func startFleetService(t *testing.T, relativeError float64) (latency metrics.Timer, address string) {
	t.Helper()
	registry := metrics.NewRegistry(metrics.WithSample(func() metrics.Sample { return metrics.NewBucketSample(relativeError) }))
	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Registry: registry, Namespace: "fleet", Layout: prometheusmetrics.LayoutTyped, Detached: true,
		OnError: func(err error) { t.Error(err) },
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(driver.Handler())
	t.Cleanup(server.Close)
	return metrics.GetOrRegisterTimer("latency", registry), strings.TrimPrefix(server.URL, "http://")
}
