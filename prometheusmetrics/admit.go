package prometheusmetrics

import (
	"cmp"
	"errors"
	"fmt"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
)

// admit gives a metric its series: all of them, or none and a problem.
func (d *Driver) admit(m *metric) *MetricError {
	m.labels, m.info = m.reading.labels, m.reading.info
	name := naming.Metric(d.config.Namespace, d.config.Subsystem, cmp.Or(m.rule.Name, m.id.name))
	if name == "" {
		return &MetricError{Reason: ReasonName, Err: errors.New("it has no name")}
	}
	own, err := d.labels(m)
	if err != nil {
		return &MetricError{Reason: ReasonLabel, Err: err}
	}
	description := d.description(m)
	kind := m.rule.Kind.apply(m.shape.kind)
	templates := d.layout.templates(subject{
		name:    name,
		source:  m.id.name,
		help:    naming.Text(cmp.Or(m.rule.Help, description.Help)),
		unit:    naming.Text(cmp.Or(m.rule.Unit, description.Unit)),
		kind:    kind,
		reading: m.reading,
	})
	for _, t := range templates {
		if problem := d.addSeries(m, t, own); problem != nil {
			d.remove(m)
			return problem
		}
	}
	m.unit = d.layout.unit(kind).scaled(cmp.Or(m.rule.Scale, 1))
	m.place(d.catalog)
	m.built = true
	return nil
}

// labels returns all labels of a metric's series but those a layout adds.
func (d *Driver) labels(m *metric) ([]naming.Label, error) {
	var all []naming.Label
	for _, labels := range []map[string]string{m.labels, m.info, m.rule.Labels, m.source.Labels, d.config.ConstLabels} {
		clean, err := naming.Labels(labels)
		if err != nil {
			return nil, err
		}
		all = append(all, clean...)
	}
	return all, nil
}

// addSeries claims one series and puts it into its family.
func (d *Driver) addSeries(m *metric, t template, own []naming.Label) *MetricError {
	if limit := d.config.MaxSeries; limit > 0 && d.catalog.claimed >= limit {
		return &MetricError{Reason: ReasonLimit, Err: fmt.Errorf("the limit of %d series is reached", limit)}
	}
	labels := append(append([]naming.Label(nil), own...), t.labels...)
	if err := errors.Join(naming.Sort(labels), checkReserved(labels, t.typ)); err != nil {
		return &MetricError{Reason: ReasonLabel, Err: err}
	}
	wrapped := append(append([]naming.Label(nil), labels...), d.wrapping.labels...)
	if err := naming.Sort(wrapped); err != nil {
		return &MetricError{Reason: ReasonLabel, Err: fmt.Errorf("%w, once by the registerer that wraps the registry", err)}
	}
	family := d.wrapping.prefix + t.name
	key := naming.Series(family, wrapped)
	help, unit, err := d.space.claim(t, family, key)
	if err != nil {
		return &MetricError{Reason: ReasonDuplicate, Err: err}
	}
	s := &series{metric: m, family: t.name, key: key, labels: labelPairs(labels), part: -1, quantiles: t.quantiles}
	s.slot = len(m.figures) // from the metric's own, until it has its place
	if t.typ != dto.MetricType_GAUGE {
		s.part = d.catalog.parts.take(1)
	}
	m.series = append(m.series, s)
	m.figures = append(m.figures, t.figures...)
	if d.catalog.add(s, t, help, unit) {
		d.state.unlooked = append(d.state.unlooked, t.name)
	}
	return nil
}

// place finds room for the metric's numbers.
func (m *metric) place(c *catalog) {
	m.slot = c.slots.take(len(m.figures))
	for _, s := range m.series {
		s.slot += m.slot
	}
}

// remove takes the metric's series out of the exposition and gives them back.
func (d *Driver) remove(m *metric) {
	d.catalog.touchSeries(m.series)
	for _, s := range m.series {
		d.space.release(d.wrapping.prefix+s.family, s.key)
		d.catalog.claimed--
		s.metric = nil
		if s.part >= 0 {
			d.catalog.parts.give(s.part, 1)
		}
	}
	if m.built {
		d.catalog.slots.give(m.slot, len(m.figures))
	}
	m.built, m.series, m.figures = false, nil, nil
}

// description is what the source has been told about the metric's name.
func (d *Driver) description(m *metric) metrics.Description {
	if describer, ok := m.source.Source.(interface {
		DescriptionOf(fullName string) (metrics.Description, bool)
	}); ok {
		description, _ := describer.DescriptionOf(m.id.name)
		return description
	}
	return metrics.Description{}
}
