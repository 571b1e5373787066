package integration

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/go-metrics-plus/metrics/integration/harness"
)

// A service that is told to end flushes and pushes a last time: with an interval
// of an hour nothing else could have brought the values.
func TestLastPush(t *testing.T) {
	gateway, prometheus := startGateway(t)
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		t.Run(signal.String(), func(t *testing.T) {
			service := harness.StartService(t, "-flush", "1h", "-pushgateway", gateway.URL)
			client := newClient(t)
			client.sendAll(t, service.URL, mix(5))
			if err := service.Signal(signal); err != nil {
				t.Fatalf("the service did not end cleanly: %v", err)
			}
			prometheus.AwaitScrapes(t)
			_, port, _ := strings.Cut(service.Address, ":")
			mine := `{job="example_service",instance=~".*:` + port + `"}`
			wantVector(t, prometheus, "http_server_request_duration_seconds_count"+mine, seriesKey, client.answers)
			wantValue(t, prometheus, "example_service_ready_healthy"+mine, 0)
		})
	}
}

// With no configuration but the address, the values move at once, also under a
// load that is still running when the service has to end.
func TestOwnLoad(t *testing.T) {
	service, prometheus := startServiceAndPrometheus(t, "-load", "200")
	const requests = "sum(http_server_request_duration_seconds_count)"
	for _, atLeast := range []float64{1, 100} {
		harness.Eventually(t, "requests", func() error {
			if got, err := prometheus.Value(requests); err != nil || got < atLeast {
				return errors.Join(err, errors.New("too few"))
			}
			return nil
		})
	}
	ask(t, prometheus, requests)
	if err := service.Stop(); err != nil {
		t.Errorf("the service did not end cleanly: %v", err)
	}
}
