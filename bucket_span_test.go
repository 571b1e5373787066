package metrics

import (
	"math"
	"sync/atomic"
	"testing"

	"github.com/go-metrics-plus/metrics/internal/buckets"
)

// TestSpanGrowsBothWays asks for chunks far apart, in either direction.
func TestSpanGrowsBothWays(t *testing.T) {
	s := NewBucketSample(0.05).(*BucketSample)
	s.open()
	chunks := map[int]*chunk{}
	for _, number := range []int{3, 7, -2, 4, 3, -2, 0, 40} {
		c := s.chunkAt(number)
		if known := chunks[number]; known != nil && known != c {
			t.Errorf("chunk %d was replaced", number)
		}
		chunks[number] = c
		c[0].Add(bucketOne)
	}
	w := s.span.Load()
	if w.first != -2 || len(w.chunks) != 43 {
		t.Errorf("from chunk %d, %d of them", w.first, len(w.chunks))
	}
	for number, c := range chunks {
		if w.chunks[number-w.first] != c {
			t.Errorf("chunk %d is lost", number)
		}
	}
	if got := w.used(); got != len(chunks) {
		t.Errorf("%d buckets in use, want %d", got, len(chunks))
	}
	chunks[3].clear()
	if got := w.used(); got != len(chunks)-1 {
		t.Errorf("%d buckets in use after clearing a chunk, want %d", got, len(chunks)-1)
	}
}

// TestSpanExtent counts values at the ends of what spans of all kinds take care of:
// count must either add to the right word or leave the value alone.
func TestSpanExtent(t *testing.T) {
	for _, relativeError := range []float64{0.01, 0.05, 1, 1e9} {
		for _, numbers := range [][]int{{-3}, {-1, 1}, {0}, {2, 5}, {20, 40}, {1000}, {-1, 0, 1, 2, 3}} {
			s := NewBucketSample(relativeError).(*BucketSample)
			w := s.open()
			side := w.scheme.Positive()
			highest := w.scheme.Position(math.MaxInt64)
			for _, number := range numbers {
				if number < highest>>chunkBits {
					s.chunkAt(number)
				}
			}
			for n := range highest {
				lowest := side.Lower(n)
				s.checkCount(t, int64(lowest), n)
				s.checkCount(t, int64(side.Lower(n+1)-1), n)
			}
			for _, v := range []int64{math.MinInt64, -1 << 53, -1, 1<<53 - 1, 1 << 53, math.MaxInt64} {
				s.checkCount(t, v, w.scheme.Position(v))
			}
		}
	}
}

// checkCount has count add v, which belongs to a position.
func (s *BucketSample) checkCount(t *testing.T, v int64, position int) {
	t.Helper()
	w := s.span.Load()
	var word *atomic.Uint64
	before := uint64(0)
	if i := position>>chunkBits - w.first; i >= 0 && i < len(w.chunks) && w.chunks[i] != nil {
		word = &w.chunks[i][position&(chunkSize-1)]
		before = word.Load()
	}
	done, full := s.count(v)
	common := word != nil && v >= 0 && position < w.scheme.Positive().Wide() && v < buckets.Exact
	if done != common || full {
		t.Fatalf("span from chunk %d, %d chunks: %d at %d counted: %v, full: %v", w.first, len(w.chunks), v, position, done, full)
	}
	if done && word.Load()-before != bucketOne+uint64(v)-w.scheme.Positive().Lower(position) {
		t.Fatalf("%d isn't in bucket %d", v, position)
	}
}
