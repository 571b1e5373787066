package planning

import (
	"errors"
	"fmt"
	"hash/maphash"
	"maps"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/wire"
)

var seed = maphash.MakeSeed()

// scratch is what the labels and keys of one metric after the other are made in. What is
// kept of them is a rendered text and a hash.
type scratch struct {
	own     []naming.Label // of the metric, without those of its layout
	labels  []naming.Label // of an entry
	wrapped []naming.Label
	texts   []string
	key     []byte
}

// setOwn finds the labels of a metric's series but those a layout adds, sorted.
func (s *scratch) setOwn(c *Config, m *member) error {
	all := s.own[:0]
	for _, labels := range [...]map[string]string{
		m.metric.Origin.Labels(), m.metric.Values.Info(), m.rule.Labels, c.Sources[m.metric.Source].Labels, c.ConstLabels,
	} {
		fit, err := naming.AppendLabels(all, maps.All(labels))
		if err != nil {
			return err
		}
		all = fit
	}
	s.own = all
	return naming.Sort(all)
}

// of returns the labels of a part's series; valid until the next call.
func (s *scratch) of(part *part) ([]naming.Label, *obstacle) {
	labels, err := s.own, error(nil)
	if len(part.labels) > 0 {
		s.labels = append(append(s.labels[:0], s.own...), part.labels...)
		labels, err = s.labels, naming.Sort(s.labels)
	}
	if err := errors.Join(err, checkReserved(labels, part.typ)); err != nil {
		return nil, obstruct(problem.Label, err)
	}
	return labels, nil
}

// checkReserved refuses the labels that Prometheus itself adds to a type.
func checkReserved(labels []naming.Label, typ dto.MetricType) error {
	for _, l := range labels {
		if typ == dto.MetricType_HISTOGRAM && l.Name == "le" || typ == dto.MetricType_SUMMARY && l.Name == "quantile" {
			return fmt.Errorf("label %q is reserved in a %s", l.Name, families.TypeName(typ))
		}
	}
	return nil
}

// render renders labels.
func (s *scratch) render(labels []naming.Label) wire.Labels {
	s.texts = s.texts[:0]
	for _, l := range labels {
		s.texts = append(s.texts, l.Name, l.Value)
	}
	return wire.NewLabels(s.texts...)
}

// hash returns the hash of a series' key, and refuses labels that the registerer adds.
func (s *scratch) hash(c *Config, family string, labels []naming.Label) (uint64, *obstacle) {
	if len(c.Wrapped) > 0 {
		s.wrapped = append(append(s.wrapped[:0], labels...), c.Wrapped...)
		labels = s.wrapped
		if err := naming.Sort(labels); err != nil {
			return 0, obstruct(problem.Label, fmt.Errorf("%w, once by the registerer that wraps the registry", err))
		}
	}
	s.key = naming.AppendSeries(append(s.key[:0], c.Prefix...), family, labels)
	return c.hash(s.key), nil
}

// key makes the key of an entry: its family and labels, as the registry has them. It is
// for the few that somebody asks about; for a million of them it would take more memory
// than all else that is known of a series.
func (c *Config) key(e *entry) string {
	own := e.series().Labels
	labels := make([]naming.Label, 0, own.Len()+len(c.Wrapped))
	for name, value := range own.All() {
		labels = append(labels, naming.Label{Name: name, Value: value})
	}
	if len(c.Wrapped) > 0 {
		labels = append(labels, c.Wrapped...)
		naming.Sort(labels) // which has been found to be without error
	}
	return naming.Series(c.Prefix+e.part.family, labels)
}

func hashOf(key []byte) uint64 { return maphash.Bytes(seed, key) }
