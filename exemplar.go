package metrics

import (
	"iter"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/go-metrics-plus/metrics/internal/clock"
)

// Exemplar is a value that was recorded together with labels that lead to more
// about it, such as the id of a trace.
type Exemplar struct {
	Labels Labels    // not those of the instrument
	Value  float64   // as recorded: in nanoseconds if it is a timer's
	Time   time.Time // when it was recorded
}

// exemplarRunes is how many runes OpenMetrics allows for names and values.
const exemplarRunes = 128

// exemplar never changes.
type exemplar struct {
	labels *labelSet
	value  float64
	time   time.Time
}

// newExemplar returns nil if there are no labels, or if they have too many runes.
func newExemplar(v float64, labels Labels, t time.Time) *exemplar {
	set := newLabelSet(labels)
	if set == nil {
		return nil
	}
	runes := 0
	for _, pair := range set.pairs {
		runes += utf8.RuneCountInString(pair.name) + utf8.RuneCountInString(pair.value)
	}
	if runes > exemplarRunes {
		return nil
	}
	return &exemplar{set, v, t}
}

func (e *exemplar) export() Exemplar {
	return Exemplar{e.labels.Labels(), e.value, e.time}
}

// all returns the exemplar, if it isn't nil.
func (e *exemplar) all() iter.Seq[Exemplar] {
	return func(yield func(Exemplar) bool) {
		if e != nil {
			yield(e.export())
		}
	}
}

// exemplars keeps the latest of each classic bucket. Nothing is allocated before
// there is one.
type exemplars struct {
	slots atomic.Pointer[[]atomic.Pointer[exemplar]]
}

// keep stores an exemplar in a slot, in place of the one before; count is the number
// of slots.
func (x *exemplars) keep(e *exemplar, slot, count int) {
	slots := x.slots.Load()
	if slots == nil {
		made := make([]atomic.Pointer[exemplar], count)
		x.slots.CompareAndSwap(nil, &made)
		slots = x.slots.Load()
	}
	if slots != nil && slot < len(*slots) {
		(*slots)[slot].Store(e)
	}
}

// clear forgets all.
func (x *exemplars) clear() { x.slots.Store(nil) }

// refresh makes list the current exemplars, and reports whether they have changed. An
// unchanged list stays the same pointer.
func (x *exemplars) refresh(list **exemplarList) bool {
	slots := x.slots.Load()
	if slots == nil {
		had := *list != nil
		*list = nil
		return had
	}
	same := *list != nil && len((*list).slots) == len(*slots)
	for i := 0; same && i < len(*slots); i++ {
		same = (*list).slots[i] == (*slots)[i].Load()
	}
	if same {
		return false
	}
	fresh := &exemplarList{make([]*exemplar, len(*slots))}
	for i := range *slots {
		fresh.slots[i] = (*slots)[i].Load()
	}
	*list = fresh
	return true
}

// exemplarList is the exemplars of one moment. It never changes, and may be nil.
type exemplarList struct {
	slots []*exemplar // by classic bucket; nil where there is none
}

// all returns the exemplars in ascending order of their buckets.
func (l *exemplarList) all() iter.Seq[Exemplar] {
	return func(yield func(Exemplar) bool) {
		if l == nil {
			return
		}
		for _, e := range l.slots {
			if e != nil && !yield(e.export()) {
				return
			}
		}
	}
}

// merge keeps the later of two in each bucket. If the bounds differ, it returns l.
func (l *exemplarList) merge(other *exemplarList) *exemplarList {
	switch {
	case l == nil:
		return other
	case other == nil || len(l.slots) != len(other.slots):
		return l
	}
	merged := &exemplarList{make([]*exemplar, len(l.slots))}
	for i, e := range l.slots {
		if o := other.slots[i]; e == nil || o != nil && o.time.After(e.time) {
			e = o
		}
		merged.slots[i] = e
	}
	return merged
}

// keepExemplar keeps one for v, which has just been recorded.
func (s *histogramState) keepExemplar(v int64, labels Labels, t time.Time) {
	e := newExemplar(float64(v), labels, t)
	if e == nil {
		return
	}
	slot, slots := 0, 1
	if sample, ok := s.recorder.(*BucketSample); ok {
		scheme := sample.span.Load().scheme
		slot, slots = scheme.ClassicOf(v), len(scheme.Bounds())+1
	}
	s.exemplars.keep(e, slot, slots)
}

// snapshotExemplars returns the exemplars, and passes them on to a snapshot of
// buckets.
func (s *histogramState) snapshotExemplars(sample Sample) (list *exemplarList) {
	if s.exemplars.refresh(&list); list != nil {
		if buckets, ok := sample.(*BucketSnapshot); ok && s.recorder != recorder(buckets) {
			buckets.examples = list
		}
	}
	return list
}

// IncWithExemplar is Inc, and keeps n and the labels as the counter's exemplar. It
// is dropped, but n is counted, if names and values of the labels have more than
// 128 runes in all; without labels there is none.
func (c Counter) IncWithExemplar(n int64, labels Labels) {
	if c.state == nil {
		return
	}
	c.Inc(n)
	if e := newExemplar(float64(n), labels, time.Now()); e != nil {
		c.state.extras().exemplar.Store(e)
	}
}

func (c Counter) exemplar() *exemplar {
	if c.state == nil {
		return nil
	}
	if rare := c.state.rare.Load(); rare != nil {
		return rare.exemplar.Load()
	}
	return nil
}

// UpdateWithExemplar is Update, and keeps the value and the labels as an exemplar:
// the latest for each bucket of a BucketSample's classic histogram, else the latest
// of all. It is dropped, but the value is counted, if names and values of the
// labels have more than 128 runes in all; without labels there is none. It
// allocates and takes half a microsecond, so use it for what is traced.
func (h Histogram) UpdateWithExemplar(value int64, labels Labels) {
	if h.state != nil {
		t := time.Now()
		h.state.record(value, clock.Since(t))
		h.state.keepExemplar(value, labels, t)
	}
}

// UpdateWithExemplar is Update, and keeps the duration and the labels as an
// exemplar: see Histogram.UpdateWithExemplar.
func (t Timer) UpdateWithExemplar(d time.Duration, labels Labels) {
	if t.state == nil {
		return
	}
	at := time.Now()
	t.state.record(int64(d), clock.Since(at))
	if h := t.distribution(); h.state != nil {
		h.state.keepExemplar(int64(d), labels, at)
	}
}

// Exemplars returns the counter's exemplar, if it has one.
func (s CounterSnapshot) Exemplars() iter.Seq[Exemplar] { return s.exemplar.all() }

// Exemplars returns the exemplars in the order of their values.
func (v sampleValues) Exemplars() iter.Seq[Exemplar] { return v.exemplars.all() }

// Exemplars returns the exemplars, at most one for each classic bucket, in the order
// of their values.
func (s *BucketSnapshot) Exemplars() iter.Seq[Exemplar] { return s.examples.all() }
