package naming

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Label is one label of a series.
type Label struct{ Name, Value string }

// Pairs are labels as a metric has them, whatever their names, sorted by name. They
// never change. What is kept for each metric is kept as Pairs: a map of three labels
// takes three times the memory.
type Pairs []Label

// PairsOf returns the labels of a map; nil for none.
func PairsOf(labels map[string]string) Pairs {
	if len(labels) == 0 {
		return nil
	}
	pairs := make(Pairs, 0, len(labels))
	for name, value := range labels {
		pairs = append(pairs, Label{name, value})
	}
	slices.SortFunc(pairs, func(a, b Label) int { return strings.Compare(a.Name, b.Name) })
	return pairs
}

// All calls for each name and value.
func (p Pairs) All() iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for _, l := range p {
			if !yield(l.Name, l.Value) {
				return
			}
		}
	}
}

// Map returns the labels as a new map; nil for none.
func (p Pairs) Map() map[string]string {
	if len(p) == 0 {
		return nil
	}
	return maps.Collect(p.All())
}

// Labels makes labels fit for Prometheus; see AppendLabels.
func Labels(labels map[string]string) ([]Label, error) {
	return AppendLabels(make([]Label, 0, len(labels)), maps.All(labels))
}

// AppendLabels makes labels fit for Prometheus, in no particular order, and appends
// them. A label with an empty value is no label, whatever its name. A label that has
// no name, or one that Prometheus reserves, is an error. Two names may become the same
// one, which Sort finds.
func AppendLabels(fit []Label, labels iter.Seq2[string, string]) ([]Label, error) {
	for name, value := range labels {
		if value == "" {
			continue
		}
		clean := LabelName(name)
		if clean == "" {
			return nil, errors.New("a label has no name")
		}
		if strings.HasPrefix(clean, "__") {
			return nil, fmt.Errorf("label name %q is reserved by Prometheus", name)
		}
		fit = append(fit, Label{clean, Text(value)})
	}
	return fit, nil
}

// Sort orders labels by name, as expositions have them. A name that occurs twice
// is an error, which names it.
func Sort(labels []Label) error {
	slices.SortFunc(labels, func(a, b Label) int { return strings.Compare(a.Name, b.Name) })
	for i := 1; i < len(labels); i++ {
		if labels[i].Name == labels[i-1].Name {
			return fmt.Errorf("duplicate label %q", labels[i].Name)
		}
	}
	return nil
}

// Series writes a family's name and sorted labels as people read a series. Only
// equal series are written alike, so it serves as a key, too.
func Series(family string, labels []Label) string {
	if len(labels) == 0 {
		return family
	}
	return string(AppendSeries(nil, family, labels))
}

// AppendSeries appends what Series writes.
func AppendSeries(dst []byte, family string, labels []Label) []byte {
	dst = append(dst, family...)
	if len(labels) == 0 {
		return dst
	}
	dst = append(dst, '{')
	for i, l := range labels {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, l.Name...)
		dst = append(dst, '=')
		dst = strconv.AppendQuote(dst, l.Value)
	}
	return append(dst, '}')
}
