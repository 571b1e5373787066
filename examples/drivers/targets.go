package main

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics/drivers/graphite"
	"github.com/go-metrics-plus/metrics/drivers/influxdb"
	"github.com/go-metrics-plus/metrics/drivers/statsd"
)

// driver is what the drivers of all programs have.
type driver interface {
	Run()
	Close() error
}

// targets are the programs that the metrics go to, those of them that have an address.
type targets struct{ statsd, influxdb, graphite string }

func (t targets) drivers(gatherer prometheus.Gatherer, interval time.Duration) (all []driver, err error) {
	if t.statsd != "" {
		d, err := statsd.New(statsd.Config{
			Gatherer: gatherer, Interval: interval, Address: t.statsd, Prefix: "example",
		})
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	if t.influxdb != "" {
		d, err := influxdb.New(influxdb.Config{Gatherer: gatherer, Interval: interval, URL: t.influxdb})
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	if t.graphite != "" {
		d, err := graphite.New(graphite.Config{
			Gatherer: gatherer, Interval: interval, Address: t.graphite, Prefix: "example",
		})
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}
