package reports

import (
	"errors"
	"testing"

	"github.com/go-metrics-plus/metrics/internal/hostile"
)

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "a b": "a b", `a"b\c`: `a"b\c`, "Zürich 🙂": "Zürich 🙂",
		"a\nb": `"a\nb"`, "\x1b[2J": `"\x1b[2J"`, "a\xff": `"a\xff"`, "\u202ea": `"\u202ea"`, "\ufeff": `"\ufeff"`,
	} {
		if got := Printable(text); got != want {
			t.Errorf("%q becomes %s, want %s", text, got, want)
		}
	}
	for _, text := range hostile.Texts {
		if got := Cause(errors.New(text)); hostile.Controls(got) {
			t.Errorf("%q is left as it is", text)
		}
	}
}
