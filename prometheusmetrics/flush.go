package prometheusmetrics

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-metrics-plus/metrics"
)

// lookInterval is how old the last look at what the application registered may
// be before a flush looks at all families again.
const lookInterval = time.Minute

// looking says whether a flush may ask the Prometheus registry what it has. A
// flush within a scrape may not: the registry may be locked by it.
type looking bool

const (
	lookAtNew looking = true
	lookAway  looking = false
)

// state is what the flushes know from one to the next.
type state struct {
	flush    uint64 // number of the current one
	failing  bool   // whether a source could not be read
	found    []found
	metrics  map[metricID]*metric
	order    []*metric // as the sources gave them last
	newcomer []*metric
	waiting  []*metric // to be read by a guarded goroutine
	released uint64    // the space's count of releases when left-out metrics were last tried
	looked   time.Time // when all families were last looked at
	unlooked []string  // families that are new since
}

// found is one metric as a source gave it.
type found struct {
	source int
	name   string
	metric any
}

// flush reads all metrics and publishes what it read.
func (d *Driver) flush(looking looking) error {
	err := d.flushLocked(looking)
	d.reports.tell(d.config.OnError)
	return err
}

func (d *Driver) flushLocked(looking looking) error {
	d.flushing.Lock()
	defer d.flushing.Unlock()
	if d.closed.Load() {
		return ErrClosed
	}
	started := time.Now()
	d.state.flush++
	if err := d.find(); err != nil {
		if !d.state.failing { // told once for as long as it lasts
			d.reports.add(err)
		}
		d.state.failing = true
		return err
	}
	d.state.failing = false
	d.match()
	d.readAll()
	d.build()
	if looking == lookAtNew {
		d.look()
	}
	d.publish()
	d.self.record(d, started)
	return nil
}

// find lists what the sources have. A source that panics spoils the flush: what
// it did not get to is not gone.
func (d *Driver) find() (err error) {
	d.state.found = d.state.found[:0]
	for i := range d.config.Sources {
		if err := d.findIn(i); err != nil {
			return err
		}
	}
	return nil
}

func (d *Driver) findIn(source int) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("prometheusmetrics: source %d (%T) panicked: %v", source, d.config.Sources[source].Source, cause)
		}
	}()
	d.config.Sources[source].Source.Each(func(name string, metric any) {
		d.state.found = append(d.state.found, found{source, name, instrumentOf(metric)})
	})
	return nil
}

// match finds the metrics that are known, those that are new, and those that
// have gone. Most flushes find what the last one found, in the same order.
func (d *Driver) match() {
	s := &d.state
	if s.unchanged() {
		return
	}
	s.order = s.order[:0]
	for _, f := range s.found {
		id := f.id()
		m, known := s.metrics[id]
		if !known {
			m = d.newMetric(id, f.metric)
			s.metrics[id] = m
		}
		if m.seen == s.flush {
			continue // given twice
		}
		m.seen = s.flush
		s.order = append(s.order, m)
	}
	for id, m := range s.metrics {
		if m.seen != s.flush {
			d.remove(m)
			delete(s.metrics, id)
		}
	}
}

func (s *state) unchanged() bool {
	if len(s.found) != len(s.order) {
		return false
	}
	for i := range s.found {
		f, m := &s.found[i], s.order[i]
		if f.source != m.id.source || f.name != m.id.name || f.identity() != m.id.identity {
			return false
		}
	}
	return true
}

func (f *found) id() metricID { return metricID{f.source, f.name, f.identity()} }

// identity is the metric itself, which tells it from another under its name, or
// its type where values of the type can't be compared.
func (f *found) identity() any {
	switch ownKind(f.metric) {
	case kindUnknown:
		if typ := reflect.TypeOf(f.metric); typ != nil && typ.Kind() != reflect.Pointer && !reflect.ValueOf(f.metric).Comparable() {
			return typ
		}
	}
	return f.metric
}

func (d *Driver) newMetric(id metricID, value any) *metric {
	m := &metric{id: id, value: value, source: &d.config.Sources[id.source], reading: &reading{}}
	m.rule = ruleFor(d.config.rules, id.name)
	if m.shape.kind = ownKind(value); m.shape.kind != kindUnknown {
		m.own, m.guard = true, metrics.RunsUserCode(value)
	} else {
		m.shape, m.guard = shapeOf(value), true
	}
	return m
}

// readAll reads every metric that can be read.
func (d *Driver) readAll() {
	s := &d.state
	s.waiting = s.waiting[:0]
	for _, m := range s.order {
		m.fresh = false
		switch {
		case m.rule.Drop && m.shape.kind != kindWindow: // which fills up unless it is read
		case m.shape.kind == kindUnknown:
			d.fail(m, ReasonUnsupported, fmt.Errorf("type %T is no metric that the driver can read", m.value))
		case !m.guard:
			d.finishRead(m, m.read(m.reading, d.want))
		case m.stuck == nil || m.stuck.back.Load():
			m.stuck = nil
			s.waiting = append(s.waiting, m)
		case m.shape.kind == kindHealthcheck:
			m.fresh = true // still hanging, still unhealthy
		}
	}
	d.readGuarded(s.waiting)
}

// build gives the metrics that need them their series, in byte order of their
// names, so that it does not depend on the source's order who comes first.
func (d *Driver) build() {
	s := &d.state
	s.newcomer = s.newcomer[:0]
	for _, m := range s.order {
		if m.fresh && m.built && m.guard && m.labelsChanged() {
			d.remove(m)
		}
	}
	retry := s.released != d.space.releases()
	s.released = d.space.releases()
	for _, m := range s.order {
		if !m.fresh || m.rule.Drop {
			continue
		}
		if !m.built && (m.problem == nil || retry || !m.problem.Reason.lasting() || m.labelsChanged()) {
			s.newcomer = append(s.newcomer, m)
		} else if m.built && m.problem != nil && !m.problem.Reason.lasting() {
			d.recovered(m)
		}
	}
	slices.SortStableFunc(s.newcomer, func(a, b *metric) int {
		return cmp.Or(strings.Compare(a.id.name, b.id.name), a.id.source-b.id.source)
	})
	for _, m := range s.newcomer {
		if problem := d.admit(m); problem != nil {
			d.fail(m, problem.Reason, problem.Err)
		} else {
			d.recovered(m)
		}
	}
}

// lasting tells whether a metric that was left out for the reason need not be
// tried again before something else has gone.
func (r Reason) lasting() bool {
	return r != ReasonPanic && r != ReasonTimeout
}

// publish makes the exposition of this flush and swaps it in.
func (d *Driver) publish() {
	d.catalog.rebuild()
	next := &exposition{
		families: d.catalog.families,
		numbers:  make([]float64, d.catalog.slots.length),
		series:   d.catalog.shown,
	}
	if d.catalog.parts.length > 0 {
		next.parts = make([]part, d.catalog.parts.length)
	}
	for _, m := range d.state.order {
		if !m.built {
			continue
		}
		d.checkDecrease(m)
		for i, f := range m.figures {
			next.numbers[m.slot+i] = f.of(m.reading, m.unit)
		}
		for _, s := range m.series {
			if s.part >= 0 {
				next.parts[s.part] = m.part()
			}
		}
	}
	d.current.Store(next)
	d.kept.drop()
}

// look leaves out the families that the application registered itself: it asks
// for those that are new, and for all when the last time is a minute ago.
func (d *Driver) look() {
	s := &d.state
	if d.registerer == nil || !d.registered.Load() {
		return
	}
	all := time.Since(s.looked) >= lookInterval
	if all {
		s.looked, s.unlooked = time.Now(), s.unlooked[:0]
		for name := range d.catalog.drafts {
			s.unlooked = append(s.unlooked, name)
		}
	}
	if len(s.unlooked) == 0 {
		return
	}
	asked := make(map[string][]string) // name to look at, to the families it is for
	for _, family := range s.unlooked {
		if draft := d.catalog.drafts[family]; draft != nil {
			for _, name := range namesToLookAt(&draft.family) {
				asked[name] = append(asked[name], family)
			}
		}
	}
	refused, err := look(d.registerer, slices.Sorted(maps.Keys(asked)))
	if err != nil {
		d.reports.add(fmt.Errorf("prometheusmetrics: can't find out what is registered: %w", err))
	}
	names := make(map[string]string) // family to the name that is taken
	for name := range refused {
		for _, family := range asked[name] {
			names[family] = name
		}
	}
	for _, family := range s.unlooked {
		if draft := d.catalog.drafts[family]; draft != nil {
			taken, isRefused := names[family]
			d.setRefused(draft, isRefused, taken)
		}
	}
	s.unlooked = s.unlooked[:0]
}

// setRefused takes a family out of the exposition, or lets it in again.
func (d *Driver) setRefused(draft *draft, refused bool, taken string) {
	if draft.refused == refused {
		return
	}
	draft.refused, draft.taken = refused, taken
	d.catalog.touch(draft)
	for _, s := range draft.family.series {
		if s.metric == nil {
			continue
		}
		if refused {
			d.report(s.metric, draft.refusal(s.metric))
		} else if s.metric.reported == ReasonRegistered {
			s.metric.reported = ""
		}
	}
}

// refusal is the error for a metric of a family that is refused.
func (d *draft) refusal(m *metric) *MetricError {
	return &MetricError{
		Name: m.id.name, Labels: m.labels, Reason: ReasonRegistered,
		Err: fmt.Errorf("family %s is left out: the application registered %s itself", d.name, d.taken),
	}
}

// checkDecrease reports what is exposed as a counter and went down without
// having been cleared: Prometheus takes that for a restart, and rate() for
// events. A rule can show it as a gauge.
func (d *Driver) checkDecrease(m *metric) {
	if d.config.Layout != LayoutTyped || !m.fresh {
		return
	}
	total, advice := m.reading.value, "; a rule with AsGauge shows it as a gauge"
	switch m.rule.Kind.apply(m.shape.kind) {
	case kindCounter, kindMeter:
	case kindHistogram, kindTimer:
		total, advice = float64(m.reading.stats.Count), ""
	default:
		return
	}
	if total < m.total && m.reading.created.Equal(m.cleared) {
		d.report(m, &MetricError{
			Name: m.id.name, Labels: m.labels, Reason: ReasonDecreased,
			Err: fmt.Errorf("its count is exposed as a counter and went down from %v to %v%s", m.total, total, advice),
		})
	}
	m.total, m.cleared = total, m.reading.created
}
