package live

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

func TestHealth(t *testing.T) {
	r := metrics.NewRegistry()
	metrics.GetOrRegisterCounter("fine", r).Inc(1)
	metrics.GetOrRegisterCounter("", r).Inc(1)
	metrics.GetOrRegisterCounter("dropped", r).Inc(1)
	r.Register("ready", metrics.NewHealthcheck(func(h metrics.Healthcheck) { h.Healthy() }))
	d, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Registry: r, Detached: true, MaxSeries: 10, OnError: func(error) {}, Rules: []prometheusmetrics.Rule{{Match: "dropped", Drop: true}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, body := get(t, New(prometheus.Gatherers{d, prometheus.NewRegistry()}, Config{}), "/health?v=1&viewer=x")
	var report healthReport
	if err := json.Unmarshal(body, &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Drivers) != 1 {
		t.Fatalf("drivers %+v, want one", report.Drivers)
	}
	got := report.Drivers[0]
	if got.Metrics != 4 || got.LeftOut != 1 || got.Dropped != 1 || got.Series != 2 || got.MaxSeries != 10 || got.LastFlush == 0 {
		t.Errorf("got %+v", got)
	}
	if len(got.Problems) != 1 || got.Problems[0].Reason != "name" || got.Problems[0].Metric == "" || got.Problems[0].Error == "" {
		t.Errorf("problems %+v", got.Problems)
	}
	if len(got.Checks) != 1 || got.Checks[0] != "ready_healthy" {
		t.Errorf("checks %q", got.Checks)
	}
}

// The lists of one driver are bounded, and everything is counted.
func TestHealthIsBounded(t *testing.T) {
	var r driverReport
	left := &prometheusmetrics.MetricError{Reason: prometheusmetrics.ReasonLimit, Err: errors.New("limit")}
	suspect := &prometheusmetrics.MetricError{Reason: prometheusmetrics.ReasonDecreased, Err: errors.New("down")}
	registered := &prometheusmetrics.MetricError{Reason: prometheusmetrics.ReasonRegistered, Err: errors.New("taken")}
	for range 2 * maxProblems {
		r.add(prometheusmetrics.Explanation{Name: "left", Problem: left})
		r.add(prometheusmetrics.Explanation{Name: "suspect", Series: []string{"s"}, Problem: suspect})
		r.add(prometheusmetrics.Explanation{Name: "registered", Series: []string{"s"}, Problem: registered})
		r.add(prometheusmetrics.Explanation{Name: "check", Kind: "healthcheck", Series: []string{"s"}})
		r.add(prometheusmetrics.Explanation{Name: "gauge", Kind: "gauge", Series: []string{"s"}})
		r.add(prometheusmetrics.Explanation{Name: "dropped", Dropped: true})
	}
	if r.Metrics != 12*maxProblems || r.LeftOut != 4*maxProblems || r.Suspect != 2*maxProblems || r.Dropped != 2*maxProblems {
		t.Errorf("%d metrics, %d left out, %d suspect, %d dropped", r.Metrics, r.LeftOut, r.Suspect, r.Dropped)
	}
	if len(r.Problems) != maxProblems || len(r.Checks) != maxProblems {
		t.Errorf("%d problems and %d checks are listed", len(r.Problems), len(r.Checks))
	}
}

// A driver is asked once in a while, however many ask for the answer.
func TestHealthIsAskedOnceInAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := &countedDriver{}
		h := newHealth([]source{{gatherer: asked}})
		for i, test := range []struct {
			after time.Duration
			want  int
		}{{0, 1}, {0, 1}, {healthAge - 1, 1}, {1, 2}, {time.Hour, 3}} {
			time.Sleep(test.after)
			a, err := h.answer(t.Context())
			if err != nil || asked.times != test.want || !strings.Contains(string(a.plain), `"series":7`) {
				t.Errorf("request %d: %s, %v; asked %d times, want %d", i, a.plain, err, asked.times, test.want)
			}
		}
	})
}

// countedDriver tells how it is doing, and counts how often it is asked.
type countedDriver struct {
	prometheus.Gatherer
	times int
}

func (d *countedDriver) Status() prometheusmetrics.Status {
	d.times++
	return prometheusmetrics.Status{Series: 7}
}
