package wire

import (
	"testing"

	"github.com/prometheus/common/model"
)

func TestPlain(t *testing.T) {
	for name, want := range map[string]bool{
		"a": true, "z9": true, "A:_Z": true, "_": true, ":": true, "a0": true,
		"": false, "0": false, "0a": false, "9a": false, "a-b": false, "a b": false, "größe": false, "a\xff": false,
	} {
		if got := plain(name); got != want {
			t.Errorf("%q is plain: %v", name, got)
		}
		if got := model.LegacyValidation.IsValidMetricName(name); got != want {
			t.Errorf("%q is valid in Prometheus: %v", name, got)
		}
		for _, scheme := range []model.EscapingScheme{model.NoEscaping, model.UnderscoreEscaping, model.DotsEscaping} {
			if got, want := escapeName(name, scheme), model.EscapeName(name, scheme); scheme == model.UnderscoreEscaping && got != want {
				t.Errorf("%q is escaped as %q, want %q", name, got, want)
			}
		}
	}
}

func TestAppendName(t *testing.T) {
	for name, want := range map[string]string{
		"a_b": "a_b", "0": `"0"`, "a b": `"a b"`, "a\"\\\n": `"a\"\\\n"`, "": `""`,
	} {
		if got := string(appendName([]byte("x"), name)); got != "x"+want {
			t.Errorf("%q is written as %s, want %s", name, got, want)
		}
	}
}

// TestAppendEscaped escapes quotes only where they would end something.
func TestAppendEscaped(t *testing.T) {
	const text = "\"a\\b\nc\""
	if got := string(appendEscaped(nil, text, true)); got != `\"a\\b\nc\"` {
		t.Errorf("with quotes: %s", got)
	}
	if got := string(appendEscaped(nil, text, false)); got != `"a\\b\nc"` {
		t.Errorf("without: %s", got)
	}
}
