package prometheusmetrics

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"strings"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/planning"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"
)

// Rule changes how the metrics that it matches are shown. Of the rules of a
// Config, the first that matches a metric is its rule, and the only one.
//
// Match is compared with a metric's whole original name. In it, {x} captures
// one or more characters, as few as possible, and Name and the values of Labels
// may use what was captured:
//
//	Rule{
//		Match:  "request-latency-in-ms-for-broker-{broker}",
//		Name:   "broker.request.latency",
//		Labels: map[string]string{"broker": "{broker}"},
//		Scale:  0.001,
//		Unit:   "seconds",
//	}
type Rule struct {
	// Match is the pattern for the whole name. It must not be empty.
	Match string

	// Name is the new name, before namespace, subsystem and what the layout adds.
	// Empty means that the name stays.
	Name string

	// Labels are added to those that the metric has.
	Labels map[string]string

	// Scale multiplies the values that have a unit: those of gauges, histograms
	// and timers, not counts and rates. 0 means 1. With a negative one histograms and
	// timers are left out, since it would turn their quantiles round.
	Scale float64

	// Kind says what the metric is, where the type that its library gave it
	// misleads.
	Kind Kind

	// Help replaces the description of the name. Empty leaves it.
	Help string

	// Unit is the OpenMetrics unit that the values have after scaling, such as
	// "seconds" or "bytes". Timers are in seconds without being told.
	Unit string

	// Drop leaves the metric out, which is no error and is not reported.
	Drop bool
}

// Kind says what a counter, gauge or meter really is.
type Kind uint8

const (
	// AsItIs leaves the metric the kind that its type says.
	AsItIs Kind = iota
	// AsCounter shows a gauge, or the count of a meter, as a counter.
	AsCounter
	// AsGauge shows a counter, or the count of a meter, as a gauge.
	AsGauge
)

// compiledRule is a rule that was checked, with its pattern made ready.
type compiledRule struct {
	Rule
	pattern *regexp.Regexp
}

var (
	captureName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)
	noRule      = &compiledRule{}
	noPlan      = &planning.Rule{} // noRule as plans know it, for all metrics without a rule
)

// compileRules checks the rules; an error names the rule by number and pattern.
func compileRules(rules []Rule) ([]*compiledRule, error) {
	compiled := make([]*compiledRule, 0, len(rules))
	for i, rule := range rules {
		c, err := compileRule(rule)
		if err != nil {
			return nil, fmt.Errorf("prometheusmetrics: rule %d (match %q): %w", i, rule.Match, err)
		}
		compiled = append(compiled, c)
	}
	return compiled, nil
}

func compileRule(rule Rule) (*compiledRule, error) {
	if rule.Match == "" {
		return nil, fmt.Errorf("match is empty")
	}
	if rule.Kind > AsGauge {
		return nil, fmt.Errorf("there is no kind %d", rule.Kind)
	}
	if math.IsNaN(rule.Scale) || math.IsInf(rule.Scale, 0) {
		return nil, fmt.Errorf("scale %v is not a number to multiply by", rule.Scale)
	}
	known := map[string]bool{}
	expression := strings.Builder{}
	expression.WriteString(`(?s)^`)
	err := eachPart(rule.Match, func(text, capture string) error {
		expression.WriteString(regexp.QuoteMeta(text))
		if capture == "" {
			return nil
		}
		if known[capture] {
			return fmt.Errorf("capture {%s} is used twice", capture)
		}
		known[capture] = true
		expression.WriteString(`(?P<` + capture + `>.+?)`)
		return nil
	})
	if err != nil {
		return nil, err
	}
	expression.WriteByte('$')
	if err := rule.check(known); err != nil {
		return nil, err
	}
	pattern, err := regexp.Compile(expression.String())
	if err != nil {
		return nil, err
	}
	rule.Labels = maps.Clone(rule.Labels)
	return &compiledRule{Rule: rule, pattern: pattern}, nil
}

// check looks at what uses the captures, and at the names of the labels.
func (r Rule) check(known map[string]bool) error {
	uses := func(template string) error {
		return eachPart(template, func(_, capture string) error {
			if capture != "" && !known[capture] {
				return fmt.Errorf("capture {%s} is not in match", capture)
			}
			return nil
		})
	}
	if err := uses(r.Name); err != nil {
		return fmt.Errorf("name %q: %w", r.Name, err)
	}
	for name, value := range r.Labels {
		if !naming.IsLabelName(name) || strings.HasPrefix(name, "__") {
			return fmt.Errorf("%q can't be the name of a label", name)
		}
		if err := uses(value); err != nil {
			return fmt.Errorf("label %s=%q: %w", name, value, err)
		}
	}
	return nil
}

// eachPart goes through a template: text up to a capture, and the capture's
// name; the last part has none.
func eachPart(template string, visit func(text, capture string) error) error {
	for {
		text, rest, opened := strings.Cut(template, "{")
		if strings.Contains(text, "}") {
			return fmt.Errorf("closing brace without an opening one")
		}
		if !opened {
			return visit(text, "")
		}
		capture, after, closed := strings.Cut(rest, "}")
		if !closed {
			return fmt.Errorf("opening brace without a closing one")
		}
		if !captureName.MatchString(capture) {
			return fmt.Errorf("{%s} is not the name of a capture", capture)
		}
		if err := visit(text, capture); err != nil {
			return err
		}
		template = after
	}
}

// match returns the rule for a metric of that name, with the captures put in.
func (r *compiledRule) match(name string) (*compiledRule, bool) {
	found := r.pattern.FindStringSubmatch(name)
	if found == nil {
		return nil, false
	}
	fill := func(template string) string {
		var filled strings.Builder
		eachPart(template, func(text, capture string) error { // checked when it was compiled
			filled.WriteString(text)
			if capture != "" {
				filled.WriteString(found[r.pattern.SubexpIndex(capture)])
			}
			return nil
		})
		return filled.String()
	}
	matched := &compiledRule{Rule: r.Rule, pattern: r.pattern}
	matched.Name = fill(r.Name)
	matched.Labels = make(map[string]string, len(r.Labels))
	for label, value := range r.Labels {
		matched.Labels[label] = fill(value)
	}
	return matched, true
}

// ruleFor returns the first rule that matches, or one that changes nothing.
func ruleFor(rules []*compiledRule, name string) *compiledRule {
	for _, rule := range rules {
		if matched, ok := rule.match(name); ok {
			return matched
		}
	}
	return noRule
}

// planned is the rule as plans know it.
func (r *compiledRule) planned() *planning.Rule {
	if r == noRule {
		return noPlan
	}
	kind := reading.Unknown
	switch r.Kind {
	case AsCounter:
		kind = reading.Counter
	case AsGauge:
		kind = reading.Gauge
	}
	return &planning.Rule{
		Match: r.Match, Name: r.Name, Labels: r.Labels, Scale: r.Scale, Kind: kind, Help: r.Help, Unit: r.Unit, Drop: r.Drop,
	}
}
