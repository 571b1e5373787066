package hashicorp

import (
	"strings"

	"github.com/go-metrics-plus/metrics"
)

// familyKey tells families apart. One name may be that of several types: the registry
// exports the first and logs the others.
type familyKey struct {
	kind any // the zero value of the instrument
	name string
}

// familyOf returns the family of a name, made if it is new, or nil if that is one too
// many. Unit and help are set before anybody can find it, so that no flush shows a
// series of it without.
func familyOf[M metrics.Instrument](s *Sink, name string, rule *compiledRule) *family[M] {
	key := familyKey{*new(M), name}
	s.mutex.Lock()
	known, _ := s.families[key].(*family[M])
	full := s.full()
	s.mutex.Unlock()
	if known != nil || full {
		return known
	}
	made := newFamily[M](s, name, rule)
	s.describe(name, made.unit, rule.Help)
	s.mutex.Lock()
	known, _ = s.families[key].(*family[M])
	if known == nil {
		known = made
		s.families[key] = made
	}
	s.mutex.Unlock()
	return known
}

func newFamily[M metrics.Instrument](s *Sink, name string, rule *compiledRule) *family[M] {
	f := &family[M]{name: name, unit: rule.Unit, scale: scaleOf(rule.Scale), vecs: map[string]*vec[M]{}}
	histograms, ok := any(f).(*family[metrics.HistogramFloat64])
	if !ok {
		return f
	}
	if rule.Scale == 0 && (f.unit == "" || f.unit == seconds) && callerMeasures() {
		f.unit, f.scale = seconds, s.measured
	}
	bounds := rule.Bounds
	if bounds == nil {
		bounds = boundsOf(f.unit, s.bounds)
	}
	histograms.make = func(labels metrics.Labels) metrics.HistogramFloat64 {
		return metrics.NewBucketHistogramFloat64(relativeError, bounds, labels)
	}
	return f
}

// describe sets help and unit of a name where the program hasn't.
func (s *Sink) describe(name, unit, help string) {
	described, _ := s.description(name)
	if (help == "" || described.Help != "") && (unit == "" || described.Unit != "") {
		return
	}
	if described.Help == "" {
		described.Help = help
	}
	if described.Unit == "" {
		described.Unit = unit
	}
	if err := metrics.Describe(name, s.registry, described); err != nil {
		s.reports.Once(name, "not described", err)
	}
}

// description returns what is known of a name. Registries are asked for full names.
func (s *Sink) description(name string) (d metrics.Description, ok bool) {
	if prefixed, is := s.registry.(interface{ Prefix() string }); is {
		name = prefixed.Prefix() + name
	}
	if describer, is := s.registry.(interface {
		DescriptionOf(string) (metrics.Description, bool)
	}); is {
		return describer.DescriptionOf(name)
	}
	return d, false
}

// noRule is that of a key that no rule matches.
var noRule = &compiledRule{}

// ruleFor returns the rule for a key, and the metric's name.
func (s *Sink) ruleFor(key []string) (rule *compiledRule, name string) {
	for _, rule := range s.rules {
		if rule.match(key) {
			before := key[:len(key)-len(rule.parts)]
			if len(before) == 0 {
				return rule, clean(rule.Name)
			}
			return rule, joined(before) + "." + clean(rule.Name)
		}
	}
	return noRule, joined(key)
}

// captured returns the labels that are parts of the key.
func (c *compiledRule) captured(key []string) metrics.Labels {
	labels := metrics.Labels{}
	for i, label := range c.captures {
		if label != "" {
			labels[label] = key[len(key)-len(c.parts)+i]
		}
	}
	return labels
}

// joined makes a name of a key: its parts, joined by dots.
func joined(key []string) string { return clean(strings.Join(key, ".")) }

// clean replaces what Prometheus does not allow in names, except for dots, which the
// driver does, so that keys which differ there are the same name from the start.
func clean(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '_', r == ':', r == '.':
			return r
		}
		return '_'
	}, name)
}
