package wire

import (
	"net/http"
	"strings"
	"testing"
)

// Of a long Accept header only the beginning counts, up to an element that is whole,
// and none of it is kept.
func TestLongAccept(t *testing.T) {
	const openMetrics = "application/openmetrics-text;version=1.0.0"
	filler := strings.Repeat("a/b,", maxAccept)
	for name, test := range map[string]struct {
		accept string
		want   Kind
	}{
		"at the beginning":   {openMetrics + "," + filler, OpenMetrics},
		"behind the limit":   {filler + openMetrics, Text},
		"cut by the limit":   {strings.Repeat(" ", maxAccept-20) + openMetrics, Text},
		"one element":        {strings.Repeat("a", 1<<20), Text},
		"just short enough":  {strings.Repeat(" ", maxAccept-len(openMetrics)) + openMetrics, OpenMetrics},
		"one byte too long":  {strings.Repeat(" ", maxAccept-len(openMetrics)) + openMetrics + ",", Text},
		"with another first": {"text/html," + openMetrics + "," + filler, OpenMetrics},
	} {
		header := http.Header{"Accept": {test.accept}}
		for range 2 { // the second is remembered
			if got := Negotiate(header).Kind; got != test.want {
				t.Errorf("%s: format %d, want %d", name, got, test.want)
			}
		}
	}
	negotiated.RLock()
	defer negotiated.RUnlock()
	for key := range negotiated.formats {
		if len(key.accept) > maxAccept {
			t.Errorf("%d bytes of an Accept header are remembered", len(key.accept))
		}
	}
}

// What is remembered is bounded in number.
func TestManyAccepts(t *testing.T) {
	for i := range 10 * maxNegotiated {
		Negotiate(http.Header{"Accept": {strings.Repeat("a/b,", i)}})
	}
	negotiated.RLock()
	defer negotiated.RUnlock()
	if got := len(negotiated.formats); got > maxNegotiated {
		t.Errorf("%d headers are remembered, want %d at most", got, maxNegotiated)
	}
}
