package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/prometheus/common/expfmt"

	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// jobName is the job of the Pushgateway's group.
const jobName = "example_batch"

// push sends the values of the run. After a success they replace all that the
// gateway has of this job. After a failure they are added, so that the time of
// the last success stays there from an earlier run, for an alert to be written
// on it. Without a gateway it prints them.
func (j *job) push(gateway string, succeeded bool, output io.Writer) error {
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
	if gateway == "" {
		return print(driver, output)
	}
	return driver.Push(context.Background(), prometheusmetrics.PushOptions{
		URL:         gateway,
		Job:         jobName,
		LastSuccess: "last_success_timestamp_seconds",
	})
}

// print writes what a push would send, for want of a gateway.
func print(driver *prometheusmetrics.Driver, output io.Writer) error {
	families, err := driver.Gather()
	if err != nil {
		return err
	}
	fmt.Fprintf(output, "\nWithout -pushgateway, this is what job %s would push:\n\n", jobName)
	for _, family := range families {
		if _, err := expfmt.MetricFamilyToText(output, family); err != nil {
			return err
		}
	}
	return nil
}
