//go:build !race

// The race detector has sync.Pool forget what it holds at random, so what is
// allocated under it says nothing.

package prometheusmetrics

import "testing"

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
