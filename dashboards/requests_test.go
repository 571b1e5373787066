package dashboards

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func histogramText(name, labels string) string {
	comma := ""
	if labels != "" {
		comma = ","
	}
	return fmt.Sprintf("# TYPE %s histogram\n%[1]s_bucket{%s%sle=\"+Inf\"} 1\n%[1]s_sum{%[2]s} 1\n%[1]s_count{%[2]s} 1\n",
		name, labels, comma)
}

func TestFindRequests(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []string // counted, duration, route, status
	}{
		{"OpenTelemetry", histogramText("http_server_request_duration_seconds", `http_route="/",http_response_status_code="200"`),
			[]string{"http_server_request_duration_seconds http_server_request_duration_seconds http_route http_response_status_code HTTP requests"}},
		{"with a namespace", histogramText("shop_http_server_request_duration_seconds", `http_route="/"`),
			[]string{"shop_http_server_request_duration_seconds shop_http_server_request_duration_seconds http_route  shop HTTP requests"}},
		{"a counter tells the code", histogramText("http_request_duration_seconds", `handler="/"`) +
			"# TYPE http_requests_total counter\nhttp_requests_total{code=\"200\",handler=\"/\"} 1\n",
			[]string{"http_requests_total http_request_duration_seconds handler code HTTP requests"}},
		{"a counter alone", "# TYPE http_requests_total counter\nhttp_requests_total{code=\"200\"} 1\n",
			[]string{"http_requests_total none  code HTTP requests"}},
		{"gRPC and HTTP", histogramText("grpc_server_handling_seconds", `grpc_code="OK",grpc_method="Get"`) +
			histogramText("http_request_duration_seconds", `status="200"`),
			[]string{"grpc_server_handling_seconds grpc_server_handling_seconds grpc_method grpc_code gRPC requests",
				"http_request_duration_seconds http_request_duration_seconds  status HTTP requests"}},
		{"gauges", "# TYPE http_server_request_duration_count gauge\nhttp_server_request_duration_count{http_route=\"/\"} 1\n" +
			"# TYPE http_server_request_duration_mean gauge\nhttp_server_request_duration_mean{http_route=\"/\"} 1\n",
			[]string{"http_server_request_duration_count http_server_request_duration_count http_route  HTTP requests"}},
		{"those of a client, and of metrics", histogramText("http_client_request_duration_seconds", `code="200"`) +
			"# TYPE promhttp_metric_handler_requests_total counter\npromhttp_metric_handler_requests_total{code=\"200\"} 1\n", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, r := range modelOf(t, test.text).requests {
				duration := "none"
				if r.duration != nil {
					duration = r.duration.name
				}
				got = append(got, strings.Join([]string{r.counted.name, duration, r.route, r.status, r.title}, " "))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("found\n%q, want\n%q", got, test.want)
			}
		})
	}
}

// Whatever there is, files come of it: the SDK and the templates refuse nothing.
func TestPartialMetrics(t *testing.T) {
	for name, text := range map[string]string{
		"one gauge":                    "x 1\n",
		"a summary of requests":        "# TYPE http_request_duration_seconds summary\nhttp_request_duration_seconds{quantile=\"0.5\"} 1\nhttp_request_duration_seconds_sum 1\nhttp_request_duration_seconds_count 1\n",
		"gRPC":                         histogramText("grpc_server_handling_seconds", `grpc_code="OK"`),
		"RPC in milliseconds":          histogramText("rpc_server_duration_milliseconds", `rpc_grpc_status_code="0"`),
		"a health check without value": "# TYPE a_healthy gauge\na_healthy{disk=\"a\"} 0\n# TYPE b_healthy gauge\nb_healthy 1\n",
	} {
		t.Run(name, func(t *testing.T) {
			m := generate(t, fromText(t, text), Config{})
			decoded(t, m)
			for file, content := range m.files() {
				if len(content) == 0 || strings.Contains(string(content), "%!") || strings.Contains(string(content), "<no value>") {
					t.Errorf("%s:\n%s", file, content)
				}
			}
		})
	}
}

// Thresholds are in the unit of the metric.
func TestMilliseconds(t *testing.T) {
	m := generate(t, fromText(t, histogramText("rpc_server_duration_milliseconds", `rpc_grpc_status_code="0"`)), Config{})
	if !strings.Contains(string(m.recording), "histogram_fraction(-Inf, 300, ") {
		t.Errorf("no threshold of 300 ms:\n%s", m.recording)
	}
}
