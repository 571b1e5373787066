package prometheusmetrics

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
)

// A look finds out which names the application has registered itself, without
// registering anything: it asks the registry to register descriptors whose last
// is invalid, so that the call must fail. The registry goes through them in
// order and names the one it refuses, and a name that is registered already is
// refused for its other help text. The descriptors are told apart by that text,
// which comes through wrapping registerers unchanged.

const lookMark = "go-metrics-plus looks at name "

// lookCollector describes what a look asks for. It is never collected, because
// it is never registered.
type lookCollector []*prometheus.Desc

func (c lookCollector) Describe(descs chan<- *prometheus.Desc) {
	for _, desc := range c {
		descs <- desc
	}
}

func (c lookCollector) Collect(chan<- prometheus.Metric) {}

// look returns which of the names the registry would refuse.
func look(registerer prometheus.Registerer, names []string) (refused map[string]bool, err error) {
	refused = make(map[string]bool)
	for first := 0; first < len(names); {
		at, _, err := lookOnce(registerer, names[first:])
		if err != nil {
			return refused, err
		}
		if at < 0 {
			break
		}
		refused[names[first+at]] = true
		first += at + 1 // those before it passed
	}
	return refused, nil
}

// lookOnce returns the index of the first name that is refused, -1 for none, and
// the registry's words.
func lookOnce(registerer prometheus.Registerer, names []string) (at int, words string, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("registerer panicked: %v", cause)
		}
	}()
	collector := make(lookCollector, 0, len(names)+1)
	for i, name := range names {
		collector = append(collector, prometheus.NewDesc(name, lookMark+strconv.Itoa(i), nil, nil))
	}
	// Valid but for the label, whose name is reserved: a wrapping registerer
	// keeps the error, and shows in the text what it adds to names and labels.
	end := lookMark + "end"
	collector = append(collector, prometheus.NewDesc("end", end, nil, prometheus.Labels{"__end": ""}))

	refusal := registerer.Register(collector)
	if refusal == nil { // a registerer that takes anything, as one that wraps nil
		registerer.Unregister(collector)
		return -1, "", nil
	}
	words = refusal.Error()
	_, after, found := strings.Cut(words, `help: "`+lookMark)
	if !found {
		return -1, "", fmt.Errorf("registerer refused for a reason of its own: %w", refusal)
	}
	index, _, _ := strings.Cut(after, `"`)
	if index == "end" {
		return -1, words, nil
	}
	at, err = strconv.Atoi(index)
	if err == nil && at >= len(names) {
		err = errors.New("registerer refused a name that was not asked for")
	}
	return at, words, err
}

// wrapping is what a wrapping registerer adds to all that goes through it.
type wrapping struct {
	prefix string
	labels []naming.Label
}

// findWrapping reads it off the text of a descriptor that went through.
func findWrapping(registerer prometheus.Registerer) (wrapping, error) {
	_, words, err := lookOnce(registerer, nil)
	if err != nil || words == "" {
		return wrapping{}, err
	}
	var w wrapping
	_, rest, _ := strings.Cut(words, "fqName: ")
	name, rest := cutQuoted(rest)
	w.prefix = strings.TrimSuffix(name, "end")
	_, rest, _ = strings.Cut(rest, "constLabels: {")
	for {
		name, quoted, more := strings.Cut(rest, "=")
		if !more || strings.ContainsAny(name, "} ") {
			break
		}
		var value string
		value, rest = cutQuoted(quoted)
		w.labels = append(w.labels, naming.Label{Name: strings.TrimPrefix(name, ","), Value: value})
	}
	return w, nil
}

// cutQuoted takes a quoted string off the front of the text.
func cutQuoted(text string) (value, rest string) {
	quoted, err := strconv.QuotedPrefix(text)
	if err != nil {
		return "", text
	}
	value, _ = strconv.Unquote(quoted)
	return value, text[len(quoted):]
}

// namesToLookAt lists the names that a family must not find taken: those it
// uses itself and, if it looks like the part of a histogram, the histogram.
func namesToLookAt(f *family) []string {
	names := namesUsed(f.name, f.typ)
	for _, suffix := range []string{"_count", "_sum", "_bucket"} {
		if base, found := strings.CutSuffix(f.name, suffix); found && base != "" {
			names = append(names, base)
		}
	}
	return names
}
