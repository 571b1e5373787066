package integration

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/integration/harness"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

func startPushgatewayAt(t *testing.T, address string) *harness.Process {
	t.Helper()
	path, err := exec.LookPath("prometheus-pushgateway")
	if err != nil {
		harness.StartPushgateway(t) // skips the test, or fails it
	}
	process := harness.Start(t, "pushgateway", path, "--web.listen-address="+address, "--persistence.file=")
	process.AwaitLog(t, `msg="(Listening on)"`)
	return process
}

func awaitSeries(t *testing.T, gateway string) {
	t.Helper()
	harness.Eventually(t, "series at the gateway", func() error {
		if len(held(t, gateway)) == 0 {
			return errors.New("none")
		}
		return nil
	})
}

// The gateway is not there when the application starts, and crashes midway.
func TestPushWhileTheGatewayIsDown(t *testing.T) {
	address := harness.FreeAddress(t)
	a := startApplication(t, prometheusmetrics.PushOptions{URL: address, Job: "app"})
	a.await(t, "connection refused")
	for range 2 {
		gateway := startPushgatewayAt(t, address)
		awaitSeries(t, "http://"+address)
		if err := gateway.Kill(); err != nil {
			t.Log(err) // how it ended
		}
		a.await(t, "push to http://"+address)
	}
	startPushgatewayAt(t, address)
	awaitSeries(t, "http://"+address)
	a.finish(t, "http://"+address, map[string]string{"job": "app", "instance": ""})
}

// unreliable stands before a gateway, and passes requests on or not.
type unreliable struct {
	gateway http.Handler
	status  atomic.Int64 // to answer with; 0 passes on
	delay   atomic.Int64 // before anything
	under   atomic.Int64 // requests at the moment
	passed  atomic.Int64
}

func (u *unreliable) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	u.under.Add(1)
	defer u.under.Add(-1)
	body, err := io.ReadAll(r.Body) // or the server does not notice that its client has gone
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	select {
	case <-time.After(time.Duration(u.delay.Load())):
	case <-r.Context().Done():
		return
	}
	if status := u.status.Load(); status != 0 {
		http.Error(w, "not now", int(status))
		return
	}
	u.gateway.ServeHTTP(w, r)
	u.passed.Add(1)
}

func (u *unreliable) awaitPassed(t *testing.T) {
	t.Helper()
	before := u.passed.Load()
	harness.Eventually(t, "two pushes to pass", func() error {
		if u.passed.Load() < before+2 {
			return errors.New("they have not")
		}
		return nil
	})
}

// The gateway, or what is before it, answers with errors, slowly or not at all.
func TestPushWhileTheGatewayFails(t *testing.T) {
	gateway := harness.StartPushgateway(t)
	target, err := url.Parse(gateway.URL)
	if err != nil {
		t.Fatal(err)
	}
	behind := httputil.NewSingleHostReverseProxy(target)
	behind.Transport = &http.Transport{DisableKeepAlives: true}
	proxy := &unreliable{gateway: behind}
	server := httptest.NewServer(proxy)
	defer server.Close()
	const timeout = time.Second
	a := startApplication(t, prometheusmetrics.PushOptions{
		URL: server.URL, Job: "app", Grouping: map[string]string{"instance": "host:1"}, Timeout: timeout,
	})
	proxy.awaitPassed(t)
	for _, status := range []int{400, 500, 503} {
		proxy.status.Store(int64(status))
		a.await(t, fmt.Sprintf("status %d: not now", status))
		proxy.status.Store(0)
		proxy.awaitPassed(t)
	}
	proxy.delay.Store(int64(timeout / 2))
	proxy.awaitPassed(t)
	proxy.delay.Store(int64(time.Hour))
	a.await(t, "no answer within 1s")
	harness.Eventually(t, "a push to hang", func() error { // one that the end comes upon
		if proxy.under.Load() == 0 {
			return errors.New("none does")
		}
		return nil
	})
	proxy.delay.Store(0)
	a.finish(t, gateway.URL, map[string]string{"job": "app", "instance": "host:1"})
}

// newBatch returns a driver of a registry that has the counter "n".
func newBatch(t *testing.T, n int64) (*prometheusmetrics.Driver, metrics.Registry) {
	t.Helper()
	r := metrics.NewRegistry()
	metrics.GetOrRegisterCounter("n", r).Inc(n)
	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Registry: r, Namespace: "app", Detached: true, OnError: func(err error) { t.Log(err) },
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return driver, r
}

// The gateway itself refuses a family that another group has with another type,
// and takes it when that group has gone.
func TestPushThatTheGatewayRefuses(t *testing.T) {
	gateway := harness.StartPushgateway(t)
	send := func(method, body string) {
		t.Helper()
		request, err := http.NewRequest(method, gateway.URL+"/metrics/job/other", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode/100 != 2 {
			t.Fatal(response.Status)
		}
	}
	send(http.MethodPut, "# TYPE app_work_count counter\napp_work_count 1\n")
	a := startApplication(t, prometheusmetrics.PushOptions{URL: gateway.URL, Job: "app"})
	a.await(t, "pushed metrics are invalid or inconsistent") // of status 400, and quoted if it has several lines
	send(http.MethodDelete, "")
	harness.Eventually(t, "a push that succeeds", func() error {
		if held(t, gateway.URL)[`push_time_seconds{instance="",job="app",}`] == 0 {
			return errors.New("there was none")
		}
		return nil
	})
	a.finish(t, gateway.URL, map[string]string{"job": "app", "instance": ""})
}

// Whatever the group is called, the gateway gets it right, and deletes it at the
// end.
func TestPushGroups(t *testing.T) {
	gateway := harness.StartPushgateway(t)
	for _, value := range []string{"plain", "two words", "1+1=2", "a/b", ".", "..", "", "?#%41", "grüße", `"quoted\"`, "line\nbreak"} {
		driver, _ := newBatch(t, 3)
		group := map[string]string{"job": "app" + value, "instance": "", "zone": value}
		options := prometheusmetrics.PushOptions{URL: gateway.URL, Job: group["job"], Grouping: map[string]string{"zone": value}}
		if err := driver.Push(t.Context(), options); err != nil {
			t.Errorf("%q: %v", value, err)
			continue
		}
		wantGroup(t, gateway.URL, driver, group)
		options.DeleteOnEnd = true
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := driver.RunPush(ended, options); err != context.Canceled {
			t.Errorf("%q: ended with %v", value, err)
		}
		harness.Eventually(t, fmt.Sprintf("group %q to go", value), func() error { // accepted is not done
			if left := held(t, gateway.URL); len(left) > 0 {
				return fmt.Errorf("the gateway still holds %v", left)
			}
			return nil
		})
	}
}

// What can't be pushed would have the gateway refuse everything.
func TestPushWithoutWhatCollides(t *testing.T) {
	gateway := harness.StartPushgateway(t)
	driver, r := newBatch(t, 3)
	metrics.GetOrRegisterCounter("n", r, metrics.Labels{"zone": "b"})
	metrics.GetOrRegisterTimer("t", r, metrics.Labels{"job": "other"})
	other := prometheus.NewRegistry()
	stamped := prometheus.NewDesc("app_stamped", "With a timestamp.", nil, nil)
	other.MustRegister(
		collector{prometheus.NewMetricWithTimestamp(time.Now(), prometheus.MustNewConstMetric(stamped, prometheus.GaugeValue, 1))},
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "app_n_count", Help: "The driver has it."}, func() float64 { return 1 }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "app.utf8.ä"}, func() float64 { return 4 }),
	)
	err := driver.Push(t.Context(), prometheusmetrics.PushOptions{
		URL: gateway.URL, Job: "app", Grouping: map[string]string{"zone": "a"}, Gatherers: []prometheus.Gatherer{other},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := held(t, gateway.URL)
	maps.DeleteFunc(got, func(series string, _ float64) bool { return strings.HasPrefix(series, "push_") })
	want := map[string]float64{
		`app_n_count{instance="",job="app",zone="a",}`: 3,
		`app_utf8__{instance="",job="app",zone="a",}`:  4,
	}
	if !maps.Equal(got, want) {
		t.Errorf("the gateway holds %v, want %v", got, want)
	}
}

type collector struct{ prometheus.Metric }

func (c collector) Describe(descs chan<- *prometheus.Desc)   { descs <- c.Desc() }
func (c collector) Collect(metrics chan<- prometheus.Metric) { metrics <- c.Metric }

// The time of a job's last success outlives a run that fails, and its values
// do not.
func TestPushLastSuccess(t *testing.T) {
	gateway := harness.StartPushgateway(t)
	const success = `app_last_success_seconds{instance="",job="app",}`
	run := func(n int64, succeeds bool) (at float64) {
		t.Helper()
		driver, _ := newBatch(t, n)
		if succeeds {
			driver.JobSucceeded()
		}
		options := prometheusmetrics.PushOptions{URL: gateway.URL, Job: "app", LastSuccess: "last_success_seconds"}
		if err := driver.Push(t.Context(), options); err != nil {
			t.Fatal(err)
		}
		got := held(t, gateway.URL)
		if got[`app_n_count{instance="",job="app",}`] != float64(n) {
			t.Errorf("run %d: the gateway holds %v", n, got)
		}
		return got[success]
	}
	if at := run(1, false); at != 0 {
		t.Errorf("before any success, the last was at %v", at)
	}
	first := run(2, true)
	if age := time.Since(time.UnixMilli(int64(first * 1e3))); age < 0 || age > time.Minute {
		t.Errorf("the success is %v old", age)
	}
	if at := run(3, false); at != first {
		t.Errorf("after a failure, the last success was at %v, want %v", at, first)
	}
	if at := run(4, true); at <= first {
		t.Errorf("after another success, the last was at %v", at)
	}
}
