package integration

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics/integration/harness"
)

// awaitValues waits until Prometheus has all that the service recorded of this
// many requests. More than that is no reason to wait: the checks that follow see
// it.
func awaitValues(t *testing.T, p *harness.Prometheus, requests int, bytes float64) {
	t.Helper()
	for promql, atLeast := range map[string]float64{
		"sum(http_server_request_duration_seconds_count)": float64(requests),
		"sum(http_server_response_body_size_bytes_count)": float64(requests),
		"sum(http_server_response_body_size_bytes_sum)":   bytes,
		"-sum(http_server_active_requests)":               0,
	} {
		harness.Eventually(t, promql, func() error {
			got, err := p.Value(promql)
			if err == nil && got < atLeast {
				err = fmt.Errorf("got %v, want %v", got, atLeast)
			}
			return err
		})
	}
}

func startServiceAndPrometheus(t *testing.T, args ...string) (*harness.Service, *harness.Prometheus) {
	t.Helper()
	service := harness.StartService(t, args...)
	return service, harness.StartPrometheus(t, harness.Job{Name: "service", Targets: []string{service.Address}})
}

// A known number of real requests, and PromQL gives exactly these counts.
func TestCountsAreExact(t *testing.T) {
	// With an interval of 0 the service reads its values at each scrape.
	for _, interval := range []string{"100ms", "0"} {
		t.Run("flush "+interval, func(t *testing.T) {
			service, prometheus := startServiceAndPrometheus(t, "-flush", interval)
			client := newClient(t)
			client.sendAll(t, service.URL, mix(30))
			awaitValues(t, prometheus, client.requests(), client.received())
			for range 2 { // a later scrape still says the same
				checkCounts(t, prometheus, client)
				prometheus.AwaitScrapes(t)
			}
		})
	}
}

func checkCounts(t *testing.T, p *harness.Prometheus, c *client) {
	t.Helper()
	wantVector(t, p, "http_server_request_duration_seconds_count", seriesKey, c.answers)
	wantVector(t, p, "sum by (http_route) (http_server_response_body_size_bytes_sum)", by("http_route"), c.bytes)
	requests := map[string]float64{}
	for route, latency := range c.latency {
		requests[route] = float64(len(latency))
	}
	wantVector(t, p, "sum by (http_route) (http_server_request_duration_seconds_count)", by("http_route"), requests)
	wantVector(t, p, "sum by (http_route) (http_server_response_body_size_bytes_count)", by("http_route"), requests)
	delete(requests, "_UNMATCHED") // nothing works behind it
	wantVector(t, p, "example_service_latency_count", by("route"), requests)
	wantValue(t, p, "sum(http_server_active_requests)", 0)
	wantValue(t, p, "example_service_ready_healthy", 1)
}

// The service can't have taken longer than the client waited, nor shorter than
// the client asked it to. This holds for each request, and so for the sum, the
// extremes and the percentiles of all.
func TestTimersAgreeWithTheClient(t *testing.T) {
	service, prometheus := startServiceAndPrometheus(t)
	client := newClient(t)
	const n = 200
	var asked []time.Duration
	var requests []request
	for i := range n {
		d := time.Duration(10+i%50) * time.Millisecond
		asked = append(asked, d)
		requests = append(requests, request{"GET", fmt.Sprint("/wait?for=", d), "/wait"})
	}
	took := client.sendAll(t, service.URL, requests)
	measured := client.latency["/wait"]
	awaitValues(t, prometheus, n, client.received())

	timer := func(statistic string) string {
		return fmt.Sprintf(`example_service_latency_%s{route="/wait"}`, statistic)
	}
	wantValue(t, prometheus, timer("count"), n)
	wantBetween(t, prometheus, timer("sum"), seconds(asked), seconds(measured))
	wantBetween(t, prometheus, timer("sum")+" / "+timer("count"), seconds(asked)/n, seconds(measured)/n)
	wantBetween(t, prometheus, timer("min"), quantile(asked, 0), quantile(measured, 0))
	wantBetween(t, prometheus, timer("max"), quantile(asked, 1), quantile(measured, 1))

	// The reservoir gives later values up to e^(alpha·took) times the weight of
	// the first, which moves a percentile by alpha·took/4 ranks of 1 at most.
	const alpha = 0.015
	slack := alpha*took.Seconds()/4 + 2.0/n
	for statistic, p := range map[string]float64{
		"median": 0.5, "percentile_75": 0.75, "percentile_95": 0.95, "percentile_99_0": 0.99, "percentile_99_9": 0.999,
	} {
		wantBetween(t, prometheus, timer(statistic), quantile(asked, p-slack), quantile(measured, p+slack))
	}
	wantBetween(t, prometheus, timer("mean"), seconds(asked)/n*(1-slack), seconds(measured)/n*(1+slack))

	// The timer is as old as the first answer, and flushed after the last.
	youngest := took.Seconds() - 2*quantile(measured, 1)
	wantBetween(t, prometheus, timer("rate_mean"), 0, n/youngest)
}

// Requests under way are seen, and those whose client leaves are counted so.
func TestInFlight(t *testing.T) {
	const waiting = 7
	service, prometheus := startServiceAndPrometheus(t)
	prometheus.AwaitScrapes(t) // they wait for 5 s only
	client := newClient(t)
	ctx, leave := context.WithCancel(context.Background())
	var underWay sync.WaitGroup
	defer underWay.Wait()
	defer leave()
	for range waiting {
		underWay.Go(func() { client.send(ctx, service.URL, request{"GET", "/wait?for=5s", "/wait"}) })
	}
	const inFlight = `http_server_active_requests{http_request_method="GET"}`
	harness.Eventually(t, "all requests in flight", func() error { return equal(prometheus, inFlight, waiting) })
	leave()
	harness.Eventually(t, "no request in flight", func() error { return equal(prometheus, inFlight, 0) })
	awaitValues(t, prometheus, waiting, 0)
	wantValue(t, prometheus, `http_server_request_duration_seconds_count{http_response_status_code="499",http_request_method="GET",http_route="/wait"}`, waiting)
}

func equal(p *harness.Prometheus, promql string, want float64) error {
	got, err := p.Value(promql)
	if err == nil && got != want {
		err = fmt.Errorf("%s = %v, want %v", promql, got, want)
	}
	return err
}
