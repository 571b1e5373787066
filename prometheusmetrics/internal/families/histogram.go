package families

import (
	"math"
	"slices"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/unit"
)

// Histogram is classic and native at once, from the same counts, so that both agree
// on count and sum. In the native one only what is exactly zero counts as zero.
type Histogram struct {
	Created   int64 // in nanoseconds since 1970; 0 if it is not known
	Count     uint64
	Sum       float64
	ZeroCount uint64
	Schema    int32

	// Bounds are the upper bounds of the classic buckets, without that of infinity,
	// and Cumulative says how many values are no higher than each.
	Bounds     []float64
	Cumulative []uint64

	Positive, Negative Sparse

	// Exemplars are in the order of their classic buckets; At says for each which
	// bucket that is, len(Bounds) being the one for infinity.
	Exemplars []*Exemplar
	At        []int

	// Version is another one whenever anything of the histogram has changed.
	Version uint64
}

// Sparse is one side of a native histogram, as the exposition has it: runs of
// neighbours, and each count as the difference to the one before.
type Sparse struct {
	Spans  []Span
	Deltas []int64
}

// Span is a run of neighbouring buckets. Offset counts from the end of the span
// before it, or from index 0.
type Span struct {
	Offset int32
	Length uint32
}

// Arena holds the buckets of all histograms of an exposition in a few large slices,
// since a slice for each would be most of what a flush allocates.
type Arena struct {
	counts []uint64
	spans  []Span
	deltas []int64
	bounds []float64 // of the histogram that is being filled
}

// NewArena makes an arena with room for what an earlier one held and a little more.
// Nil stands for one that held nothing.
func NewArena(earlier *Arena) *Arena {
	if earlier == nil {
		return &Arena{}
	}
	return &Arena{
		counts: make([]uint64, 0, roomFor(len(earlier.counts))),
		spans:  make([]Span, 0, roomFor(len(earlier.spans))),
		deltas: make([]int64, 0, roomFor(len(earlier.deltas))),
	}
}

func roomFor(n int) int { return n + n/8 }

// Adopt moves a histogram of an earlier exposition into the arena. If it stayed
// where it is, an idle histogram would keep the whole of an old arena alive.
func (a *Arena) Adopt(h *Histogram) {
	h.Cumulative = appended(&a.counts, h.Cumulative)
	for _, side := range []*Sparse{&h.Positive, &h.Negative} {
		side.Spans, side.Deltas = appended(&a.spans, side.Spans), appended(&a.deltas, side.Deltas)
	}
}

// appended copies items into the arena's slice and returns the copy.
func appended[T any](to *[]T, items []T) []T {
	start := len(*to)
	*to = append(*to, items...)
	return (*to)[start:len(*to):len(*to)]
}

// Fill has h show buckets, with values brought to the unit u from the one that the
// buckets' bounds are in. Where the two differ, the bounds of native buckets do not
// fall on those of the schema any more, and each bucket goes where its middle lies,
// which may double the error. It leaves Created, exemplars and Version alone.
func (a *Arena) Fill(h *Histogram, b *metrics.BucketSnapshot, u unit.Unit) {
	bounds := unit.Unit{Divisor: u.Divisor / b.Unit(), Factor: u.Factor}
	h.Count, h.Sum = uint64(b.Count()), u.Apply(b.SumFloat64())
	h.Schema, h.ZeroCount = b.Schema(), b.ZeroCount()

	start := len(a.counts)
	a.bounds = a.bounds[:0]
	for bound, count := range b.Classic() {
		a.bounds = append(a.bounds, bounds.Apply(bound))
		a.counts = append(a.counts, count)
	}
	h.Cumulative = a.counts[start:len(a.counts):len(a.counts)]
	if !slices.Equal(h.Bounds, a.bounds) { // they hardly ever change, and are shared
		h.Bounds = slices.Clone(a.bounds)
	}

	// The middle is half a bucket below the upper bound: rounding takes it there.
	shift := int32(math.Round(math.Ldexp(math.Log2(bounds.Apply(1)), int(h.Schema))))
	positive := a.newSparse()
	for index, count := range b.Positive() {
		positive.add(a, index+shift, count)
	}
	h.Positive = positive.done(a)
	negative := a.newSparse()
	for index, count := range b.Negative() {
		negative.add(a, index+shift, count)
	}
	h.Negative = negative.done(a)
}

// maxGap is how many empty buckets are written out rather than begun a new span
// for, which takes about as much room as two.
const maxGap = 2

// sparse is one side while it is written.
type sparse struct {
	spans, deltas int   // where in the arena it begins
	next          int32 // the index after the last that was written
	last          int64 // its count
}

func (a *Arena) newSparse() sparse { return sparse{spans: len(a.spans), deltas: len(a.deltas)} }

func (s *sparse) add(a *Arena, index int32, count uint64) {
	gap := index - s.next
	if len(a.spans) == s.spans || gap > maxGap {
		a.spans = append(a.spans, Span{Offset: gap})
		s.next = index
	}
	for s.next < index {
		s.write(a, 0)
	}
	s.write(a, int64(count))
}

func (s *sparse) write(a *Arena, count int64) {
	a.spans[len(a.spans)-1].Length++
	a.deltas = append(a.deltas, count-s.last)
	s.last = count
	s.next++
}

func (s *sparse) done(a *Arena) Sparse {
	return Sparse{
		Spans:  a.spans[s.spans:len(a.spans):len(a.spans)],
		Deltas: a.deltas[s.deltas:len(a.deltas):len(a.deltas)],
	}
}
