package main

import (
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/push"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

const (
	lastSuccess = "last_success_timestamp"
	pushTimeout = 10 * time.Second
)

// push sends the figures of the run. After a success they replace all that the
// gateway has of this job. After a failure they are added, so that the time of
// the last success stays there from an earlier run, for an alert to be written
// on it.
func (j *job) push(gateway string, succeeded bool) error {
	if succeeded {
		metrics.GetOrRegisterGauge(lastSuccess, j.registry).Update(time.Now().Unix())
	}
	// A detached driver is a gatherer itself: no Prometheus registry is needed
	// where nobody scrapes.
	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Namespace:    "example",
		Subsystem:    "batch",
		Registry:     j.registry,
		DurationUnit: time.Second,
		Detached:     true,
	}, nil)
	if err != nil {
		return err
	}
	defer driver.Close()
	pusher := push.New(gateway, "example_batch").
		Gatherer(driver).
		Client(&http.Client{Timeout: pushTimeout})
	send := pusher.Push
	if !succeeded {
		send = pusher.Add
	}
	if err := send(); err != nil {
		return fmt.Errorf("pushing to %s: %w", gateway, err)
	}
	return nil
}
