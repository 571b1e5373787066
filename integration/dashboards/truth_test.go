package dashboards

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics/dashboards"
	"github.com/go-metrics-plus/metrics/integration/harness"
)

// client sends requests and keeps what became of them.
type client struct {
	mu     sync.Mutex
	failed int
	took   []time.Duration
}

// send sends requests at the same time, and waits for all.
func (c *client) send(t *testing.T, n int, method, url string) {
	t.Helper()
	var underWay sync.WaitGroup
	for range n {
		underWay.Go(func() {
			request, err := http.NewRequestWithContext(t.Context(), method, url, nil)
			if err != nil {
				t.Error(err)
				return
			}
			start := time.Now()
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Error(err)
				return
			}
			response.Body.Close()
			c.mu.Lock()
			defer c.mu.Unlock()
			c.took = append(c.took, time.Since(start))
			if response.StatusCode >= 500 {
				c.failed++
			}
		})
	}
	underWay.Wait()
}

// Of requests whose outcome and duration the test knows, the recorded ratios and the
// quantile tell the truth, from native histograms and from classic ones.
func TestRatiosAreTrue(t *testing.T) {
	const slow = 800 * time.Millisecond // far from the threshold, so that no bucket has both
	service := harness.StartService(t, "-layout", "typed", "-flush", "0")
	c := new(client)
	c.send(t, 1, "GET", service.URL+"/wait?for=1ms") // so that there is something to generate from
	p := program{name: "service", target: service.Address, config: dashboards.Config{Job: "service"}}
	rules := writeRules(t, []program{p}, map[string]*dashboards.Monitoring{p.name: p.monitoring(t)})

	stored := map[string]*harness.RuledPrometheus{}
	for _, native := range []bool{true, false} {
		stored[fmt.Sprintf("native %v", native)] = harness.StartPrometheusWithRules(t, rules, harness.Job{
			Name: "service", Targets: []string{service.Address}, Options: map[string]any{"scrape_native_histograms": native},
		})
	}
	c.send(t, 40, "POST", service.URL+"/orders")
	c.send(t, 40, "POST", service.URL+"/orders")
	c.send(t, 40, "GET", service.URL+"/wait?for=1ms")
	c.send(t, 40, "GET", service.URL+fmt.Sprint("/wait?for=", slow))
	for !c.hasFailures() {
		c.send(t, 20, "POST", service.URL+"/orders")
	}
	all := float64(len(c.took))
	slowest := slices.Max(c.took).Seconds()
	t.Logf("%v requests, %d failed, 40 slow", all, c.failed)

	for name, prometheus := range stored {
		const about = 0.2 // series begin at different times, which rate makes up for by guessing
		recordedIs(t, prometheus, name, "error_ratio_rate5m", float64(c.failed)/all, about)
		recordedBetween(t, prometheus, name, "slow_ratio_rate5m", 40/all*(1-about), float64(c.slow())/all*(1+about))
		if name == "native true" { // the classic bucket ends at a second
			recordedBetween(t, prometheus, name, "p99_rate5m", slow.Seconds()/1.05, slowest*1.05)
		} else {
			recordedBetween(t, prometheus, name, "p99_rate5m", 0.5, max(1, 2.5*slowest)) // or the next one, on a busy machine
		}
	}
}

func (c *client) hasFailures() bool { return c.failed > 0 }

// slow is how many the client saw take longer than the threshold, a few more than the
// service did if the machine is busy.
func (c *client) slow() (n int) {
	for _, took := range c.took {
		if took > 300*time.Millisecond {
			n++
		}
	}
	return n
}

func recordedIs(t *testing.T, p *harness.RuledPrometheus, name, operation string, want, relativeError float64) {
	t.Helper()
	recordedBetween(t, p, name, operation, want*(1-relativeError), want*(1+relativeError))
}

func recordedBetween(t *testing.T, p *harness.RuledPrometheus, name, operation string, least, most float64) {
	t.Helper()
	promql := "job:http_server_request_duration_seconds:" + operation
	got := math.NaN()
	harness.Eventually(t, fmt.Sprintf("%s: %s between %v and %v", name, promql, least, most), func() (err error) {
		if got, err = p.Value(promql); err == nil && !(got >= least && got <= most) {
			err = fmt.Errorf("it is %v", got)
		}
		return err
	})
	t.Logf("%s: %s is %v, the truth from %v to %v", name, promql, got, least, most)
}
