package wire

import (
	"net/http"
	"testing"
)

func TestNegotiateCoding(t *testing.T) {
	for _, test := range []struct {
		accept string
		want   Coding
	}{
		{"", Identity},
		{"gzip", Gzip},
		{"GZIP", Gzip},
		{"x-gzip", Gzip},
		{"zstd", Zstd},
		{"zstd, gzip", Gzip},
		{"gzip, deflate, br, zstd", Gzip},
		{"gzip;q=0.5, zstd;q=0.8", Zstd},
		{"gzip; q=0.5 , zstd ; q=0.4", Gzip},
		{"identity", Identity},
		{"identity, gzip", Gzip},
		{"identity;q=1, gzip;q=0.9", Identity},
		{"gzip;q=0.1", Gzip}, // rather than identity, which is not named
		{"gzip;q=0", Identity},
		{"gzip;q=0.000", Identity},
		{"gzip;q=0, *", Zstd},
		{"*", Gzip},
		{"*;q=0", Identity},
		{"*;q=0, zstd;q=0.1", Zstd},
		{"identity;q=0", Identity}, // nothing else is named, so nothing is allowed
		{"identity;q=0, *;q=0.1", Gzip},
		{"br, deflate", Identity},
		{"gzip;q=2", Identity},
		{"gzip;q=NaN", Identity},
		{"gzip;q=x, zstd", Zstd},
		{"gzip;q=x, *", Gzip}, // what makes no sense does not forbid
		{"gzip;q=2, *", Gzip},
		{"gzip;q=-0.1, *", Gzip},
		{"gzip;level=3;q=0.2, zstd;q=0.1", Gzip},
		{",, ;q=1, gzip,", Gzip},
	} {
		header := http.Header{}
		if test.accept != "" {
			header.Set("Accept-Encoding", test.accept)
		}
		if got := NegotiateCoding(header); got != test.want {
			t.Errorf("%q: %v, want %v", test.accept, got, test.want)
		}
	}
	two := http.Header{"Accept-Encoding": {"gzip;q=0.1", "zstd"}}
	if got := NegotiateCoding(two); got != Zstd {
		t.Errorf("two headers: %v", got)
	}
}

func FuzzNegotiateCoding(f *testing.F) {
	f.Add("gzip;q=0.5, *;q=0")
	f.Fuzz(func(t *testing.T, accept string) {
		header := http.Header{"Accept-Encoding": {accept}}
		if got := NegotiateCoding(header); got >= codings {
			t.Errorf("%q: %d", accept, got)
		}
	})
}
