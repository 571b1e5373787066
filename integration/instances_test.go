package integration

import (
	"sync"
	"testing"

	"github.com/go-metrics-plus/metrics/integration/harness"
)

// Three instances, one Prometheus: sums over the instances are exact.
func TestInstances(t *testing.T) {
	const instances = 3
	var services []*harness.Service
	var targets []string
	for range instances {
		service := harness.StartService(t)
		services, targets = append(services, service), append(targets, service.Address)
	}
	prometheus := harness.StartPrometheus(t, harness.Job{Name: "service", Targets: targets})

	clients := make([]*client, instances)
	var sending sync.WaitGroup
	for i, service := range services {
		clients[i] = newClient(t)
		sending.Go(func() { clients[i].sendAll(t, service.URL, mix(10*(i+1))) })
	}
	sending.Wait()
	requests, received := 0, 0.0
	for _, c := range clients {
		requests, received = requests+c.requests(), received+c.received()
	}
	awaitValues(t, prometheus, requests, received)

	wantValue(t, prometheus, "count(up == 1)", instances)
	checkSums(t, prometheus, clients)
	each := map[string]float64{}
	for i, c := range clients {
		each[targets[i]] = float64(c.requests())
	}
	wantVector(t, prometheus, "sum by (instance) (http_server_request_duration_seconds_count)", by("instance"), each)

	// An instance that has ended takes its share along, and no more.
	if err := services[0].Stop(); err != nil {
		t.Fatalf("stopping one: %v", err)
	}
	harness.Eventually(t, "one instance down", func() error { return equal(prometheus, "count(up == 1)", instances-1) })
	checkSums(t, prometheus, clients[1:])
}

func checkSums(t *testing.T, p *harness.Prometheus, clients []*client) {
	t.Helper()
	answers, bytes, total, waited := map[series]float64{}, map[string]float64{}, 0.0, 0.0
	for _, c := range clients {
		total += float64(c.requests())
		for key, n := range c.answers {
			answers[key] += n
		}
		for route, n := range c.bytes {
			bytes[route] += n
		}
		for _, latency := range c.latency {
			waited += seconds(latency)
		}
	}
	wantVector(t, p, "sum by (http_route, http_response_status_code, http_request_method) (http_server_request_duration_seconds_count)", seriesKey, answers)
	wantVector(t, p, "sum by (http_route) (http_server_response_body_size_bytes_sum)", by("http_route"), bytes)
	wantValue(t, p, "sum(http_server_request_duration_seconds_count)", total)
	wantBetween(t, p, "sum(http_server_request_duration_seconds_sum)", 0, waited)
}
