package otlp

import (
	"encoding/hex"
	"strings"
	"testing"
	"unicode/utf8"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
)

func TestUnits(t *testing.T) {
	for unit, want := range map[string]string{
		"": "", "seconds": "s", "bytes": "By", "ratio": "1", "requests": "{requests}",
	} {
		if got := unitOf(unit); got != want {
			t.Errorf("%q became %q, want %q", unit, got, want)
		}
	}
}

// FuzzExemplar: an identifier has the length that receivers insist on, or stays an
// attribute; nothing gets lost.
func FuzzExemplar(f *testing.F) {
	f.Add("trace_id", "4bf92f3577b34da6a3ce929d0e0e4736", "span_id", "00f067aa0ba902b7")
	f.Add("trace_id", "4bf9", "span_id", "no")
	f.Add("trace_id", "", "user", "\xff")
	f.Fuzz(func(t *testing.T, name1, value1, name2, value2 string) {
		e := exemplarOf(&dto.Exemplar{Value: proto.Float64(1), Label: []*dto.LabelPair{
			{Name: &name1, Value: &value1}, {Name: &name2, Value: &value2},
		}})
		if n := len(e.TraceID); n != 0 && n != traceSize {
			t.Errorf("trace of %d bytes", n)
		}
		if n := len(e.SpanID); n != 0 && n != spanSize {
			t.Errorf("span of %d bytes", n)
		}
		if name1 == name2 || !utf8.ValidString(value1) {
			return
		}
		kept := hex.EncodeToString(e.TraceID) + " " + hex.EncodeToString(e.SpanID)
		for _, a := range e.FilteredAttributes {
			kept += " " + string(a.Key) + "=" + a.Value.AsString()
		}
		if !strings.Contains(kept, strings.ToLower(value1)) && !strings.Contains(kept, value1) {
			t.Errorf("%s=%q is lost: %s", name1, value1, kept)
		}
	})
}
