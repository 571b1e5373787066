package wire

import (
	"net/http"
	"strings"
	"testing"
	"unsafe"

	"github.com/prometheus/common/expfmt"
)

const openMetrics = "application/openmetrics-text;version=1.0.0"

// Of a long Accept header only the beginning counts, up to an element that is whole,
// and none of it is kept.
func TestLongAccept(t *testing.T) {
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

// What is remembered of a header is a copy, or a megabyte of it would stay with each.
func TestRememberedAcceptsAreCopies(t *testing.T) {
	accept := openMetrics + strings.Repeat(",", 1<<20)
	Negotiate(http.Header{"Accept": {accept}})
	negotiated.RLock()
	defer negotiated.RUnlock()
	remembered := false
	for key := range negotiated.formats {
		if key.accept == accept[:len(key.accept)] && key.accept != "" {
			remembered = remembered || len(key.accept) == maxAccept-1
			if unsafe.StringData(key.accept) == unsafe.StringData(accept) {
				t.Error("a piece of the header is remembered")
			}
		}
	}
	if !remembered {
		t.Error("the header was not remembered")
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

// TestNegotiate asks more often than headers are remembered, and expects expfmt's
// answer each time.
func TestNegotiate(t *testing.T) {
	accepts := []string{
		"", "*/*", "text/plain", "application/openmetrics-text", "text/plain;version=1.0.0;escaping=allow-utf-8",
		"application/openmetrics-text;version=1.0.0;escaping=dots,text/plain;q=0.5",
		"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,text/plain;q=0.3",
		"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text", "nonsense",
	}
	for i := range 3 * maxNegotiated {
		accept := accepts[i%len(accepts)]
		if i%2 == 0 {
			accept += " "
		}
		header := http.Header{"Accept": {accept}}
		want := expfmt.NegotiateAccept(header, expfmt.DefaultOpenMetricsAcceptedFormats()...)
		for range 2 {
			if got := Negotiate(header).ContentType; got != want {
				t.Fatalf("%q: %s, want %s", accept, got, want)
			}
		}
	}
	if allocs := testing.AllocsPerRun(100, func() { Negotiate(http.Header{"Accept": {accepts[5]}}) }); allocs > 1 {
		t.Errorf("%v allocations for a known header", allocs)
	}
}

// Headers that take turns are remembered, all of them.
func TestAcceptsTakeTurns(t *testing.T) {
	accepts := []http.Header{{"Accept": {"text/plain;a=b"}}, {"Accept": {"*/*;c=d"}}, {"Accept": {"text/plain;e=f"}}}
	turn := func() {
		for _, header := range accepts {
			Negotiate(header)
		}
	}
	turn()
	if allocs := testing.AllocsPerRun(100, turn); allocs > 0 {
		t.Errorf("%v allocations for headers that take turns", allocs)
	}
}

// TestNewFormat leaves to expfmt what no encoder of this package writes.
func TestNewFormat(t *testing.T) {
	for contentType, want := range map[expfmt.Format]Kind{
		expfmt.FmtText: Text, expfmt.FmtOpenMetrics_0_0_1: OpenMetrics, expfmt.FmtOpenMetrics_1_0_0: OpenMetrics,
		expfmt.FmtProtoDelim: Protobuf, expfmt.FmtProtoText: Other, expfmt.FmtProtoCompact: Other,
		"application/openmetrics-text; version=2.0.0": Other, "nonsense": Other,
	} {
		if got := NewFormat(contentType); got.Kind != want || got.ContentType != contentType {
			t.Errorf("%s: %+v, want kind %d", contentType, got, want)
		}
	}
}
