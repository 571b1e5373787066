package dashboards

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/dashboards"
	"github.com/go-metrics-plus/metrics/integration/harness"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// quick is a configuration whose alerts with short windows come within seconds.
var quick = dashboards.Config{Job: "service", For: time.Second, FlushAge: 3 * time.Second}

// awaitAlert waits until an alert is in a state: "firing", or "" for none.
func awaitAlert(t *testing.T, p *harness.RuledPrometheus, name, state string) {
	t.Helper()
	harness.Eventually(t, fmt.Sprintf("alert %s to be %q", name, state), func() error {
		got, err := alertState(p, name)
		if err == nil && got != state {
			err = fmt.Errorf("it is %q", got)
		}
		return err
	})
}

func alertState(p *harness.RuledPrometheus, name string) (string, error) {
	alerts, err := p.Alerts()
	if err != nil {
		return "", err
	}
	for _, alert := range alerts {
		if string(alert.Labels["alertname"]) == name && alert.State == v1.AlertStateFiring {
			if err := complete(alert); err != nil {
				return "", err
			}
			return "firing", nil
		}
	}
	return "", nil
}

// complete reports what an alert lacks for whoever it wakes up.
func complete(alert v1.Alert) error {
	for _, name := range []string{"summary", "description", "dashboard"} {
		text := string(alert.Annotations[model.LabelName(name)])
		if text == "" || strings.Contains(text, "{{") || strings.Contains(text, "<no value>") || strings.Contains(text, "error") {
			return fmt.Errorf("alert %s has %s %q", alert.Labels["alertname"], name, text)
		}
	}
	return nil
}

// troubled is a program whose driver a test can put into trouble.
type troubled struct {
	registry metrics.Registry
	driver   *prometheusmetrics.Driver
	sick     atomic.Bool
	target   string
}

// startTroubled starts a program with room for a few series more than it has. Nobody runs
// its driver: the test flushes.
func startTroubled(t *testing.T) *troubled {
	t.Helper()
	p := &troubled{registry: metrics.NewRegistry()}
	metrics.GetOrRegisterCounter("orders", p.registry).Inc(1)
	check := metrics.NewHealthcheck(func(h metrics.Healthcheck) {
		if p.sick.Load() {
			h.Unhealthy(errors.New("sick"))
		} else {
			h.Healthy()
		}
	})
	if err := p.registry.Register("store", check); err != nil {
		t.Fatal(err)
	}
	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Namespace: "shop", Registry: p.registry, Layout: prometheusmetrics.LayoutTyped, FlushInterval: time.Hour,
		MaxSeries: 50, SelfMetrics: true, Detached: true, OnError: func(error) {},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.driver = driver
	server := httptest.NewServer(driver.Handler())
	t.Cleanup(func() { server.Close(); driver.Close() })
	p.target = server.Listener.Addr().String()
	return p
}

// flushing flushes ten times a second until it is stopped.
func (p *troubled) flushing(t *testing.T) (stop func()) {
	t.Helper()
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(100 * time.Millisecond)
		defer ticker.Stop()
		for {
			if err := p.driver.Once(); err != nil {
				t.Error(err)
				return
			}
			select {
			case <-done:
				return
			case <-ticker.C:
			}
		}
	}()
	return func() { close(done); <-ended }
}

// rulesOf generates for a target and writes the rules.
func rulesOf(t *testing.T, target string) []string {
	t.Helper()
	p := program{name: "service", target: target, config: quick}
	return writeRules(t, []program{p}, map[string]*dashboards.Monitoring{p.name: p.monitoring(t)})
}

// Alerts about the driver and its health checks fire when their cause is made, and end
// when it does.
func TestAlertsFireAndEnd(t *testing.T) {
	t.Parallel()
	p := startTroubled(t)
	stop := p.flushing(t)
	harness.Eventually(t, "a second flush", func() error { return p.driver.Once() })
	prometheus := harness.StartPrometheusWithRules(t, rulesOf(t, p.target), harness.Job{Name: "service", Targets: []string{p.target}})
	prometheus.AwaitScrapes(t)
	alerts, err := prometheus.Alerts()
	if err != nil {
		t.Fatal(err)
	}
	for _, alert := range alerts { // before the first scrape one may have been pending
		if alert.State == v1.AlertStateFiring {
			t.Errorf("in good health there is %v", alert)
		}
	}

	p.sick.Store(true)
	awaitAlert(t, prometheus, "HealthCheckFailing", "firing")
	p.sick.Store(false)
	awaitAlert(t, prometheus, "HealthCheckFailing", "")

	stop()
	awaitAlert(t, prometheus, "FlushStale", "firing")
	stop = p.flushing(t)
	awaitAlert(t, prometheus, "FlushStale", "")

	for i := range 60 { // more than there is room for
		metrics.GetOrRegisterCounter("orders", p.registry, metrics.Labels{"customer": fmt.Sprint(i)}).Inc(1)
	}
	awaitAlert(t, prometheus, "SeriesNearLimit", "firing")
	awaitAlert(t, prometheus, "MetricsLeftOut", "firing")
	for i := range 60 {
		metrics.UnregisterSeries("orders", p.registry, metrics.Labels{"customer": fmt.Sprint(i)})
	}
	awaitAlert(t, prometheus, "SeriesNearLimit", "")
	awaitAlert(t, prometheus, "MetricsLeftOut", "")
	stop()
}

// An alert tells that a service is gone, whether it was killed or left service
// discovery, and that it is back.
func TestKilledServiceIsNoticed(t *testing.T) {
	t.Parallel()
	service := harness.StartService(t, "-layout", "typed", "-load", "20")
	prometheus := harness.StartPrometheusWithRules(t, rulesOf(t, service.Address), harness.Job{Name: "service", Targets: []string{service.Address}})
	prometheus.AwaitScrapes(t)
	if state, err := alertState(prometheus, "TargetDown"); err != nil || state != "" {
		t.Fatalf("in good health it is %q, %v", state, err)
	}
	if err := service.Kill(); err != nil {
		t.Fatal(err)
	}
	awaitAlert(t, prometheus, "TargetDown", "firing")
	harness.StartService(t, "-layout", "typed", "-load", "20", "-listen", service.Address)
	awaitAlert(t, prometheus, "TargetDown", "")

	prometheus.Reload(t, rulesOf(t, service.Address), harness.Job{Name: "service", Targets: []string{}})
	awaitAlert(t, prometheus, "TargetsGone", "firing")
	prometheus.Reload(t, rulesOf(t, service.Address), harness.Job{Name: "service", Targets: []string{service.Address}})
	awaitAlert(t, prometheus, "TargetsGone", "")
}
