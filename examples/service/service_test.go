package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/encoding/protodelim"
)

func TestMetricsPage(t *testing.T) {
	s, server := startTestService(t)
	do(t, "GET", server.URL+"/items/1")
	do(t, "POST", server.URL+"/orders")
	do(t, "POST", server.URL+"/orders")
	if err := s.driver.Once(); err != nil {
		t.Fatal(err)
	}
	code, page := do(t, "GET", server.URL+"/metrics")
	if code != http.StatusOK {
		t.Fatalf("code %d", code)
	}
	for _, want := range []string{
		`http_server_request_duration_seconds_count{http_request_method="GET",http_response_status_code="200",http_route="/items/{id}"} 1`,
		`http_server_request_duration_seconds_count{http_request_method="POST",http_response_status_code="201",http_route="/orders"} 2`,
		`http_server_response_body_size_bytes_sum{http_request_method="POST",http_response_status_code="201",http_route="/orders"} 16`,
		`http_server_active_requests{http_request_method="GET"} 0`,
		`example_service_latency_count{route="/orders"} 2`,
		`example_service_orders_count{result="taken"} 2`,
		`example_service_ready_healthy 1`,
	} {
		if !strings.Contains(page, "\n"+want+"\n") {
			t.Errorf("no line %s", want)
		}
	}
	if strings.Contains(page, `route="/metrics"`) {
		t.Error("the scrapes are counted")
	}
	if t.Failed() {
		t.Log(page)
	}
}

func TestHealth(t *testing.T) {
	s, server := startTestService(t)
	if code, _ := do(t, "GET", server.URL+"/healthz"); code != http.StatusOK {
		t.Errorf("code %d, want 200", code)
	}
	s.instruments.draining.Store(true)
	if code, body := do(t, "GET", server.URL+"/healthz"); code != http.StatusServiceUnavailable || body != "draining\n" {
		t.Errorf("got %d %q, want 503 and draining", code, body)
	}
	s.driver.Once()
	if _, page := do(t, "GET", server.URL+"/metrics"); !strings.Contains(page, "\nexample_service_ready_healthy 0\n") {
		t.Error("the check is not unhealthy")
	}
}

func TestLoopback(t *testing.T) {
	for address, want := range map[string]string{
		"0.0.0.0:8080":   "localhost:8080",
		"[::]:8080":      "localhost:8080",
		"127.0.0.1:8080": "127.0.0.1:8080",
		"[::1]:8080":     "[::1]:8080",
	} {
		bound, err := net.ResolveTCPAddr("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if got := loopback(bound); got != want {
			t.Errorf("%s is reached at %s, want %s", address, got, want)
		}
	}
}

// started is a run of the whole program.
type started struct {
	url    string
	cancel context.CancelFunc
	ended  chan error
}

func start(t *testing.T, arguments ...string) started {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	output, input := io.Pipe()
	s := started{cancel: cancel, ended: make(chan error, 1)}
	go func() {
		s.ended <- run(ctx, arguments, input)
		input.Close()
	}()
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		if match := regexp.MustCompile(`(http://\S+)/metrics`).FindStringSubmatch(lines.Text()); match != nil {
			s.url = match[1]
			go io.Copy(io.Discard, output)
			return s
		}
	}
	t.Fatalf("the service ended: %v", <-s.ended)
	return s
}

// The service moves its own values, and ends without a goroutine left behind.
func TestRun(t *testing.T) {
	before := runtime.NumGoroutine()
	s := start(t, "-listen", "127.0.0.1:0", "-load", "500", "-flush", "5ms")
	for !strings.Contains(page(t, s.url), `http_response_status_code="201"`) {
		runtime.Gosched()
	}
	s.cancel()
	if err := <-s.ended; err != nil {
		t.Errorf("run ended with %v", err)
	}
	http.DefaultClient.CloseIdleConnections()
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

func page(t *testing.T, url string) string {
	t.Helper()
	_, text := do(t, "GET", url+"/metrics")
	return text
}

func TestRunFails(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, arguments := range [][]string{{"-load", "-1"}, {"-listen", taken.Addr().String()}} {
		if err := run(t.Context(), arguments, io.Discard); err == nil {
			t.Errorf("run with %q gave no error", arguments)
		}
	}
}

// gateway stands in for a Pushgateway; it hands out what each push brought.
func gateway(t *testing.T, code int) (url string, pushed chan map[string]float64) {
	t.Helper()
	pushed = make(chan map[string]float64, 1000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPut || !strings.HasPrefix(r.URL.Path, "/metrics/job/example_service/instance/") {
			t.Errorf("pushed by %s to %s", r.Method, r.URL.Path)
		}
		values, body := map[string]float64{}, bufio.NewReader(r.Body)
		for {
			var family dto.MetricFamily
			if err := protodelim.UnmarshalFrom(body, &family); err != nil {
				break
			}
			for _, metric := range family.GetMetric() {
				values[family.GetName()] += metric.GetGauge().GetValue() + float64(metric.GetHistogram().GetSampleCount())
			}
		}
		pushed <- values
		w.WriteHeader(code)
	}))
	t.Cleanup(server.Close)
	return server.URL, pushed
}

// What was recorded after the last regular push is in the last one, as it says
// itself that it is.
func TestLastPush(t *testing.T) {
	url, pushed := gateway(t, http.StatusOK)
	s := start(t, "-listen", "127.0.0.1:0", "-load", "0", "-flush", "1h", "-pushgateway", url)
	for range 7 {
		do(t, "GET", s.url+"/items/1")
	}
	s.cancel()
	if err := <-s.ended; err != nil {
		t.Fatalf("run ended with %v", err)
	}
	close(pushed)
	var last map[string]float64
	for last = range pushed {
	}
	if last["http_server_request_duration_seconds"] != 7 || last["example_service_latency_count"] != 7 {
		t.Errorf("got %v requests and %v latencies, want 7", last["http_server_request_duration_seconds"], last["example_service_latency_count"])
	}
	if healthy, found := last["example_service_ready_healthy"]; !found || healthy != 0 {
		t.Errorf("the last push has ready_healthy %v, %v, want 0", healthy, found)
	}
}

func TestRegularPushes(t *testing.T) {
	url, pushed := gateway(t, http.StatusOK)
	s := start(t, "-listen", "127.0.0.1:0", "-load", "0", "-flush", "5ms", "-pushgateway", url)
	for range 3 {
		<-pushed
	}
	s.cancel()
	if err := <-s.ended; err != nil {
		t.Errorf("run ended with %v", err)
	}
}

// A gateway that refuses holds nobody up, and the exit code tells of it.
func TestGatewayRefuses(t *testing.T) {
	url, pushed := gateway(t, http.StatusInternalServerError)
	s := start(t, "-listen", "127.0.0.1:0", "-load", "0", "-flush", "5ms", "-pushgateway", url)
	for range 3 {
		<-pushed
	}
	if code, _ := do(t, "GET", s.url+"/"); code != http.StatusOK {
		t.Errorf("code %d, want 200", code)
	}
	s.cancel()
	if err := <-s.ended; err == nil || !strings.Contains(err.Error(), "last push: ") {
		t.Errorf("run ended with %v, want it to tell of the last push", err)
	}
}
