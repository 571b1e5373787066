package integration

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/go-metrics-plus/metrics/integration/harness"
)

// A traced request leads from its bucket to its trace, in the classic histogram
// and in the native one.
func TestExemplars(t *testing.T) {
	urls, _, p := startTyped(t, 1)
	type seen struct {
		trace       string
		least, most float64 // seconds
	}
	var sent []seen
	for i, wait := range []time.Duration{5 * time.Millisecond, 80 * time.Millisecond, 300 * time.Millisecond} {
		trace := fmt.Sprintf("4bf92f3577b34da6a3ce929d0e0e473%x", i)
		took := sendTraced(t, "GET", fmt.Sprint(urls[0], "/wait?for=", wait), trace, "")
		sent = append(sent, seen{trace, wait.Seconds(), took})
	}
	for _, series := range []string{
		`http_server_request_duration_seconds_bucket{http_route="/wait"}`,
		`http_server_request_duration_seconds{http_route="/wait"}`,
	} {
		var stored map[string]float64
		harness.Eventually(t, "exemplars of "+series, func() (err error) {
			if stored, err = exemplarsOf(p, series); err == nil && len(stored) < len(sent) {
				err = errors.New("some are missing")
			}
			return err
		})
		t.Logf("%s has %v", series, stored)
		for _, s := range sent {
			if got := stored[s.trace]; got < s.least || got > s.most {
				t.Errorf("%s: trace %s took %v s, want %v to %v", series, s.trace, got, s.least, s.most)
			}
		}
		if len(stored) > len(sent) {
			t.Errorf("%s has %d exemplars, want %d", series, len(stored), len(sent))
		}
	}

	// Beyond the last classic bound there is the native histogram's own list.
	const slowest = "4bf92f3577b34da6a3ce929d0e0e473f"
	sendTraced(t, "POST", urls[0]+"/record", slowest, "100s")
	harness.Eventually(t, "the slowest one's exemplar", func() error {
		stored, err := exemplarsOf(p, recordedSeries(""))
		if err == nil && stored[slowest] != 100 {
			err = fmt.Errorf("there is %v", stored)
		}
		return err
	})
}

// sendTraced makes a request of a trace, and returns how many seconds it took.
func sendTraced(t *testing.T, method, url, trace, body string) float64 {
	t.Helper()
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Traceparent", "00-"+trace+"-00f067aa0ba902b7-01")
	start := time.Now()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", url, response.Status)
	}
	return time.Since(start).Seconds()
}

// exemplarsOf returns the values of the exemplars by their trace.
func exemplarsOf(p *harness.Prometheus, series string) (map[string]float64, error) {
	results, err := p.Exemplars(series)
	if err != nil {
		return nil, err
	}
	values := map[string]float64{}
	for _, result := range results {
		for _, exemplar := range result.Exemplars {
			if trace := string(exemplar.Labels[model.LabelName("trace_id")]); trace != "" {
				values[trace] = float64(exemplar.Value)
			}
		}
	}
	return values, nil
}
