package prometheusmetrics

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/internal/reports"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
)

// view is what one gathering brought, and the answers that were made of it.
type view struct {
	driver *Driver              // whose flush is shown, nil for none
	flush  *families.Exposition // sorted by name
	place  int                  // of the driver among the gatherers
	runs   []run
	err    error // of the gathering
	late   bool  // whether a gatherer did not come back in time

	mu      sync.Mutex
	answers []*answer // few: one for each way to ask
}

// run is a number of families that follow each other: some of the driver's, from
// one index to another, or some of other gatherers.
type run struct {
	from, to int
	families []*dto.MetricFamily
}

// newViewSafely survives families that make it panic, such as those that hold nil.
func newViewSafely(timeout time.Duration, calls []*gatherCall, late []bool) (v *view, problems problemSet) {
	defer func() {
		if cause := recover(); cause != nil {
			err := fmt.Errorf("prometheusmetrics: joining what was gathered panicked: %v", reports.Cause(cause))
			v, problems = &view{err: err}, problemSet{"join": err}
		}
	}()
	return newView(timeout, calls, late)
}

// newView puts together what calls brought. The problems have keys that stay the
// same for as long as they last.
func newView(timeout time.Duration, calls []*gatherCall, late []bool) (*view, problemSet) {
	v := &view{}
	var problems problemSet
	var errs []error
	fail := func(i int, err error) {
		if err != nil {
			errs = append(errs, placed(i, len(calls), err))
			problems.add(fmt.Sprint(i), fmt.Errorf("gatherer %d: %w", i, err))
		}
	}
	gathered := make([][]*dto.MetricFamily, len(calls))
	for i, call := range calls {
		switch {
		case late[i]:
			v.late = true
			fail(i, lateError(timeout))
		case call.flush != nil && v.flush == nil:
			v.driver, v.flush, v.place = call.driver, call.flush, i
		case call.flush != nil: // of one more driver
			gathered[i] = call.flush.DTO()
		default:
			fail(i, call.err)
			gathered[i] = call.families
		}
	}
	v.arrange(gathered, func(i int, name string, err error) {
		problems.add(fmt.Sprint(i, name), fmt.Errorf("gatherer %d: %w", i, err))
	})
	v.err = errors.Join(errs...)
	return v, problems
}

// problemSet are errors by keys that stay the same for as long as they last.
type problemSet map[string]error

func (p *problemSet) add(key string, err error) {
	p.merge(problemSet{key: fmt.Errorf("prometheusmetrics: %w", err)})
}

func (p *problemSet) merge(more problemSet) {
	if *p == nil && len(more) > 0 {
		*p = make(problemSet)
	}
	maps.Copy(*p, more)
}

// arrange orders the families. Those of a single gatherer stay as they are.
func (v *view) arrange(gathered [][]*dto.MetricFamily, refuse func(i int, name string, err error)) {
	if len(gathered) == 1 {
		if v.flush == nil {
			v.add(run{families: gathered[0]})
		}
		v.add(v.own(0))
		return
	}
	joined := newJoin(nil)
	if v.clashes(gathered) {
		// Rare, and worth no effort: the driver's families become like all others.
		gathered[v.place] = v.flush.DTO()
		v.driver, v.flush = nil, nil
	}
	for i, all := range gathered {
		for _, family := range all {
			if len(family.GetMetric()) == 0 {
				continue
			}
			if err := joined.add(family); err != nil {
				refuse(i, family.GetName(), err)
			}
		}
	}
	v.interleave(joined.sorted())
}

// interleave puts families, which are sorted, between those of the driver.
func (v *view) interleave(all []*dto.MetricFamily) {
	from := 0
	for len(all) > 0 && v.flush != nil {
		before, _ := slices.BinarySearchFunc(v.flush.Families[from:], all[0].GetName(), compareName)
		to := from + before
		n := 1
		for n < len(all) && (to == len(v.flush.Families) || all[n].GetName() < v.flush.Families[to].Name) {
			n++
		}
		v.add(run{from: from, to: to})
		v.add(run{families: all[:n]})
		from, all = to, all[n:]
	}
	v.add(run{families: all})
	v.add(v.own(from))
}

// own is what is left of the driver's families.
func (v *view) own(from int) run {
	if v.flush == nil {
		return run{}
	}
	return run{from: from, to: len(v.flush.Families)}
}

func (v *view) add(r run) {
	if r.to > r.from || len(r.families) > 0 {
		v.runs = append(v.runs, r)
	}
}

// clashes reports whether a family uses a name that one of the driver's uses.
func (v *view) clashes(gathered [][]*dto.MetricFamily) bool {
	if v.flush == nil {
		return false
	}
	taken := v.driver.renderings.namesOf(v.flush)
	for _, all := range gathered {
		for _, family := range all {
			for _, name := range families.Names(family.GetName(), family.GetType()) {
				if _, clash := taken[name]; clash {
					return true
				}
			}
		}
	}
	return false
}

func compareName(f *families.Family, name string) int { return strings.Compare(f.Name, name) }
