package main

import (
	"context"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const (
	textFormat  = "text/plain; version=0.0.4"
	openMetrics = "application/openmetrics-text; version=1.0.0"
)

// exposition is what the service shows of a few requests. The time is synctest's,
// so that each has taken exactly as long as it slept, and the rates are the same
// at each run.
func exposition(t *testing.T, layout prometheusmetrics.Layout, format string) (text string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, err := newService(options{flush: time.Hour, layout: layout, record: true})
		if err != nil {
			t.Fatal(err)
		}
		var took time.Duration
		handler := s.handler(&shop{
			pause:    func(context.Context, time.Duration) error { time.Sleep(took); return nil },
			fails:    func() bool { return false },
			recorded: s.instruments,
		})
		answer := func(method, path, body string, headers ...string) *httptest.ResponseRecorder {
			request := httptest.NewRequest(method, path, strings.NewReader(body))
			for i := 0; i < len(headers); i += 2 {
				request.Header.Set(headers[i], headers[i+1])
			}
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, request)
			return recorder
		}
		for i := range 20 {
			took = time.Duration(1+i*i) * time.Millisecond
			answer("GET", "/items/7", "")
		}
		took = 250 * time.Millisecond
		answer("POST", "/orders", "", "Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
		answer("GET", "/nowhere", "")
		if code := answer("POST", "/record", "1ms\n1.5ms\n2m\n").Code; code != http.StatusOK {
			t.Errorf("recording: code %d", code)
		}
		if code := answer("POST", "/record", "1ms\n1.5\n").Code; code != http.StatusBadRequest {
			t.Errorf("recording a duration without unit: code %d", code)
		}
		time.Sleep(10 * time.Second)
		if err := s.driver.Once(); err != nil {
			t.Fatal(err)
		}
		scraped := answer("GET", "/metrics", "", "Accept", format)
		if scraped.Code != http.StatusOK {
			t.Fatalf("code %d: %s", scraped.Code, scraped.Body)
		}
		text = withoutRuntime(scraped.Body.String())
	})
	return text
}

// withoutRuntime takes out what is never twice the same.
func withoutRuntime(text string) string {
	var kept strings.Builder
	for line := range strings.Lines(text) {
		name := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(line, "# HELP "), "# TYPE "), "# UNIT ")
		if !strings.HasPrefix(name, "go_") && !strings.HasPrefix(name, "process_") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

func TestGoldenExpositions(t *testing.T) {
	for _, test := range []struct {
		file   string
		layout prometheusmetrics.Layout
		format string
	}{
		{"gauges.prom", prometheusmetrics.LayoutGauges, textFormat},
		{"typed.prom", prometheusmetrics.LayoutTyped, textFormat},
		{"typed.openmetrics", prometheusmetrics.LayoutTyped, openMetrics},
	} {
		t.Run(test.file, func(t *testing.T) {
			text := exposition(t, test.layout, test.format)
			path := filepath.Join("testdata", test.file)
			if *update {
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if text != string(want) {
				t.Errorf("the exposition differs from %s (go test -update rewrites it):\n%s", path, text)
			}
		})
	}
}

func TestPromlintIsSilent(t *testing.T) {
	text := exposition(t, prometheusmetrics.LayoutTyped, textFormat)
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("promlint: %v, %v", problems, err)
	}
}

// Without the flag, nobody can put latencies in.
func TestRecordIsOff(t *testing.T) {
	_, server := startTestService(t)
	if code, _ := do(t, "POST", server.URL+recordRoute); code != http.StatusNotFound {
		t.Errorf("code %d, want 404", code)
	}
}
