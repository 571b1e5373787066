package naming

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Label is one label of a series.
type Label struct{ Name, Value string }

// Labels makes labels fit for Prometheus, in no particular order. A label with an
// empty value is no label, whatever its name. A label that has no name, or one
// that Prometheus reserves, is an error. Two names may become the same one, which
// Sort finds.
func Labels(labels map[string]string) ([]Label, error) {
	fit := make([]Label, 0, len(labels))
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
	series := append([]byte(family), '{')
	for i, l := range labels {
		if i > 0 {
			series = append(series, ',')
		}
		series = append(series, l.Name...)
		series = append(series, '=')
		series = strconv.AppendQuote(series, l.Value)
	}
	return string(append(series, '}'))
}
