package metrics

import (
	"cmp"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/go-metrics-plus/metrics/internal/buckets"
)

// floatBuckets counts float64 values in buckets. A sum of floats does not fit into a
// word with a count, as those of integers do, so that a short lock keeps the two
// together. A recorder that finds it taken goes on to the next shard, of which there
// are as many as were ever needed at once: recorders don't wait for each other, nor
// for readers, unless all shards are taken.
type floatBuckets struct {
	scheme *buckets.Scheme
	shards atomic.Pointer[[]*floatShard] // never empty; only added to

	reading  sync.Mutex // guards the rest; taken before a shard's lock
	restarts uint64
	scratch  []bucketCount
	last     float64 // the sum as it was last read
}

// floatShard is part of the counts. Each value is in one shard, wholly.
type floatShard struct {
	mu       sync.Mutex
	sum      floatSum
	zeros    uint64
	positive floatCounts
	negative floatCounts // by the position's magnitude
	_        [64]byte    // a cache line between shards
}

// floatCounts are the counts of a range of positions to one side of zero: values that
// are far from zero are no reason to keep room for all between.
type floatCounts struct {
	first  int // number of the first of the chunks
	chunks []*[chunkSize]uint64
}

func newFloatBuckets(scheme *buckets.Scheme) *floatBuckets {
	f := &floatBuckets{scheme: scheme}
	f.shards.Store(&[]*floatShard{new(floatShard)})
	return f
}

// record counts a finite value n times.
func (f *floatBuckets) record(v float64, n uint64) {
	position := f.scheme.PositionFloat(v)
	shards := *f.shards.Load()
	s := shards[0]
	if len(shards) > 1 || !s.mu.TryLock() {
		s = f.lockAny(shards)
	}
	s.add(position, v, n)
	s.mu.Unlock()
}

// lockAny returns a locked shard, a new one if need be. It begins with one that
// depends on the goroutine.
func (f *floatBuckets) lockAny(shards []*floatShard) *floatShard {
	start := int(stackPlace() * golden >> 33) // Fibonacci hashing
	for i := range shards {
		if s := shards[(start+i)%len(shards)]; s.mu.TryLock() {
			return s
		}
	}
	if len(shards) >= runtime.GOMAXPROCS(0) {
		s := shards[start%len(shards)]
		s.mu.Lock()
		return s
	}
	s := new(floatShard)
	s.mu.Lock()
	for {
		before := f.shards.Load()
		larger := append((*before)[:len(*before):len(*before)], s)
		if f.shards.CompareAndSwap(before, &larger) {
			return s
		}
	}
}

// add counts a value. Hold the lock.
func (s *floatShard) add(position int, v float64, n uint64) {
	switch {
	case position > 0:
		*s.positive.at(position) += n
	case position < 0:
		*s.negative.at(-position) += n
	default:
		s.zeros += n
	}
	if n == 1 {
		s.sum.add(v)
	} else {
		s.sum.addProduct(v, float64(n))
	}
}

// at returns the count of a position, making its chunk if need be.
func (c *floatCounts) at(position int) *uint64 {
	number := position >> chunkBits
	i := number - c.first
	if uint(i) >= uint(len(c.chunks)) || c.chunks[i] == nil {
		i = c.open(number)
	}
	return &c.chunks[i][position&(chunkSize-1)]
}

// open makes the chunk of that number, and returns its index.
func (c *floatCounts) open(number int) int {
	if len(c.chunks) == 0 {
		c.first, c.chunks = number, make([]*[chunkSize]uint64, 1)
	} else if end := c.first + len(c.chunks); number < c.first || number >= end {
		first, end := min(number, c.first), max(number+1, end)
		chunks := make([]*[chunkSize]uint64, end-first)
		copy(chunks[c.first-first:], c.chunks)
		c.first, c.chunks = first, chunks
	}
	c.chunks[number-c.first] = new([chunkSize]uint64)
	return number - c.first
}

// appendCounts appends the buckets that are in use, ascending. Hold the lock.
func (s *floatShard) appendCounts(to []bucketCount) []bucketCount {
	from := len(to)
	to = s.negative.append(to, -1)
	slices.Reverse(to[from:])
	if s.zeros > 0 {
		to = append(to, bucketCount{0, s.zeros})
	}
	return s.positive.append(to, 1)
}

func (c *floatCounts) append(to []bucketCount, sign int) []bucketCount {
	for i, chunk := range c.chunks {
		if chunk == nil {
			continue
		}
		for j, count := range chunk {
			if count > 0 {
				to = append(to, bucketCount{sign * ((c.first+i)<<chunkBits + j), count})
			}
		}
	}
	return to
}

// read refreshes a snapshot, and reports whether anything has changed. Each value
// that it counts is in its sum.
func (f *floatBuckets) read(to *BucketSnapshot) (changed bool) {
	f.reading.Lock()
	defer f.reading.Unlock()
	to.rescheme(f.scheme, &changed)
	var sum floatSum
	counts := f.scratch[:0]
	for _, s := range *f.shards.Load() {
		s.mu.Lock()
		before := len(counts)
		counts = s.appendCounts(counts)
		sum.merge(s.sum)
		s.mu.Unlock()
		if before > 0 && len(counts) > before {
			counts = sortCounts(counts)
		}
	}
	f.scratch = counts
	total := sum.value()
	if len(counts) > 0 && counts[0].position >= 0 {
		// Rounding must not make a sum of positive values go down: Prometheus would
		// take that for a restart.
		total = max(total, f.last)
	}
	f.last = total
	changed = to.setCounts(counts) || changed || total != to.sum || f.restarts != to.restarts
	to.sum, to.restarts = total, f.restarts
	return changed
}

// sortCounts puts the counts of several shards in order, and adds up those of one
// bucket.
func sortCounts(counts []bucketCount) []bucketCount {
	slices.SortFunc(counts, func(a, b bucketCount) int { return cmp.Compare(a.position, b.position) })
	n := 0
	for _, b := range counts[1:] {
		if b.position == counts[n].position {
			counts[n].count += b.count
		} else {
			n++
			counts[n] = b
		}
	}
	return counts[:n+1]
}

// setCounts makes the counts those of a snapshot of floats, and reports whether they
// were others.
func (s *BucketSnapshot) setCounts(counts []bucketCount) (changed bool) {
	n := int64(0)
	for i, b := range counts {
		n += int64(b.count)
		switch {
		case i == len(s.buckets):
			s.buckets = append(s.buckets, b)
			changed = true
		case s.buckets[i] != b:
			s.buckets[i] = b
			changed = true
		}
	}
	changed = changed || len(s.buckets) != len(counts)
	s.buckets = s.buckets[:len(counts)]
	s.tally = tally{count: n}
	return changed
}

// restart forgets everything. A value that is recorded meanwhile is forgotten or
// counted as the first.
func (f *floatBuckets) restart() {
	f.reading.Lock()
	defer f.reading.Unlock()
	for _, s := range *f.shards.Load() {
		s.mu.Lock()
		s.sum, s.zeros, s.positive, s.negative = floatSum{}, 0, floatCounts{}, floatCounts{}
		s.mu.Unlock()
	}
	f.restarts++
	f.last = 0
}
