package live

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

func TestCut(t *testing.T) {
	for text, want := range map[string]string{
		"short":                   "short",
		"12345678":                "12345678",
		"123456789":               "12345678… (9 bytes)",
		"1234567äx":               "1234567… (10 bytes)",
		strings.Repeat("ä", 1000): "ääää… (2000 bytes)",
	} {
		if got := cut(text, 8); got != want {
			t.Errorf("cut %.20q to %q, want %q", text, got, want)
		}
	}
}

// Numbers are those of JSON where it has them, and what it reads is what was written.
func TestAppendNumber(t *testing.T) {
	for value, want := range map[float64]string{
		0: "0", -1: "-1", 0.5: "0.5", 1e6: "1000000", 1<<53 - 1: "9007199254740991", -(1<<53 - 1): "-9007199254740991",
		1 << 53: "9.007199254740992e+15", 1e300: "1e+300", math.Inf(1): `"Inf"`, math.Inf(-1): `"-Inf"`,
	} {
		if got := string(appendNumber(nil, value)); got != want {
			t.Errorf("%v is written as %s, want %s", value, got, want)
		}
	}
	if got := string(appendNumber(nil, math.NaN())); got != "null" {
		t.Errorf("NaN is written as %s", got)
	}
}

// Texts are what encoding/json reads back, whatever they hold.
func TestAppendString(t *testing.T) {
	all := ""
	for r := range rune(0x180) {
		all += string(r)
	}
	for _, text := range []string{"", "plain", `"quoted" \\`, all, "größe 世界 \u2028", "a\xffb"} {
		var got string
		want := strings.ToValidUTF8(text, "\ufffd")
		if err := json.Unmarshal(appendString(nil, text), &got); err != nil || got != want {
			t.Errorf("%q is read back as %q, %v", text, got, err)
		}
	}
}
