package reports

import "testing"

func TestMask(t *testing.T) {
	secrets := []string{"s3cret-token", "word"}
	for text, want := range map[string]string{
		"":                              "",
		"nothing in it":                 "nothing in it",
		"s3cret-token, word and a word": "xxxxx, xxxxx and a xxxxx",
		"cut off: s3cret-to":            "cut off: xxxxx",
		"cut off early: s3cr":           "cut off early: xxxxx",
		"too short to tell: s3c":        "too short to tell: s3c",
		"s3cret-t within a text":        "s3cret-t within a text",
	} {
		if got := Mask(text, secrets); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
