package prometheusmetrics

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/internal/reports"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
)

// Gather returns the families of the last flush, or of one made for it if the
// interval is 0, sorted by name. They are the caller's to keep. With it a driver
// is a prometheus.Gatherer. The error is always nil: what could not be read was
// reported to Config.OnError. Through Gather, what a wrapping registerer adds does
// not show.
func (d *Driver) Gather() ([]*dto.MetricFamily, error) {
	return d.scraped().DTO(), nil
}

// Transactional returns a gatherer whose families are reused once they have been
// encoded, for promhttp.HandlerForTransactional. It spares a scrape nearly all
// that a Prometheus registry costs: the copying, checking and sorting of series
// that the driver has checked and sorted already.
func (d *Driver) Transactional() prometheus.TransactionalGatherer { return transactional{d} }

type transactional struct{ driver *Driver }

// Gather lends the families of the last flush until done is called. They must
// not be changed. The error says that too many readers are stuck in the midst of
// earlier flushes.
func (t transactional) Gather() ([]*dto.MetricFamily, func(), error) {
	all, done, err := t.driver.trees.Borrow(t.driver.scraped())
	if err != nil {
		err = fmt.Errorf("prometheusmetrics: %w", err)
	}
	return all, done, err
}

// gatherSafely turns a panic into an error.
func gatherSafely(g prometheus.Gatherer) (families []*dto.MetricFamily, err error) {
	if isNil(g) {
		return nil, errNilGatherer
	}
	defer func() {
		if cause := recover(); cause != nil {
			families, err = nil, fmt.Errorf("gathering panicked: %v", reports.Cause(cause))
		}
	}()
	families, err = g.Gather()
	return families, reports.Sound(err)
}

// join is a list of families in which each name stands once.
type join struct {
	families []*dto.MetricFamily
	index    map[string]int
	names    map[string]string // names in use, to the family that uses them
}

func newJoin(all []*dto.MetricFamily) *join {
	j := &join{families: slices.Clone(all), index: make(map[string]int, len(all)), names: make(map[string]string)}
	for i, family := range all {
		j.index[family.GetName()] = i
		j.use(family)
	}
	return j
}

func (j *join) use(family *dto.MetricFamily) {
	for _, name := range families.Names(family.GetName(), family.GetType()) {
		j.names[name] = family.GetName()
	}
}

// add joins one more family: as it is if the name is new, series by series if
// it is known with the same type.
func (j *join) add(family *dto.MetricFamily) error {
	name := family.GetName()
	at, known := j.index[name]
	if !known {
		for _, used := range families.Names(name, family.GetType()) {
			if other, taken := j.names[used]; taken {
				return fmt.Errorf("family %s is left out: it conflicts with %s", name, other)
			}
		}
		j.index[name] = len(j.families)
		j.families = append(j.families, family)
		j.use(family)
		return nil
	}
	existing := j.families[at]
	if existing.GetType() != family.GetType() {
		return fmt.Errorf("family %s is left out: it is a %s, and a %s elsewhere", name,
			strings.ToLower(family.GetType().String()), strings.ToLower(existing.GetType().String()))
	}
	series := make(map[string]bool, len(existing.Metric))
	for _, metric := range existing.Metric {
		series[metricKey(metric)] = true
	}
	both := &dto.MetricFamily{Name: existing.Name, Help: existing.Help, Type: existing.Type, Unit: existing.Unit}
	both.Metric = slices.Clip(existing.Metric)
	left := 0
	for _, metric := range family.Metric {
		if series[metricKey(metric)] {
			left++
			continue
		}
		both.Metric = append(both.Metric, metric)
	}
	slices.SortStableFunc(both.Metric, compareMetrics)
	j.families[at] = both
	if left > 0 {
		return fmt.Errorf("%d series of family %s are left out: they are exposed already", left, name)
	}
	return nil
}

func (j *join) sorted() []*dto.MetricFamily {
	slices.SortFunc(j.families, func(a, b *dto.MetricFamily) int { return strings.Compare(a.GetName(), b.GetName()) })
	return j.families
}

func metricKey(metric *dto.Metric) string {
	labels := make([]naming.Label, 0, len(metric.GetLabel()))
	for _, pair := range metric.GetLabel() {
		labels = append(labels, naming.Label{Name: pair.GetName(), Value: pair.GetValue()})
	}
	return naming.Series("", labels)
}

// compareMetrics orders the series of a family as the Prometheus registry does.
func compareMetrics(a, b *dto.Metric) int {
	if order := cmp.Compare(len(a.GetLabel()), len(b.GetLabel())); order != 0 {
		return order
	}
	for i, pair := range a.GetLabel() {
		if order := strings.Compare(pair.GetValue(), b.GetLabel()[i].GetValue()); order != 0 {
			return order
		}
	}
	return cmp.Compare(a.GetTimestampMs(), b.GetTimestampMs())
}
