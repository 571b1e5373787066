package remotewrite

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	dto "github.com/prometheus/client_model/go"
)

// nameLabel is the label that carries the name of a series.
const nameLabel = "__name__"

type label struct{ name, value string }

// series is one that the receiver knows, or will know with the next request. Samples
// in the queue share it, so that a round costs memory for its values alone.
type series struct {
	labels []label // sorted by name; never changed
	meta   *metadata
	form   form
	native bool // its samples are native histograms

	round     uint64 // the last one that had it
	exemplars int64  // time of the newest exemplar that was sent, in milliseconds
	stamped   int64  // time that the metric brought along, in milliseconds; 0 if none
}

// form says what a series is to a histogram that exists in two forms.
type form uint8

const (
	formOnly    form = iota // of no histogram, or of one with a single form
	formClassic             // a classic series of a histogram that has native buckets too
	formNative              // a native histogram that has classic buckets too
)

// metadata is what a receiver may know of a family.
type metadata struct {
	family, help, unit string
	kind               dto.MetricType
}

// typeOf returns the number that both versions of the protocol have for the type.
func typeOf(meta *metadata) uint64 {
	switch meta.kind {
	case dto.MetricType_COUNTER:
		return 1
	case dto.MetricType_GAUGE:
		return 2
	case dto.MetricType_HISTOGRAM:
		return 3
	case dto.MetricType_GAUGE_HISTOGRAM:
		return 4
	case dto.MetricType_SUMMARY:
		return 5
	}
	return 0 // unknown
}

// errSeries is wrapped by the reports of series that can't be sent.
var errSeries = errors.New("invalid series")

// labelling puts together the labels of one series after the other.
type labelling struct {
	external []label // of every series that has no such label itself
	labels   []label
	key      []byte
}

// of returns the labels and a key which no other labels have. Both are valid until
// the next call.
func (l *labelling) of(name string, pairs []*dto.LabelPair, extra label) ([]label, []byte, error) {
	l.labels = append(l.labels[:0], label{nameLabel, name})
	for _, pair := range pairs {
		l.labels = append(l.labels, label{pair.GetName(), pair.GetValue()})
	}
	if extra.name != "" {
		l.labels = append(l.labels, extra)
	}
	own := len(l.labels)
	for _, e := range l.external {
		if !slices.ContainsFunc(l.labels[:own], func(o label) bool { return o.name == e.name && o.value != "" }) {
			l.labels = append(l.labels, e)
		}
	}
	if err := l.clean(); err != nil {
		return nil, nil, fmt.Errorf("%w %s: %w", errSeries, describe(l.labels), err)
	}
	l.key = l.key[:0]
	for _, pair := range l.labels {
		l.key = append(append(append(append(l.key, pair.name...), keyEnd), pair.value...), keyEnd)
	}
	return l.labels, l.key, nil
}

// keyEnd occurs in no UTF-8.
const keyEnd = 0xff

// clean brings the labels into the form that receivers expect: sorted, without empty
// ones, UTF-8 throughout.
func (l *labelling) clean() error {
	if l.labels[0].value == "" || !utf8.ValidString(l.labels[0].value) {
		return errors.New("the name is empty or not UTF-8")
	}
	l.labels = slices.DeleteFunc(l.labels, func(o label) bool { return o.value == "" })
	for i := range l.labels {
		o := &l.labels[i]
		if o.name == "" || !utf8.ValidString(o.name) {
			return fmt.Errorf("the label name %q is empty or not UTF-8", o.name)
		}
		o.value = text(o.value)
	}
	slices.SortFunc(l.labels, func(a, b label) int { return cmp.Compare(a.name, b.name) })
	for i := 1; i < len(l.labels); i++ {
		if l.labels[i].name == l.labels[i-1].name {
			return fmt.Errorf("there are two labels %s", l.labels[i].name)
		}
	}
	return nil
}

// text replaces what is not UTF-8, which no message can carry.
func text(s string) string { return strings.ToValidUTF8(s, string(utf8.RuneError)) }

// describe writes labels as PromQL does.
func describe(labels []label) string {
	var name string
	var pairs []string
	for _, o := range labels {
		if o.name == nameLabel && name == "" {
			name = o.value
		} else {
			pairs = append(pairs, fmt.Sprintf("%s=%q", o.name, o.value))
		}
	}
	return name + "{" + strings.Join(pairs, ",") + "}"
}
