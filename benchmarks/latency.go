package benchmarks

import (
	"math/bits"
	"sync"
	"sync/atomic"
	"time"
)

// disturbance is what goes on while goroutines record.
type disturbance struct {
	flush  time.Duration // how often the exposition is brought up to date; 0: never
	scrape time.Duration // how often it is scraped; 0: never
}

// latencies are how long single updates took, with the reading of the clock, in
// nanoseconds: in buckets of which 32 make a power of two.
type latencies struct {
	counts [64 * 32]int64
	total  int64
}

func (l *latencies) add(d time.Duration) {
	l.counts[bucketOf(uint64(max(d, 0)))]++
	l.total++
}

// bucketOf keeps the five bits behind the first: an error of 3 %.
func bucketOf(v uint64) int {
	if v < 32 {
		return int(v)
	}
	shift := bits.Len64(v) - 6
	return (shift+1)*32 + int(v>>shift) - 32
}

// lowestIn is the smallest value of a bucket.
func lowestIn(bucket int) uint64 {
	if bucket < 32 {
		return uint64(bucket)
	}
	return uint64(bucket%32+32) << (bucket/32 - 1)
}

func (l *latencies) merge(other *latencies) {
	for i, n := range other.counts {
		l.counts[i] += n
	}
	l.total += other.total
}

// quantile returns the time that the fraction p of all updates stayed within.
func (l *latencies) quantile(p float64) float64 {
	rank := int64(p * float64(l.total))
	for i, n := range l.counts {
		if rank -= n; rank < 0 {
			return float64(lowestIn(i))
		}
	}
	return 0
}

// recordUnder lets a goroutine per core time its updates, spread over the
// timers of the world, for as long as told, while the world is disturbed.
func recordUnder(e *Exposed, values []Value, d disturbance, window time.Duration) *latencies {
	var (
		ended   atomic.Bool
		stop    = make(chan struct{})
		others  sync.WaitGroup
		workers sync.WaitGroup
		results = make([]latencies, allCores())
	)
	scrapes := func() { scrape(e.Handler, request(Text, false)) }
	others.Go(func() { every(d.flush, stop, e.Flush) })
	others.Go(func() { every(d.scrape, stop, scrapes) })
	for g := range results {
		workers.Go(func() {
			for i := g * len(values) / len(results); !ended.Load(); i++ {
				v := values[i%len(values)]
				start := time.Now()
				e.Record(v.At, v)
				results[g].add(time.Since(start))
			}
		})
	}
	time.Sleep(window)
	ended.Store(true)
	workers.Wait()
	close(stop)
	others.Wait()
	all := &latencies{}
	for i := range results {
		all.merge(&results[i])
	}
	return all
}

// every calls f at once and then again and again, until stopped.
func every(interval time.Duration, stop <-chan struct{}, f func()) {
	if interval == 0 || f == nil {
		return
	}
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		f()
		select {
		case <-ticker.C:
		case <-stop:
			return
		}
	}
}
