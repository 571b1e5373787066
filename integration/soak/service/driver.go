package main

import (
	"errors"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/integration/soak/truth"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

const (
	// callTimeout leaves a scrape, which Prometheus waits a second for, the time to
	// end when something hangs.
	callTimeout = 300 * time.Millisecond
	idleAfter   = 5 * time.Second
	maxSeries   = 1500
)

// driver is a driver and what the test must know of it.
type driver struct {
	*prometheusmetrics.Driver
	handler          http.Handler // of this driver alone
	name, namespace  string
	typed, hidesIdle bool
	limited          bool            // by MaxSeries
	reads            map[string]bool // sources
	marks            *truth.Marks
}

// a plan says which driver to make.
type plan struct {
	name      string
	config    prometheusmetrics.Config
	sources   []string
	detached  bool
	someChurn bool // not all that comes by the thousand
}

// plans are the drivers of the service: of both layouts, read at scrapes and at
// intervals, in one registry and by themselves, for other programs, for a Pushgateway, and
// for Sarama.
func (s *service) plans() []plan {
	const typed, gauges = prometheusmetrics.LayoutTyped, prometheusmetrics.LayoutGauges
	all := []plan{
		{name: "typed", sources: []string{"main", "foreign"}, config: prometheusmetrics.Config{
			Layout: typed, FlushInterval: time.Second, SelfMetrics: true}},
		{name: "gauges", sources: []string{"main", "foreign"}, config: prometheusmetrics.Config{
			Layout: gauges}},
		{name: "own", sources: []string{"main"}, detached: true, config: prometheusmetrics.Config{
			Layout: typed, FlushInterval: time.Second / 2, IdleAfter: idleAfter, Detached: true}},
	}
	if s.to != (receivers{}) {
		c := prometheusmetrics.Config{Layout: typed, FlushInterval: time.Second, Detached: true,
			ConstLabels: prometheus.Labels{"service": s.name}}
		all = append(all, plan{name: "sent", sources: []string{"main"}, detached: true, someChurn: true, config: c})
	}
	if s.gateway != "" {
		all = append(all, plan{name: "push", sources: []string{"main"}, detached: true, config: prometheusmetrics.Config{
			Layout: typed, MaxSeries: maxSeries, Detached: true}})
	}
	if s.broker != "" {
		all = append(all, plan{name: "kafka", sources: []string{"kafka"}, config: prometheusmetrics.Config{
			Layout: typed, FlushInterval: time.Second, Rules: prometheusmetrics.SaramaRules()}})
	}
	return all
}

// startDrivers makes the drivers and lets them run.
func (s *service) startDrivers() error {
	schema := truth.Schema{Service: s.name, Generation: s.generation, Slots: len(s.slots.all)}
	for _, p := range s.plans() {
		d, err := s.newDriver(p)
		if err != nil {
			return err
		}
		s.drivers = append(s.drivers, d)
		mark := d.namespace + "_soak_mark"
		if !d.typed {
			mark += "_gauge"
		}
		schema.Drivers = append(schema.Drivers, truth.Driver{Name: p.name, Mark: mark, Figures: s.slots.figures(d)})
	}
	if err := truth.WriteSchema(s.folder, schema); err != nil {
		return err
	}
	for _, d := range s.drivers {
		switch {
		case d.name == "push":
			go d.RunPush(s.ctx, s.pushOptions())
		default:
			go d.RunContext(s.ctx)
		}
	}
	return nil
}

func (s *service) newDriver(p plan) (d *driver, err error) {
	c := p.config
	d = &driver{
		name: p.name, namespace: p.name, typed: c.Layout == prometheusmetrics.LayoutTyped,
		hidesIdle: c.IdleAfter > 0, limited: c.MaxSeries > 0, reads: map[string]bool{},
	}
	if d.marks, err = truth.NewMarks(s.folder, p.name, s.generation, s.slots.all); err != nil {
		return nil, err
	}
	c.Namespace, c.CallTimeout = p.name, callTimeout
	c.Registry = &marker{marks: d.marks, number: metrics.NewGaugeFloat64()} // the first that is listed
	for _, name := range p.sources {
		d.reads[name] = true
		source := s.source(name)
		if p.someChurn {
			source = someChurn{source.(*metrics.StandardRegistry)}
		}
		c.Sources = append(c.Sources, prometheusmetrics.LabelledSource{Source: source})
	}
	c.OnError = func(err error) { s.report(d, err) }
	registerer := prometheus.Registerer(s.prom)
	if p.detached {
		registerer = nil
	}
	if d.Driver, err = prometheusmetrics.NewWithConfig(c, registerer); err != nil {
		return nil, err
	}
	d.handler = d.Handler()
	return d, nil
}

func (s *service) source(name string) prometheusmetrics.Source {
	switch name {
	case "foreign":
		return s.sources.foreign()
	case "kafka":
		return s.sources.sarama()
	}
	return s.sources.main()
}

func (s *service) pushOptions() prometheusmetrics.PushOptions {
	return prometheusmetrics.PushOptions{
		URL: "http://" + s.gateway, Job: "gateway", Grouping: map[string]string{"service": s.name},
		Interval: time.Second, Timeout: time.Second,
	}
}

// report notes what a driver reports.
func (s *service) report(d *driver, err error) {
	r := truth.Report{At: truth.Now(), Driver: d.name, Reason: "source", Text: err.Error()}
	var metric *prometheusmetrics.MetricError
	var push *prometheusmetrics.PushError
	switch {
	case errors.As(err, &metric):
		r.Name, r.Reason = metric.Name, string(metric.Reason)
	case errors.As(err, &push):
		r.Reason = "push"
	}
	must(s.reports.Add(r))
}

// A marker is a source that makes a mark each time it is listed, which is when a
// flush begins: no metric has been read by then.
type marker struct {
	marks  *truth.Marks
	number metrics.GaugeFloat64
}

func (m *marker) Each(f func(string, any)) {
	number, err := m.marks.Next()
	must(err)
	m.number.Update(float64(number))
	f("soak.mark", m.number)
}
