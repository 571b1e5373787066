package prometheusmetrics

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"

	"github.com/go-metrics-plus/metrics/internal/reports"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
)

// gathering is one call of a gatherer, which may never come back.
type gathering struct {
	done chan struct{}

	// Readable once done is closed.
	families []*dto.MetricFamily // what fits
	failed   []error
	unfit    []error
}

// startGathering asks the gatherer, in a goroutine since it may hang.
func (o PushOptions) startGathering(g prometheus.Gatherer) *gathering {
	call := &gathering{done: make(chan struct{})}
	go func() {
		defer close(call.done)
		call.failed = []error{errGatheringEnded} // unless it comes back
		failed, families, err := call.gather(o, g)
		call.families, call.failed = families, append(failed, split(err)...)
	}()
	return call
}

var errGatheringEnded = errors.New("gathering ended its goroutine")

// gather returns the errors of the gatherer, and what fits of its families with
// what is inconsistent among these: a push.Pusher would find that, too, and give
// up.
func (c *gathering) gather(
	o PushOptions, g prometheus.Gatherer,
) (failed []error, families []*dto.MetricFamily, err error) {
	fitting := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		families, err := g.Gather()
		failed = split(reports.Sound(err))
		fitting := make([]*dto.MetricFamily, 0, len(families))
		for _, family := range families {
			family, err := o.fit(family)
			if err != nil {
				c.unfit = append(c.unfit, err)
			}
			fitting = append(fitting, family)
		}
		return fitting, nil
	})
	families, err = gatherSafely(prometheus.Gatherers{fitting})
	return failed, families, err
}

// await reports whether the call has come back before the context ended.
func (c *gathering) await(ctx context.Context) bool {
	select {
	case <-c.done:
		return true
	case <-ctx.Done():
		return isClosed(c.done)
	}
}

func isClosed(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// hangs reports whether this is a call of the gatherer that has not come back.
// Gatherers that can't be compared are told apart by their place alone.
func (h *hungGathering) hangs(g prometheus.Gatherer) bool {
	if h == nil || isClosed(h.done) {
		return false
	}
	if reflect.ValueOf(h.gatherer).Comparable() && reflect.ValueOf(g).Comparable() {
		return h.gatherer == g
	}
	return true
}

// gatherOthers asks the other gatherers, all at once, so that several that hang
// cost the time of one. One that hangs since an earlier push is not asked again.
// The answers of those that hang are empty.
func (p *pusher) gatherOthers(ctx context.Context, lost losses) []*gathering {
	timeout := p.driver.config.CallTimeout
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	calls := make([]*gathering, len(p.options.Gatherers))
	for i, gatherer := range p.options.Gatherers {
		if !p.group.hung[i].hangs(gatherer) && !p.state.crowded(&p.state.gatherers) {
			delete(p.group.hung, i)
			calls[i] = p.options.startGathering(gatherer)
		}
	}
	for i, call := range calls {
		if call != nil && call.await(ctx) {
			continue
		}
		calls[i] = &gathering{}
		cause := fmt.Sprintf("it takes longer than %v", timeout)
		if call != nil {
			p.group.hung[i] = &hungGathering{p.options.Gatherers[i], call.done}
			p.state.leaveBehind(&p.state.gatherers, p.group, call.done, nil)
		} else if p.group.hung[i] == nil {
			cause = fmt.Sprintf("%d calls of gatherers have not come back", maxOutstanding)
		}
		lost[fmt.Sprintf("%d hangs", i)] = fmt.Errorf("prometheusmetrics: push: gatherer %d is left out: %s", i, cause)
	}
	return calls
}

// join joins what the gatherer has. Of each kind of loss only the first is reported,
// with the number of the others: where somebody pushes the registry along that
// the driver is in, there is one for each of its families.
func (c *gathering) join(number int, joined *join, lost losses) {
	var clashing []error
	for _, family := range c.families {
		if err := joined.add(family); err != nil {
			clashing = append(clashing, err)
		}
	}
	for kind, errs := range [][]error{c.failed, c.unfit, clashing} {
		if len(errs) == 0 {
			continue
		}
		err := fmt.Errorf("prometheusmetrics: push: gatherer %d: %w", number, errs[0])
		if len(errs) > 1 {
			err = fmt.Errorf("%w (and %d more of that kind)", err, len(errs)-1)
		}
		lost[fmt.Sprintf("%d %d %d", number, kind, len(errs))] = err
	}
}

// split takes apart the errors of a gatherer.
func split(err error) []error {
	var several prometheus.MultiError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &several):
		return several
	}
	return []error{err}
}

// fit returns the family as a Pushgateway takes it: with names as all of them
// know, and without the series that have a label of the group or a timestamp.
func (o PushOptions) fit(f *dto.MetricFamily) (*dto.MetricFamily, error) {
	var label string
	timestamps := false
	metrics := make([]*dto.Metric, 0, len(f.Metric))
	for _, metric := range f.Metric {
		metric = withPlainLabels(metric)
		collision := o.collision(metric.Label)
		switch {
		case collision != "":
			label = collision
		case metric.TimestampMs != nil:
			timestamps = true
		default:
			metrics = append(metrics, metric)
		}
	}
	fitting := withMetrics(f, metrics)
	fitting.Name = proto.String(plainName(f.GetName()))
	switch {
	case label != "":
		return fitting, fmt.Errorf("family %s is not pushed whole: label %s belongs to the group that is pushed to",
			f.GetName(), label)
	case timestamps:
		return fitting, fmt.Errorf("family %s is not pushed whole: a Pushgateway takes no timestamps", f.GetName())
	}
	return fitting, nil
}

// plainName makes a name of one that only UTF-8 allows. The encoder would do it
// too, after all has been checked.
func plainName(name string) string { return naming.Metric(name) }

// withPlainLabels returns the metric if its labels have plain names, or a copy
// with such names.
func withPlainLabels(metric *dto.Metric) *dto.Metric {
	plain := true
	for _, pair := range metric.Label {
		plain = plain && naming.LabelName(pair.GetName()) == pair.GetName()
	}
	if plain {
		return metric
	}
	renamed := &dto.Metric{
		Gauge: metric.Gauge, Counter: metric.Counter, Summary: metric.Summary, Untyped: metric.Untyped,
		Histogram: metric.Histogram, TimestampMs: metric.TimestampMs,
	}
	for _, pair := range metric.Label {
		name := naming.LabelName(pair.GetName())
		renamed.Label = append(renamed.Label, &dto.LabelPair{Name: &name, Value: pair.Value})
	}
	return renamed
}
