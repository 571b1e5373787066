package main

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics/dashboards"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// monitoringFolder holds the dashboard and the rules for this service in the typed
// layout.
const monitoringFolder = "monitoring"

// monitoringConfig is what this command says, too:
//
//	go run ./dashboards/cmd/dashboards -from http://localhost:8080/metrics -job service -title Shop \
//		-objective 0.98 -latency-objective 0.999 -out examples/service/monitoring
//
// The shop fails one order in twenty on purpose, one request in a hundred; with an
// objective of 99.9 % it would have an alert all the time.
var monitoringConfig = dashboards.Config{Job: "service", Title: "Shop", Objective: 0.98, LatencyObjective: 0.999}

// TestMonitoring keeps the files in monitoring true; go test -update writes them anew.
func TestMonitoring(t *testing.T) {
	const madeWith = "go1.26" // other versions and systems have other metrics of the runtime
	if !strings.HasPrefix(runtime.Version(), madeWith) || runtime.GOOS != "linux" {
		skipOutsideCI(t, "the files are those of "+madeWith+" on Linux")
	}
	monitoring := generateMonitoring(t)
	folder := t.TempDir()
	if *update {
		folder = monitoringFolder
	}
	if err := monitoring.WriteFiles(folder, true); err != nil {
		t.Fatal(err)
	}
	generated, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range generated {
		want, err := os.ReadFile(filepath.Join(folder, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(monitoringFolder, file.Name()))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what the service's metrics give (go test -update rewrites it): %v", file.Name(), err)
		}
	}
}

// skipOutsideCI skips the test, or fails it where everything is expected to be there.
func skipOutsideCI(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// generateMonitoring generates from a service that has answered each route once.
func generateMonitoring(t *testing.T) *dashboards.Monitoring {
	t.Helper()
	s, err := newService(options{layout: prometheusmetrics.LayoutTyped})
	if err != nil {
		t.Fatal(err)
	}
	defer s.driver.Close()
	shop := newShop(s.instruments)
	shop.pause = func(context.Context, time.Duration) error { return nil }
	handler := s.handler(shop)
	for _, request := range [][2]string{{"GET", "/"}, {"POST", "/orders"}, {"GET", "/metrics"}} {
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(request[0], request[1], nil))
	}
	monitoring, err := dashboards.New(s.exposed, monitoringConfig)
	if err != nil {
		t.Fatal(err)
	}
	return monitoring
}
