package live

import (
	"math"
	"slices"

	dto "github.com/prometheus/client_model/go"
)

// tracker knows which series viewers have been sent, under which numbers, and
// the value of each. A series is a row of columns, which are plain numbers: one
// for a counter, one per bucket for a histogram. Every column has a slot, by
// which frames name it.
type tracker struct {
	maxSeries, maxBytes int

	families map[familyKey]*family
	current  [][]*family // by source, in the order of the last round
	spare    []*family   // room for the next round's
	nextID   int         // of families
	values   []float64   // by slot
	times    []int64     // by source: when its values were read, in ms since 1970
	series   int         // that are shown
	slots    int         // that they have
	bytes    int         // what it takes to tell of them, roughly
	round    uint64
	left     []int // by source: series left out when it was last read
	delta    delta
}

type familyKey struct {
	source int
	name   string
}

type family struct {
	id, source       int
	name, help, unit string
	typ              dto.MetricType
	series           []*series            // in the order of the last round
	byLabels         map[string][]*series // made where the order has changed, for one round
	round            uint64
	announced        bool // whether viewers know of it, which they do if it has had series
}

// delta is what one round has found to be new.
type delta struct {
	families  []*family
	series    []*series
	columns   []column
	gone      []int
	changes   []change
	exemplars []exemplar
}

type column struct {
	series, slot int
	name         string
}

type change struct {
	slot  int
	value float64
}

func newTracker(c Config, sources int) *tracker {
	return &tracker{
		maxSeries: c.MaxSeries, maxBytes: c.MaxBytes,
		families: make(map[familyKey]*family), current: make([][]*family, sources),
		times: make([]int64, sources), left: make([]int, sources),
	}
}

// begin starts a round, in which each source may be read once.
func (t *tracker) begin() {
	t.round++
	d := &t.delta
	t.delta = delta{families: d.families[:0], series: d.series[:0], columns: d.columns[:0], gone: d.gone[:0],
		changes: d.changes[:0], exemplars: d.exemplars[:0]}
}

// read takes in what one source gathered. What a source does not have any more
// is gone.
func (t *tracker) read(source int, families []*dto.MetricFamily, time int64) {
	t.times[source], t.left[source] = time, 0
	last := t.current[source]
	t.spare = t.spare[:0]
	for i, gathered := range families {
		if gathered == nil {
			continue
		}
		var f *family
		if i < len(last) && last[i].is(gathered) { // nearly always: no need to look it up
			f = last[i]
		} else {
			f = t.family(source, gathered)
		}
		f.round = t.round
		t.spare = append(t.spare, f)
		t.readSeries(f, gathered)
	}
	for _, f := range last {
		if f.round != t.round {
			t.drop(f.series)
			if key := (familyKey{source, f.name}); t.families[key] == f {
				delete(t.families, key)
			}
		}
	}
	t.current[source], t.spare = t.spare, last
}

// readSeries reads the series of one family.
func (t *tracker) readSeries(f *family, gathered *dto.MetricFamily) {
	same := t.readSame(f, gathered.Metric)
	if same < len(f.series) || same < len(gathered.Metric) {
		t.readChanged(f, gathered.Metric, same)
	}
}

// readSame reads series for as long as they are those of the last round, which
// most often are all, and returns how many that were. It allocates nothing.
func (t *tracker) readSame(f *family, all []*dto.Metric) int {
	for i, metric := range all {
		if i == len(f.series) || !f.series[i].is(metric) || !t.update(f.series[i], metric) {
			return i
		}
		f.series[i].round = t.round
	}
	return len(all)
}

// readChanged reads the series from the given one on, where some have come, gone
// or moved.
func (t *tracker) readChanged(f *family, all []*dto.Metric, from int) {
	last := f.series
	f.series = slices.Clone(last[:from])
	for _, metric := range all[from:] {
		s := f.find(last, metric)
		if s != nil && s.round == t.round { // gathered twice
			t.left[f.source]++
			continue
		}
		if s == nil || !t.update(s, metric) {
			s = t.add(f, metric)
		}
		if s == nil {
			t.left[f.source]++
			continue
		}
		s.round = t.round
		f.series = append(f.series, s)
	}
	f.byLabels = nil
	t.drop(last)
}

// family returns the family's state, new if its type or texts have changed.
func (t *tracker) family(source int, gathered *dto.MetricFamily) *family {
	key := familyKey{source, gathered.GetName()}
	f := t.families[key]
	if f == nil || !f.is(gathered) {
		f = &family{id: t.nextID, source: source, name: key.name, help: gathered.GetHelp(),
			unit: gathered.GetUnit(), typ: gathered.GetType()}
		t.families[key] = f
		t.nextID++
	}
	return f
}

// is reports whether what was gathered is this family, its texts included.
func (f *family) is(gathered *dto.MetricFamily) bool {
	return f.name == gathered.GetName() && f.typ == gathered.GetType() &&
		f.help == gathered.GetHelp() && f.unit == gathered.GetUnit()
}

// find looks a series up that is not where it was in the last round.
func (f *family) find(last []*series, metric *dto.Metric) *series {
	if len(last) == 0 {
		return nil
	}
	if f.byLabels == nil {
		f.byLabels = make(map[string][]*series, len(last))
		for _, s := range last {
			key := labelKey(s.labels)
			f.byLabels[key] = append(f.byLabels[key], s)
		}
	}
	candidates := f.byLabels[labelKey(flatLabels(metric))]
	at := slices.IndexFunc(candidates, func(s *series) bool { return s.is(metric) })
	if at < 0 {
		return nil
	}
	return candidates[at]
}

// add admits a series, unless that would go beyond a limit.
func (t *tracker) add(f *family, metric *dto.Metric) *series {
	s := newSeries(f, metric)
	if cost := s.cost(); t.series >= t.maxSeries || t.bytes+cost > t.maxBytes {
		return nil
	}
	if !f.announced {
		f.announced = true
		t.delta.families = append(t.delta.families, f)
	}
	s.slot = len(t.values)
	for range s.columns {
		t.values = append(t.values, math.NaN())
	}
	t.series++
	t.slots += len(s.columns)
	t.bytes += s.cost()
	t.delta.series = append(t.delta.series, s)
	s.place()
	t.update(s, metric)
	return s
}

// drop forgets those of the series that this round has not seen.
func (t *tracker) drop(all []*series) {
	for _, s := range all {
		if s.round == t.round || s.gone {
			continue
		}
		s.gone = true
		t.series--
		t.slots -= len(s.columns)
		t.bytes -= s.cost()
		t.delta.gone = append(t.delta.gone, s.slot)
	}
}

func (t *tracker) set(slot int, value float64) {
	if math.Float64bits(t.values[slot]) != math.Float64bits(value) {
		t.values[slot] = value
		t.delta.changes = append(t.delta.changes, change{slot, value})
	}
}

// leftOut is how many series are left out.
func (t *tracker) leftOut() (n int) {
	for _, left := range t.left {
		n += left
	}
	return n
}

// sparse reports whether so many slots belong to nobody that numbering anew is
// worth telling the viewers everything.
func (t *tracker) sparse() bool {
	const worthwhile = 4096
	return len(t.values) > 2*t.slots+worthwhile || t.nextID > 2*len(t.families)+worthwhile
}

// whole returns everything that is known, as a delta to nothing.
func (t *tracker) whole() delta {
	var d delta
	for _, families := range t.current {
		for _, f := range families {
			if f.announced {
				d.families = append(d.families, f)
			}
			d.series = append(d.series, f.series...)
		}
	}
	for _, s := range d.series {
		for i := range s.columns {
			d.changes = append(d.changes, change{s.slots[i], t.values[s.slots[i]]})
		}
	}
	return d
}
