package prometheusmetrics

import (
	"context"
	"fmt"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
)

// A push.Pusher refuses the whole push for one series that does not fit. So all
// that it is given was checked before, and fits.

// losses are what a push leaves out. The keys are the same from push to push,
// where the errors may have numbers in them.
type losses map[string]error

// collect returns what a push sends: the driver's families, which are those of the
// exposition, the time of the last success and what the other gatherers have, without
// what does not fit. The families may be read until done is called; a second call does
// nothing.
func (p *pusher) collect(
	ctx context.Context,
) (exposition *families.Exposition, all []*dto.MetricFamily, lost losses, done func()) {
	lost = make(losses)
	others := p.gatherOthers(ctx, lost) // first, since it may take its time
	exposition = p.driver.current.Load()
	lent, done, err := p.driver.trees.Borrow(exposition)
	if err != nil { // others read too much; what is pushed is few enough
		lent, done = exposition.DTO(), func() {}
	}
	all = p.own(exposition, lent, lost)
	last := p.lastSuccess()
	if last == nil && len(others) == 0 {
		return exposition, all, lost, done
	}
	joined := newJoin(all)
	if last != nil {
		if err := joined.add(last); err != nil {
			lost["last success"] = fmt.Errorf("prometheusmetrics: push: last success: %w", err)
		}
	}
	for i, other := range others {
		other.join(i, joined, lost)
	}
	return exposition, joined.sorted(), lost, done
}

// own returns the driver's families without the series that have a label of the
// group. Those that it is given belong to the scrapes, and are not changed.
func (p *pusher) own(e *families.Exposition, all []*dto.MetricFamily, lost losses) []*dto.MetricFamily {
	own := make([]*dto.MetricFamily, 0, len(all))
	for i, family := range all {
		fitting := make([]*dto.Metric, 0, len(family.Metric))
		for j, metric := range family.Metric { // in the same order as the exposition's
			if label := p.options.collision(metric.Label); label != "" {
				lost.addCollision(e.Families[i].Series[j].Origin, label)
			} else {
				fitting = append(fitting, metric)
			}
		}
		if len(fitting) > 0 {
			own = append(own, withMetrics(family, fitting))
		}
	}
	return own
}

// addCollision notes that a metric is left out for a label that the group has.
func (l losses) addCollision(of *problem.Origin, label string) {
	lost := &MetricError{
		Name: of.Name, Labels: of.Labels(), Reason: ReasonLabel,
		Err: fmt.Errorf("it is not pushed: label %s belongs to the group that is pushed to", label),
	}
	l[lost.Error()] = lost
}

// withMetrics returns a copy of the family that has these metrics.
func withMetrics(f *dto.MetricFamily, metrics []*dto.Metric) *dto.MetricFamily {
	return &dto.MetricFamily{Name: f.Name, Help: f.Help, Type: f.Type, Unit: f.Unit, Metric: metrics}
}

// collision returns the first label that the group has too.
func (o PushOptions) collision(labels []*dto.LabelPair) string {
	for _, pair := range labels {
		name := pair.GetName()
		if name == "job" {
			return name
		}
		if _, taken := o.Grouping[name]; taken {
			return name
		}
	}
	return ""
}

// lastSuccess makes the gauge of that name, nil where there is none to show.
func (p *pusher) lastSuccess() *dto.MetricFamily {
	name := naming.Metric(p.driver.config.Namespace, p.driver.config.Subsystem, p.options.LastSuccess)
	succeeded := p.state.succeeded.Load()
	if p.options.LastSuccess == "" || succeeded == nil {
		return nil
	}
	labels, _ := naming.Labels(p.driver.config.ConstLabels) // the constructor would have failed
	naming.Sort(labels)
	return &dto.MetricFamily{
		Name: &name,
		Help: proto.String("When the job last succeeded, in seconds since 1970."),
		Type: dto.MetricType_GAUGE.Enum(),
		Metric: []*dto.Metric{{
			Label: families.LabelPairs(labels),
			Gauge: &dto.Gauge{Value: proto.Float64(float64(succeeded.UnixMilli()) / 1e3)},
		}},
	}
}
