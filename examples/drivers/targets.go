package main

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics/drivers/statsd"
)

// driver is what the drivers of all programs have.
type driver interface {
	Run()
	Close() error
}

// targets are the programs that the metrics go to, those of them that have an address.
type targets struct{ statsd string }

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
	return all, nil
}
