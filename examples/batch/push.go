package main

import (
	"context"
	"time"

	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// push sends the figures of the run. After a success they replace all that the
// gateway has of this job. After a failure they are added, so that the time of
// the last success stays there from an earlier run, for an alert to be written
// on it.
func (j *job) push(gateway string, succeeded bool) error {
	// A driver that only pushes needs no Prometheus registry.
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
	if succeeded {
		driver.JobSucceeded()
	}
	return driver.Push(context.Background(), prometheusmetrics.PushOptions{
		URL:         gateway,
		Job:         "example_batch",
		LastSuccess: "last_success_timestamp_seconds",
	})
}
