package main

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/drivers/graphite"
	"github.com/go-metrics-plus/metrics/drivers/influxdb"
	"github.com/go-metrics-plus/metrics/drivers/otlp"
	"github.com/go-metrics-plus/metrics/drivers/remotewrite"
	"github.com/go-metrics-plus/metrics/drivers/statsd"
	"github.com/go-metrics-plus/metrics/integration/soak/truth"
)

const (
	// deliverEvery is short, so that much is delivered in a minute.
	deliverEvery = time.Second

	// deliverWithin is longer, so that a receiver that is slow is no failure.
	deliverWithin = 2 * time.Second
)

// receivers are where the drivers for other programs deliver to; empty means nowhere.
type receivers struct{ otlp, remoteWrite, graphite, influxdb, statsd string }

// delivery is a driver for another program.
type delivery interface {
	Run()
	Close() error
}

// delivering is a delivery and its name in the truth.
type delivering struct {
	delivery
	name string
}

// startDeliveries makes the drivers for other programs and lets them run. All read the
// driver "sent", so that each delivery has the number of a flush in it.
func (s *service) startDeliveries() error {
	if s.to == (receivers{}) {
		return nil
	}
	sent := s.driver("sent")
	if err := sent.Once(); err != nil { // else the first to gather may come before its Run
		return err
	}
	type maker struct {
		name, to string
		make     func(to string, report func(error)) (delivery, error)
	}
	for _, m := range []maker{
		{"otlp", s.to.otlp, func(to string, report func(error)) (delivery, error) {
			return otlp.New(otlp.Config{
				URL: to, Protocol: otlp.HTTP, ServiceName: "soak", Histograms: otlp.HistogramsExplicit, Gatherer: sent,
				Resource: resource.NewSchemaless(attribute.String("service.instance.id", s.name)),
				Interval: deliverEvery, Timeout: deliverWithin, OnError: report,
			})
		}},
		{"remotewrite", s.to.remoteWrite, func(to string, report func(error)) (delivery, error) {
			return remotewrite.New(remotewrite.Config{
				URL: to, Labels: map[string]string{"job": "soak", "instance": s.name}, Gatherer: sent,
				Interval: deliverEvery, Timeout: deliverWithin, OnError: report,
			})
		}},
		{"graphite", s.to.graphite, func(to string, report func(error)) (delivery, error) {
			return graphite.New(graphite.Config{
				Address: to, Tags: true, Gatherer: sent,
				Interval: deliverEvery, Timeout: deliverWithin, OnError: report,
			})
		}},
		{"influxdb", s.to.influxdb, func(to string, report func(error)) (delivery, error) {
			return influxdb.New(influxdb.Config{
				URL: to, MetricVersion: 2, BatchSize: 200, Gatherer: sent,
				Interval: deliverEvery, Timeout: deliverWithin, OnError: report,
			})
		}},
		{"statsd", s.to.statsd, func(to string, report func(error)) (delivery, error) {
			return statsd.New(statsd.Config{
				Address: to, Prefix: fmt.Sprintf("%s.%d", s.name, s.generation), Gatherer: withoutChurn{sent},
				Interval: deliverEvery, Timeout: deliverWithin, OnError: report,
			})
		}},
	} {
		if m.to == "" {
			continue
		}
		d, err := m.make(m.to, func(err error) { s.reportDelivery(m.name, err) })
		if err != nil {
			return err
		}
		s.deliveries = append(s.deliveries, delivering{d, m.name})
		go d.Run()
	}
	return nil
}

// leftOut are the errors about metrics; others are about deliveries.
var leftOut = []error{
	otlp.ErrNotExpressible, remotewrite.ErrQueueFull, graphite.ErrTooLong, graphite.ErrDuplicate,
	statsd.ErrTooLong, statsd.ErrDuplicate,
}

// reportDelivery notes what a driver for another program reports.
func (s *service) reportDelivery(name string, err error) {
	r := truth.Report{At: truth.Now(), Driver: name, Reason: truth.DeliveryFailed, Text: err.Error()}
	if slices.ContainsFunc(leftOut, func(about error) bool { return errors.Is(err, about) }) {
		r.Reason = "left out"
	}
	must(s.reports.Add(r))
}

// Closed says how a driver for another program was closed.
type Closed struct {
	Name    string
	Took    time.Duration
	Failure string
}

// closeDeliveries ends the load, makes what was recorded until then visible, closes the
// drivers for other programs at the same time, and says how that went.
func (s *service) closeDeliveries(w http.ResponseWriter, _ *http.Request) {
	must(http.NewResponseController(w).SetWriteDeadline(time.Time{}))
	s.load.burst()
	must(s.driver("sent").Once())
	closed := make([]Closed, len(s.deliveries))
	var closing sync.WaitGroup
	for i, d := range s.deliveries {
		closing.Go(func() {
			begun := time.Now()
			err := d.Close()
			closed[i] = Closed{Name: d.name, Took: time.Since(begun)}
			if err != nil {
				closed[i].Failure = err.Error()
			}
		})
	}
	closing.Wait()
	slices.SortFunc(closed, func(a, b Closed) int { return cmp.Compare(a.Name, b.Name) })
	answerJSON(w, closed)
}

// withoutChurn leaves out what comes by the thousand and never again. The driver for
// StatsD remembers a series for an hour after it has gone, as its documentation says,
// which would look like a leak in a run that is shorter.
type withoutChurn struct{ prometheus.Gatherer }

// Gather gathers all but that.
func (g withoutChurn) Gather() ([]*dto.MetricFamily, error) {
	families, err := g.Gatherer.Gather()
	kept := make([]*dto.MetricFamily, 0, len(families)) // the slice is the gatherer's
	for _, family := range families {
		if !strings.Contains(family.GetName(), "_trouble_churn_") {
			kept = append(kept, family)
		}
	}
	return kept, err
}

// someChurn is a source without nine of ten metrics that come by the thousand: they would
// keep five drivers, and their receivers, from anything else.
type someChurn struct{ *metrics.StandardRegistry }

// Each lists the others, of which some are counters and some histograms.
func (s someChurn) Each(f func(string, any)) {
	s.StandardRegistry.Each(func(name string, metric any) {
		if !strings.HasPrefix(name, "trouble.churn.") || strings.HasSuffix(name, "1") {
			f(name, metric)
		}
	})
}
