package hashicorp

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
)

// Rule says what is known of the metrics whose keys it matches.
//
//	Rule{
//		Match: "raft.thread.{thread}.saturation",
//		Help:  "Share of time that a thread of raft was busy",
//		Unit:  "ratio",
//	}
//
// shows the samples of the keys {"raft", "thread", "main", "saturation"} and {"raft",
// "thread", "fsm", "saturation"} as raft.thread.saturation, with the label thread.
type Rule struct {
	// Match is compared with the parts of a key, joined here by dots. {x} stands for
	// any one part, whatever is in it, and makes it the value of the label x. Parts
	// before those that match, such as the service's name that go-metrics puts there,
	// stay before the name. It must not be empty.
	Match string

	// Name is the name in place of what matched. Empty means the parts of Match that
	// are no label, joined by dots.
	Name string

	// Help and Unit describe the metric, unless metrics.Describe has done so before
	// its first value came. The driver shows them, and ends names with the unit, in
	// LayoutTyped.
	Help string
	Unit string

	// Scale multiplies the values of gauges and samples: 0.001 for milliseconds with
	// the unit seconds. 0 means 1, or for samples that come from MeasureSince, where
	// Unit is empty or seconds, what makes seconds of them.
	Scale float64

	// Bounds are those of the classic histogram of samples, after scaling; nil means
	// some that suit the unit.
	Bounds []float64

	// Drop leaves the metric out, which is not reported.
	Drop bool
}

// compiledRule is a rule that was checked, with Match in parts.
type compiledRule struct {
	Rule
	parts    []string // what a part must be; empty for a capture
	captures []string // names of labels; empty for a fixed part
}

var labelName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

func compileRule(rule Rule) (*compiledRule, error) {
	c := &compiledRule{Rule: rule}
	var fixed []string
	for part := range strings.SplitSeq(rule.Match, ".") {
		capture := ""
		if inner, ok := strings.CutPrefix(part, "{"); ok {
			capture, ok = strings.CutSuffix(inner, "}")
			if !ok || !labelName.MatchString(capture) || strings.HasPrefix(capture, "__") {
				return nil, fmt.Errorf("%q is not the name of a label in braces", part)
			}
			if slices.Contains(c.captures, capture) {
				return nil, fmt.Errorf("label {%s} is captured twice", capture)
			}
			part = ""
		} else if part == "" || strings.ContainsAny(part, "{}") {
			return nil, fmt.Errorf("part %q is neither fixed nor a label in braces", part)
		} else {
			fixed = append(fixed, part)
		}
		c.parts, c.captures = append(c.parts, part), append(c.captures, capture)
	}
	if len(fixed) == 0 {
		return nil, fmt.Errorf("no part is fixed, so that it would match anything")
	}
	if math.IsNaN(rule.Scale-rule.Scale) || rule.Scale < 0 {
		return nil, fmt.Errorf("scale %v is not a positive number", rule.Scale)
	}
	if c.Name == "" {
		c.Name = strings.Join(fixed, ".")
	}
	c.Bounds = slices.Clone(rule.Bounds)
	return c, nil
}

// match reports whether the rule is for the key, by its last parts.
func (c *compiledRule) match(key []string) bool {
	if len(key) < len(c.parts) {
		return false
	}
	for i, part := range key[len(key)-len(c.parts):] {
		if c.captures[i] == "" && part != c.parts[i] {
			return false
		}
	}
	return true
}

// scale is a factor for values. Division by a whole number is exact where the
// multiplication by its inverse is not: 9·0.001 is 0.009000000000000001.
type scale struct{ factor, divisor float64 }

var unscaled = scale{1, 1}

// scaleOf returns the scale of a factor, where 0 stands for 1.
func scaleOf(factor float64) scale {
	if factor == 0 {
		return unscaled
	}
	if inverse := math.Round(1 / factor); factor < 1 && 1/inverse == factor {
		return scale{1, inverse}
	}
	return scale{factor, 1}
}

func (s scale) apply(value float64) float64 { return value * s.factor / s.divisor }
