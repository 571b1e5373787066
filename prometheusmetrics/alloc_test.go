//go:build !race

// The race detector has sync.Pool forget what it holds at random, so what is
// allocated under it says nothing.

package prometheusmetrics

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestFlushAllocations holds for any number of metrics, as long as none comes
// or goes.
func TestFlushAllocations(t *testing.T) {
	for _, layout := range layouts {
		d, p, _ := populated(t, Config{Layout: layout}, 110)
		d.trees.Borrow(d.current.Load())
		for name, work := range map[string]func(){
			"flush": func() { once(t, d) },
			"transactional gather": func() {
				_, done, _ := d.Transactional().Gather()
				done()
			},
		} {
			allocations := testing.AllocsPerRun(10, func() {
				p.update()
				work()
			})
			if allocations > 100 {
				t.Errorf("%v: %v allocations for a %s, want at most 100", layout, allocations, name)
			}
		}
	}
}

// TestScrapeAllocations holds for any number of metrics, for the first scrape after
// a flush and for those that find it rendered.
func TestScrapeAllocations(t *testing.T) {
	for _, layout := range layouts {
		d, p, _ := populated(t, Config{Layout: layout}, 110)
		h := d.Handler()
		flush := func() {
			p.update()
			once(t, d)
		}
		flushing := fewestAllocations(flush)
		for _, accept := range []string{acceptHeaders[0], acceptHeaders[8], acceptHeaders[10]} { // one for each format
			for _, encoding := range []string{"", "gzip", "zstd"} {
				r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
				r.Header.Set("Accept", accept)
				r.Header.Set("Accept-Encoding", encoding)
				scrape := func() { h.ServeHTTP(&partsWriter{header: make(http.Header)}, r) }
				first := fewestAllocations(func() {
					flush()
					scrape()
				}) - flushing
				again := fewestAllocations(scrape)
				if first > 50 || again > 40 {
					t.Errorf("%v, %q, %q: %v allocations for the first scrape, %v for the next", layout, accept, encoding, first, again)
				}
			}
		}
	}
}

// fewestAllocations measures more than once, since garbage collections empty the pools.
func fewestAllocations(f func()) float64 {
	return min(testing.AllocsPerRun(10, f), testing.AllocsPerRun(10, f), testing.AllocsPerRun(10, f))
}

// TestBucketedFlushAllocations: buckets, exposed or as statistics, are no exception.
func TestBucketedFlushAllocations(t *testing.T) {
	for _, layout := range layouts {
		source, update := bucketPopulation(100)
		d, _, _, _ := newTestDriver(t, Config{Layout: layout, Registry: source})
		once(t, d)
		allocations := testing.AllocsPerRun(10, func() {
			update()
			once(t, d)
		})
		if allocations > 100 {
			t.Errorf("%v: %v allocations for a flush, want at most 100", layout, allocations)
		}
	}
}
