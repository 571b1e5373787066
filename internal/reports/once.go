package reports

import (
	"maps"
	"slices"
	"sync"
)

// Once lets through the problems that were not there the last time. They are
// known by their keys, since the texts of errors may carry addresses and times. Its zero value
// is ready for use.
type Once struct {
	mu   sync.Mutex
	last map[string]error
}

// News returns the problems that are new, in the order of their keys. Those that it
// was not given this time may be new again.
func (o *Once) News(problems map[string]error) []error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(problems) == 0 {
		o.last = nil
		return nil
	}
	var fresh []error
	for _, key := range slices.Sorted(maps.Keys(problems)) {
		if _, told := o.last[key]; !told {
			fresh = append(fresh, problems[key])
		}
	}
	o.last = problems
	return fresh
}
