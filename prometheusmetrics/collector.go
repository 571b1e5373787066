package prometheusmetrics

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
)

// collector is what a driver registers. It describes itself by a placeholder, since
// the families come and go, and a collector without any descriptor could not be
// unregistered.
type collector struct {
	driver      *Driver
	name        string // of the placeholder; no other driver of the registry has it
	placeholder *prometheus.Desc
	ready       atomic.Bool // whether the driver knows who it shares the registry with
}

func newCollector(d *Driver, name string) *collector {
	help := "Placeholder for the series of a driver, never collected."
	return &collector{driver: d, name: name, placeholder: prometheus.NewDesc(name, help, nil, nil)}
}

// Describe sends the placeholder.
func (c *collector) Describe(descs chan<- *prometheus.Desc) { descs <- c.placeholder }

// Collect sends the series of one flush.
func (c *collector) Collect(metrics chan<- prometheus.Metric) {
	if !c.ready.Load() {
		return // a scrape that came in the midst of New
	}
	d := c.driver
	probing := d.probes.isGathering()
	if !probing {
		d.scraped()
	}
	shown := families.Empty
	d.member.Collect(func() {
		if e := d.current.Load(); e != nil {
			shown = e
		}
	})
	d.collect(shown, metrics)
	if !probing {
		d.probes.scraped()
	}
}
