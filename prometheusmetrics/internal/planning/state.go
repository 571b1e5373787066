package planning

import (
	"fmt"
	"strings"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/keyed"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/sharing"
)

// State is what was committed last. Only Commit changes it, and only one plan is in
// the making at a time.
type State struct {
	config *Config

	metrics []*reading.Metric // of the last plan, in their order
	members []*member         // the same metrics' members

	// What other drivers may look at, with the account of the registry locked; see
	// package sharing.
	families map[string]*family // by name
	users    map[string]*family // by the names that families use beside their own
	series   keyed.Index[*entry]

	exposition *families.Exposition
	arena      *families.Arena
	numbers    slots
	parts      slots
	histograms slots
	versions   uint64 // of histograms

	clashes  map[string]string   // families that are taken in the registry, and by which name
	adopted  map[string]struct{} // families whose help is that of another driver's
	limited  int                 // metrics that the limit leaves out
	reported int                 // how many that were when it was reported
}

// NewState makes the state before the first plan.
func NewState(config Config) *State {
	if config.hash == nil {
		config.hash = hashOf
	}
	s := &State{config: &config, exposition: families.Empty}
	s.families, s.users = make(map[string]*family), make(map[string]*family)
	s.clashes, s.adopted = make(map[string]string), make(map[string]struct{})
	return s
}

// member is a metric and what became of it.
type member struct {
	metric *reading.Metric
	rule   *Rule
	standing
}

// standing is what became of a metric. A plan makes a new one where it changes.
type standing struct {
	admitted *admission // nil if it has no series
	trouble  *trouble   // nil if there is none; once committed it never changes
	visible  bool       // whether the series are exposed, where their families are
}

// trouble is what is wrong with a metric.
type trouble struct {
	problems [conditions]*problem.Problem

	// Why it was not admitted when it was last tried.
	relabelled uint32 // the metric's number then
	tried      uint64 // the account's number then
	blocked    *entry // the series that was taken, or whose family can't be beside another
	needs      int    // how many series it has, where they are too many
	notYet     bool   // whether it only has to wait for another driver
}

// condition is something that may be wrong with a metric, whatever else is.
type condition int

const (
	conditionRead       condition = iota // it can't be read
	conditionAdmitted                    // it can't have its series
	conditionRegistered                  // the registry has a name of it already
	conditionDecreased                   // its count went down
	conditions
)

// problem returns the problem of a condition, nil for none.
func (s *standing) problem(c condition) *problem.Problem {
	if s.trouble == nil {
		return nil
	}
	return s.trouble.problems[c]
}

// worst returns what is wrong with the metric, nil for nothing. What leaves it out comes
// first.
func (s *standing) worst() *problem.Problem {
	for c := range conditions {
		if p := s.problem(c); p != nil {
			return p
		}
	}
	return nil
}

// Series returns the metric that exposes a series.
func (s *State) Series(key string) (metric fmt.Stringer, held bool) {
	same := func(e *entry) bool { return s.config.key(e) == key }
	if e, held := s.series.Find(s.config.hash([]byte(key)), same); held {
		return e.origin(), true
	}
	return nil, false
}

// Keys calls each with all series that are held, and the name of the family of each.
func (s *State) Keys(each func(key, family string)) {
	for _, e := range s.series.All() {
		each(s.config.key(e), s.config.Prefix+e.part.family)
	}
}

// Family returns the family of a name, as the registry has it.
func (s *State) Family(name string) (sharing.Family, bool) {
	if short, ours := strings.CutPrefix(name, s.config.Prefix); ours {
		if f, held := s.families[short]; held {
			return f.shared(name), true
		}
	}
	return sharing.Family{}, false
}

// User returns the family that uses a name, be it that of one of its samples.
func (s *State) User(name string) (sharing.Family, bool) {
	if f, held := s.Family(name); held {
		return f, true
	}
	if short, ours := strings.CutPrefix(name, s.config.Prefix); ours {
		if f, held := s.users[short]; held {
			return f.shared(s.config.Prefix + f.name), true
		}
	}
	return sharing.Family{}, false
}

var _ sharing.Holdings = (*State)(nil)

// Exposition is what was committed last.
func (s *State) Exposition() *families.Exposition { return s.exposition }
