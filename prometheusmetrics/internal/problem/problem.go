// Package problem says why a metric is left out, in the words that users see.
package problem

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/internal/reports"
)

// Reason is the kind of a problem. The values are those of the driver's exported
// constants, which say more about each.
type Reason string

// The reasons for which a metric, or one of its series, is left out.
const (
	Name        Reason = "name"
	Label       Reason = "label"
	Duplicate   Reason = "duplicate"
	Registered  Reason = "registered"
	Unsupported Reason = "unsupported"
	Panic       Reason = "panic"
	Timeout     Reason = "timeout"
	Limit       Reason = "limit"
	Decreased   Reason = "decreased"
)

// Problem is a reason with its cause. It never changes.
type Problem struct {
	Reason Reason
	Err    error // for people to read
}

// New makes a problem, whose cause is formatted as by fmt.Errorf.
func New(reason Reason, format string, args ...any) *Problem {
	return &Problem{reason, fmt.Errorf(format, args...)}
}

// Same reports whether two problems, either of which may be nil, have one reason.
func Same(a, b *Problem) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Reason == b.Reason
}

// Origin is a metric as its source has it. It never changes.
type Origin struct {
	Name string

	// Of says the original labels; nil if there are none. It is the metric itself where
	// that is an instrument of ours, so that they are not kept twice.
	Of interface{ Labels() metrics.Labels }
}

// Labels returns the original labels as a new map; nil for none.
func (o *Origin) Labels() map[string]string {
	if o.Of == nil {
		return nil
	}
	if labels := o.Of.Labels(); len(labels) > 0 {
		return labels
	}
	return nil
}

// String names the metric with its labels.
func (o *Origin) String() string { return Describe(o.Name, o.Labels()) }

// Describe writes a metric as people read it: the name quoted where it has unprintable
// or no characters, then the labels in order.
func Describe(name string, labels map[string]string) string {
	if quoted := strconv.Quote(name); name == "" || quoted != `"`+name+`"` {
		name = quoted
	}
	if len(labels) == 0 {
		return name
	}
	pairs := make([]string, 0, len(labels))
	for label, value := range labels {
		pairs = append(pairs, fmt.Sprintf("%s=%q", reports.Printable(label), value))
	}
	slices.Sort(pairs)
	return name + "{" + strings.Join(pairs, ",") + "}"
}
