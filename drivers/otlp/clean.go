package otlp

import (
	"slices"
	"strings"
	"unicode/utf8"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
)

// cleaned returns the family itself if all text in it is UTF-8, as is usual. Otherwise it
// returns a copy in which it is: no message can carry anything else, so that one label
// would cost the whole request.
func cleaned(family *dto.MetricFamily) *dto.MetricFamily {
	if isUTF8(family) {
		return family
	}
	family = proto.CloneOf(family)
	for _, text := range []*string{family.Name, family.Help, family.Unit} {
		clean(text)
	}
	for _, m := range family.Metric {
		for _, pair := range m.Label {
			clean(pair.Name)
			clean(pair.Value)
		}
		for _, e := range exemplarsIn(m) {
			for _, pair := range e.GetLabel() {
				clean(pair.Name)
				clean(pair.Value)
			}
		}
	}
	return family
}

func clean(text *string) {
	if text != nil {
		*text = strings.ToValidUTF8(*text, string(utf8.RuneError))
	}
}

func isUTF8(family *dto.MetricFamily) bool {
	return utf8.ValidString(family.GetName()+family.GetHelp()+family.GetUnit()) &&
		!slices.ContainsFunc(family.Metric, func(m *dto.Metric) bool {
			return !areUTF8(m.Label) ||
				slices.ContainsFunc(exemplarsIn(m), func(e *dto.Exemplar) bool { return !areUTF8(e.GetLabel()) })
		})
}

func areUTF8(pairs []*dto.LabelPair) bool {
	return !slices.ContainsFunc(pairs, func(pair *dto.LabelPair) bool {
		return !utf8.ValidString(pair.GetName()) || !utf8.ValidString(pair.GetValue())
	})
}

// exemplarsIn returns all exemplars of a metric, nil ones among them.
func exemplarsIn(m *dto.Metric) []*dto.Exemplar {
	if e := m.GetCounter().GetExemplar(); e != nil {
		return []*dto.Exemplar{e}
	}
	exemplars := m.GetHistogram().GetExemplars()
	for _, bucket := range m.GetHistogram().GetBucket() {
		if bucket.GetExemplar() != nil {
			exemplars = append(slices.Clip(exemplars), bucket.GetExemplar())
		}
	}
	return exemplars
}
