package probing

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics/internal/reports"
)

// mark begins the help texts of descriptors that are for probing. It makes them differ
// from all that is registered, and names the refused one in an error, also through
// wrapping registerers, which leave help texts as they are.
const mark = "go-metrics-plus probes for name "

// batchSize is how many names are probed by one registration. The registry is locked
// for the length of it, and goes through the rest in vain once a name is refused, so
// it is small; a registration has costs of its own, so it is not very small.
const batchSize = 64

// descriptors is a collector that is never registered, and so never collected.
type descriptors []*prometheus.Desc

func (d descriptors) Describe(descs chan<- *prometheus.Desc) {
	for _, desc := range d {
		descs <- desc
	}
}

func (descriptors) Collect(chan<- prometheus.Metric) {}

// Taken returns which of the names the registry would refuse. Its cost is linear in
// their number, however many are taken. It stops with the first error, since a
// registerer that fails once is not worth asking again.
func Taken(registerer prometheus.Registerer, names []string) (taken map[string]bool, err error) {
	taken = make(map[string]bool)
	for first := 0; first < len(names); {
		batch := names[first:min(first+batchSize, len(names))]
		at, _, err := register(registerer, batch)
		switch {
		case err != nil:
			return nil, err
		case at < 0:
			first += len(batch)
		default:
			taken[batch[at]] = true
			first += at + 1 // those before it passed
		}
	}
	return taken, nil
}

// Same reports whether the registry has, of a name that is taken, no descriptor with
// other label names or another help text than the one given.
func Same(registerer prometheus.Registerer, desc *prometheus.Desc) (same bool) {
	defer func() {
		if recover() != nil {
			same = false
		}
	}()
	end := prometheus.NewDesc("end", mark+"end", nil, prometheus.Labels{"__end": ""})
	refusal := registerer.Register(descriptors{desc, end})
	if refusal == nil {
		registerer.Unregister(descriptors{desc, end})
		return false
	}
	return strings.Contains(refusal.Error(), `help: "`+mark+`end"`)
}

// register probes for a batch of names. It returns the index of the first that is
// refused, -1 for none, and the registry's words, which are empty if it took all.
func register(registerer prometheus.Registerer, names []string) (at int, words string, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("registerer panicked: %v", reports.Cause(cause))
		}
	}()
	collector := make(descriptors, 0, len(names)+1)
	for i, name := range names {
		collector = append(collector, prometheus.NewDesc(name, mark+strconv.Itoa(i), nil, nil))
	}
	// Valid but for the label, whose name is reserved: a wrapping registerer keeps the
	// error, and shows in the text what it adds to names and labels.
	end := prometheus.NewDesc("end", mark+"end", nil, prometheus.Labels{"__end": ""})

	refusal := registerer.Register(append(collector, end))
	if refusal == nil { // a registerer that takes anything, as one that wraps nil
		registerer.Unregister(append(collector, end))
		return -1, "", nil
	}
	words = refusal.Error()
	_, after, found := strings.Cut(words, `help: "`+mark)
	if !found {
		return -1, "", fmt.Errorf("registerer refused for a reason of its own: %w", refusal)
	}
	index, _, _ := strings.Cut(after, `"`)
	if index == "end" {
		return -1, words, nil
	}
	at, err = strconv.Atoi(index)
	if err == nil && (at < 0 || at >= len(names)) {
		err = errors.New("registerer refused a name that was not asked for")
	}
	return at, words, err
}
