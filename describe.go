package metrics

import (
	"fmt"
	"strings"

	"github.com/go-metrics-plus/metrics/internal/reports"
)

// A Description says what a metric is about, for all series of its name.
type Description struct {
	Help string // a sentence for the reader of a dashboard
	Unit string // what the values count, in the plural as OpenMetrics has it: "bytes"
}

// Describe sets the description of a name, in place of an earlier one. It may come
// before anything is registered under the name, and stays when series are removed.
// The error is for a registry of the user's that has no method
// Describe(string, Description) error.
func Describe(name string, r Registry, d Description) error {
	r = orDefault(r)
	if r, ok := r.(interface {
		Describe(string, Description) error
	}); ok {
		return r.Describe(name, d)
	}
	return unable(r, name, "describe")
}

// Describe sets the description of a name; see the function of that name. The
// error is always nil.
func (r *StandardRegistry) Describe(name string, d Description) error {
	r.describing.Lock()
	defer r.describing.Unlock()
	if r.descriptions == nil {
		r.descriptions = map[string]Description{}
	}
	r.descriptions[name] = d
	return nil
}

// DescriptionOf returns the description that was set for a name.
func (r *StandardRegistry) DescriptionOf(fullName string) (Description, bool) {
	r.describing.RLock()
	defer r.describing.RUnlock()
	d, ok := r.descriptions[fullName]
	return d, ok
}

// Describe sets the description of prefix and name. The error says that the
// parent keeps no descriptions.
func (p *PrefixedRegistry) Describe(name string, d Description) error {
	return Describe(p.prefix+name, p.parent, d)
}

// DescriptionOf returns the description of a full name, as Each gives it, if it
// is under the prefix and the parent keeps descriptions.
func (p *PrefixedRegistry) DescriptionOf(fullName string) (Description, bool) {
	parent, ok := p.parent.(interface {
		DescriptionOf(string) (Description, bool)
	})
	if !ok || !strings.HasPrefix(fullName, p.Prefix()) {
		return Description{}, false
	}
	return parent.DescriptionOf(fullName)
}

// unable is the error for what a registry of the user's has no method for.
func unable(r Registry, name, what string) error {
	return fmt.Errorf("metric %s: %s: %w: %T", reports.Printable(name), what, errUnsupportedRegistry, r)
}
