package metrics

import "testing"

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
