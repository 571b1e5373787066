package benchmarks

import (
	"bytes"
	"fmt"
	"testing"
)

// TestCrowds checks that crowds show as many series as they say, and the same values in
// every library.
func TestCrowds(t *testing.T) {
	for _, of := range crowds {
		c := of.open(crowdOf(400))
		c.register()
		c.refresh()
		c.update(2)
		if c.flush != nil {
			c.flush()
		}
		body, err := fetch(c.handler, OpenMetrics, true)
		if err != nil {
			t.Fatal(of.peer, err)
		}
		if n := samples(body); n != c.series() || n != 400 {
			t.Errorf("%s: %d samples, want %d", of.peer, n, c.series())
		}
		ones, twos := 0, 0
		timer := fmt.Sprintf("\nlatency_seconds_count{%s=%q,%s=%q} 2", methodLabel, "GET", routeLabel, "/route/0")
		for line := range bytes.Lines(body) {
			if bytes.HasPrefix(line, []byte("requests_total{")) {
				ones += bytes.Count(line, []byte("} 1.0\n"))
				twos += bytes.Count(line, []byte("} 2.0\n"))
			}
		}
		if ones != 100 || twos != 100 || !bytes.Contains(body, []byte(timer)) {
			t.Errorf("%s: %d counters are 1 and %d are 2, want 100 each, and the first timer to have counted twice:\n%s",
				of.peer, ones, twos, body[max(0, len(body)-2000):])
		}
	}
}
