package probing

import (
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
)

// Wrapping is what a wrapping registerer adds to all that goes through it.
type Wrapping struct {
	Prefix string         // of names
	Labels []naming.Label // sorted by name
}

// FindWrapping reads it off the text of a descriptor that went through.
func FindWrapping(registerer prometheus.Registerer) (Wrapping, error) {
	_, words, err := register(registerer, nil)
	if err != nil || words == "" {
		return Wrapping{}, err
	}
	return parseWrapping(words), nil
}

// parseWrapping parses what the registry says about a descriptor named "end". Names
// of labels are not quoted in it, and may have any character; they end where a value
// begins.
func parseWrapping(words string) (w Wrapping) {
	_, rest, _ := strings.Cut(words, "fqName: ")
	name, rest := cutQuoted(rest)
	w.Prefix = strings.TrimSuffix(name, "end")
	_, rest, _ = strings.Cut(rest, "constLabels: {")
	for {
		name, value, found := strings.Cut(rest, `="`)
		if !found {
			return w
		}
		value, rest = cutQuoted(`"` + value)
		if name != "__end" {
			w.Labels = append(w.Labels, naming.Label{Name: name, Value: value})
		}
		more, separated := strings.CutPrefix(rest, ",")
		if !separated {
			return w
		}
		rest = more
	}
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
