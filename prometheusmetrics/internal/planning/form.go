package planning

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/layout"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/unit"
)

// form is what metrics become, but for their labels. The metrics of a name share it,
// since they nearly always become the same. It never changes.
type form struct {
	formKey
	unit  unit.Unit
	parts []part
	of    []layout.Statistic // of all parts, one after the other
	total int                // the part that must not go down; -1 for none
}

// formKey is what a form depends on.
type formKey struct {
	source  int32
	scale   float64
	subject layout.Subject
}

// part is one series of a form.
type part struct {
	family     string // its name
	help, unit string
	labels     []naming.Label // beside the metric's own
	quantiles  []float64
	typ        dto.MetricType
	offset     uint32 // of its statistics among the form's
}

func (f *form) statistics() int { return len(f.of) }

// formOf returns the form of a metric: that of the metric before it, or of one whose
// series are exposed already, if that is the same.
func (p *Plan) formOf(m *member) (*form, *obstacle) {
	if p.form != nil && alike(p.formed, m) {
		return p.form, nil
	}
	c := p.state.config
	source := &c.Sources[m.metric.Source]
	name, o := c.name(m, source)
	if o != nil {
		return nil, o
	}
	kind := m.rule.kind(m.metric.Kind)
	if m.rule.scale() < 0 && kind.IsDistribution() {
		return nil, obstruct(problem.Unsupported, fmt.Errorf(
			"rule %q scales it by %v, which would turn its buckets and quantiles round", m.rule.Match, m.rule.Scale))
	}
	f := &form{
		formKey: formKey{m.metric.Source, m.rule.scale(), layout.Subject{
			Name:        name,
			Source:      m.metric.Name,
			Help:        naming.Text(cmp.Or(m.rule.Help, m.metric.Description.Help)),
			Unit:        naming.Text(cmp.Or(m.rule.Unit, m.metric.Description.Unit)),
			Kind:        kind,
			Buckets:     m.metric.Values.Buckets != nil,
			LifetimeSum: m.metric.Values.LifetimeSum,
		}},
		unit:  source.Layout.Unit(kind).Scaled(m.rule.scale()),
		total: -1,
	}
	if o := f.addParts(source.Layout.Templates(f.subject)); o != nil {
		return nil, o
	}
	p.form, p.formed = p.known(f), m
	return p.form, nil
}

// alike reports whether metrics that come one after the other have one form for sure.
func alike(a, b *member) bool {
	return a.rule == b.rule && a.metric.Name == b.metric.Name && a.metric.Source == b.metric.Source &&
		a.metric.Kind == b.metric.Kind && *a.metric.Description == *b.metric.Description &&
		(a.metric.Values.Buckets != nil) == (b.metric.Values.Buckets != nil) &&
		a.metric.Values.LifetimeSum == b.metric.Values.LifetimeSum
}

func (f *form) addParts(templates []layout.Template) *obstacle {
	f.parts = make([]part, 0, len(templates))
	for i, t := range templates {
		if t.Type == dto.MetricType_COUNTER && strings.TrimSuffix(t.Name, "_total") == "" {
			return obstruct(problem.Name, errors.New("nothing is left of its name before _total"))
		}
		if t.Type != dto.MetricType_GAUGE {
			f.total = i
		}
		f.parts = append(f.parts, part{
			family: t.Name, help: t.Help, unit: t.Unit, labels: t.Labels, quantiles: t.Quantiles,
			typ: t.Type, offset: uint32(len(f.of)),
		})
		f.of = append(f.of, t.Statistics...)
	}
	return nil
}

// known returns a form that is in use already, if it is the same as f.
func (p *Plan) known(f *form) *form {
	if len(f.parts) == 0 {
		return f
	}
	if held := p.state.families[f.parts[0].family]; held != nil {
		if same := held.entries[0].admission.form; same.formKey == f.formKey {
			return same
		}
	}
	return f
}
