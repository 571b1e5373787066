package metrics

import (
	"math/bits"
	"runtime"
	"sync"
)

// read refreshes a snapshot, and reports whether anything has changed. There is no
// moment at which all buckets had just these counts, but each had it at one
// between the call and the return.
func (s *BucketSample) read(to *BucketSnapshot) bool {
	changed := false
	for {
		sum, n := tally{}, 0
		s.mu.Lock()
		to.rescheme(s.scheme(), &changed)
		if w := s.span.Load(); w != nil {
			if cap(to.buckets) == 0 {
				to.buckets = make([]bucketCount, 0, w.used())
			}
			for i, c := range w.chunks {
				if c != nil {
					n = s.readChunk(c, w.first+i, to, n, &sum, &changed)
				}
			}
		}
		sum.merge(s.offsets)
		version := s.restarts
		whole := s.folding.Load() == 0
		s.mu.Unlock()
		changed = changed || n != len(to.buckets)
		to.buckets = to.buckets[:n]
		if whole {
			changed = changed || sum != to.tally || version != to.restarts
			to.tally, to.restarts = sum, version
			return changed
		}
		runtime.Gosched()
	}
}

// readChunk puts the counts of a chunk behind the first n of the snapshot, adds
// what they stand for to sum, and returns the new n. Hold the lock.
func (s *BucketSample) readChunk(c *chunk, number int, to *BucketSnapshot, n int, sum *tally, changed *bool) int {
	spilled := s.spilledOf(number)
	side, k := to.scheme.At(number << chunkBits)
	step := 1
	if number < 0 {
		step = -1
	}
	var magnitudes tally
	for i := range c {
		content := c[i].Load()
		count := content >> bucketShift
		if spilled != nil {
			count += uint64(spilled.units[i]) * countUnit
		}
		if count == 0 {
			continue
		}
		magnitudes.count += int64(count)
		magnitudes.addProduct(count, side.Lower(k+i*step))
		magnitudes.addProduct(content&offsetMask, 1<<side.Shift(k+i*step))
		b := bucketCount{number<<chunkBits + i, count}
		switch {
		case n == len(to.buckets):
			to.buckets = append(to.buckets, b)
			*changed = true
		case to.buckets[n] != b:
			to.buckets[n] = b
			*changed = true
		}
		n++
	}
	sum.count += magnitudes.count
	sum.addSum(magnitudes.high, magnitudes.low, number < 0)
	return n
}

// addProduct adds a·b.
func (t *tally) addProduct(a, b uint64) {
	high, low := bits.Mul64(a, b)
	var carry uint64
	t.low, carry = bits.Add64(t.low, low, 0)
	t.high += int64(high + carry)
}

// addSum adds high·2^64 + low, or subtracts it.
func (t *tally) addSum(high int64, low uint64, negative bool) {
	var carry uint64
	if negative {
		t.low, carry = bits.Sub64(t.low, low, 0)
		t.high -= high + int64(carry)
	} else {
		t.low, carry = bits.Add64(t.low, low, 0)
		t.high += high + int64(carry)
	}
}

// merge adds another tally.
func (t *tally) merge(other tally) {
	t.count += other.count
	t.addSum(other.high, other.low, false)
}

// bucketSnapshots are reused where one is needed for a moment only.
var bucketSnapshots = sync.Pool{New: func() any { return new(BucketSnapshot) }}

// with calls f with a snapshot that is reused afterwards.
func (s *BucketSample) with(f func(*BucketSnapshot)) {
	snapshot := bucketSnapshots.Get().(*BucketSnapshot)
	defer bucketSnapshots.Put(snapshot)
	s.read(snapshot)
	f(snapshot)
}

// totals returns count and sum since the start.
func (s *BucketSample) totals() (t tally) {
	s.with(func(b *BucketSnapshot) { t = b.tally })
	return t
}

// capture returns a snapshot.
func (s *BucketSample) capture() (Sample, tally) {
	s.wake()
	snapshot := new(BucketSnapshot)
	s.read(snapshot)
	return snapshot, snapshot.tally
}

// statistics fills to with the statistics of everything since the start.
func (s *BucketSample) statistics(to *Statistics, ps []float64) (totals tally) {
	s.wake()
	s.with(func(b *BucketSnapshot) {
		// Counts go up only, so the same count means the same values.
		version := uint64(b.count) + b.restarts<<48
		if !to.current(s, version, ps) {
			b.describe(to, ps)
			to.source, to.version = s, version
		}
		totals = b.tally
	})
	return totals
}

// Clear forgets all values, count and sum included. An update that runs at the
// same time may be cleared in part.
func (s *BucketSample) Clear() { s.restart() }

// Count returns how many values were recorded since the start.
func (s *BucketSample) Count() int64 { return s.totals().Count() }

// Sum returns the sum of all values since the start, or the end of the int64
// range that it went beyond.
func (s *BucketSample) Sum() int64 { return s.totals().Sum() }

// Snapshot returns a *BucketSnapshot of the sample as it is now.
func (s *BucketSample) Snapshot() Sample {
	snapshot, _ := s.capture()
	return snapshot
}

// Size returns the number of buckets in use.
func (s *BucketSample) Size() (n int) {
	s.with(func(b *BucketSnapshot) { n = b.Size() })
	return n
}

// Values returns the middle of each bucket in use, in ascending order; see
// BucketSnapshot.Values.
func (s *BucketSample) Values() (values []int64) {
	s.with(func(b *BucketSnapshot) { values = b.Values() })
	return values
}

// Max returns the highest value, to within the relative error.
func (s *BucketSample) Max() (v int64) {
	s.with(func(b *BucketSnapshot) { v = b.Max() })
	return v
}

// Min returns the lowest value, to within the relative error.
func (s *BucketSample) Min() (v int64) {
	s.with(func(b *BucketSnapshot) { v = b.Min() })
	return v
}

// Mean returns the exact mean.
func (s *BucketSample) Mean() (mean float64) {
	s.with(func(b *BucketSnapshot) { mean = b.Mean() })
	return mean
}

// Variance returns the population's variance; see BucketSnapshot.StdDev.
func (s *BucketSample) Variance() (variance float64) {
	s.with(func(b *BucketSnapshot) { variance = b.Variance() })
	return variance
}

// StdDev returns the population's standard deviation; see BucketSnapshot.StdDev.
func (s *BucketSample) StdDev() (deviation float64) {
	s.with(func(b *BucketSnapshot) { deviation = b.StdDev() })
	return deviation
}

// Percentile returns the value below which the fraction p of all values lies, to
// within the relative error.
func (s *BucketSample) Percentile(p float64) (v float64) {
	s.with(func(b *BucketSnapshot) { v = b.Percentile(p) })
	return v
}

// Percentiles returns the percentiles at ps, all of one moment.
func (s *BucketSample) Percentiles(ps []float64) (vs []float64) {
	s.with(func(b *BucketSnapshot) { vs = b.Percentiles(ps) })
	return vs
}
