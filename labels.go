package metrics

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Labels are the names and values that tell the series of one name apart, such
// as {"code": "200"}. Nil and empty mean no labels, and a label with an empty
// value is no label, as in Prometheus. Every function of this package copies
// the labels it is given and hands out copies, so a map may be changed after it
// was passed.
type Labels map[string]string

type labelPair struct{ name, value string }

// labelSet is an immutable set of labels in the one order that makes equal sets
// equal: by name, without empty values. A nil pointer is the set without labels.
type labelSet struct{ pairs []labelPair }

// newLabelSet merges the maps. Where a name is in two of them, the later one wins.
func newLabelSet(all ...Labels) *labelSet {
	if !anyLabels(all) {
		return nil
	}
	merged := Labels{}
	for _, labels := range all {
		maps.Copy(merged, labels)
	}
	pairs := make([]labelPair, 0, len(merged))
	for name, value := range merged {
		if value != "" {
			pairs = append(pairs, labelPair{name, value})
		}
	}
	if len(pairs) == 0 {
		return nil
	}
	slices.SortFunc(pairs, func(a, b labelPair) int { return strings.Compare(a.name, b.name) })
	return &labelSet{pairs: pairs}
}

func anyLabels(all []Labels) bool {
	return slices.ContainsFunc(all, func(labels Labels) bool { return len(labels) > 0 })
}

// with returns the set with labels added; an added label replaces one of its
// name, and takes it away if its value is empty.
func (s *labelSet) with(labels Labels) *labelSet { return newLabelSet(s.Labels(), labels) }

// Labels returns a fresh map, never nil, so that a caller may add to it.
func (s *labelSet) Labels() Labels {
	if s == nil {
		return Labels{}
	}
	labels := make(Labels, len(s.pairs))
	for _, pair := range s.pairs {
		labels[pair.name] = pair.value
	}
	return labels
}

// String writes the set as Prometheus does, {code="200",method="GET"}, and
// nothing for a set without labels. Different sets give different strings.
func (s *labelSet) String() string {
	if s == nil {
		return ""
	}
	text := []byte{'{'}
	for i, pair := range s.pairs {
		if i > 0 {
			text = append(text, ',')
		}
		text = appendLabelName(text, pair.name)
		text = append(text, '=')
		text = strconv.AppendQuote(text, pair.value)
	}
	return string(append(text, '}'))
}

// appendLabelName quotes names with characters that mean something in the text of a
// set, so that different sets have different texts, or that can't be seen.
func appendLabelName(text []byte, name string) []byte {
	unseen := func(r rune) bool { return !strconv.IsPrint(r) }
	if name == "" || !utf8.ValidString(name) ||
		strings.ContainsAny(name, "\"=,{}\\ ") || strings.ContainsFunc(name, unseen) {
		return strconv.AppendQuote(text, name)
	}
	return append(text, name...)
}
