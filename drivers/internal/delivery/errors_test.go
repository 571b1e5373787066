package delivery

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func TestStatusFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("no")
		for _, test := range []struct {
			status     int
			retryAfter string
			permanent  bool
			wait       time.Duration
		}{
			{400, "", true, 0},
			{429, "7", false, 7 * s},
			{503, time.Now().Add(time.Minute).UTC().Format(http.TimeFormat), false, time.Minute},
			{503, time.Now().Add(-time.Minute).UTC().Format(http.TimeFormat), false, 0},
			{500, "soon", false, 0},
			{500, "-3", false, 0},
			{500, "99999999999999999999", false, 0},
		} {
			header := http.Header{}
			if test.retryAfter != "" {
				header.Set("Retry-After", test.retryAfter)
			}
			f := StatusFailure(test.status, header, cause)
			if f.Permanent != test.permanent || f.RetryAfter != test.wait || !errors.Is(f, cause) || f.Error() != "no" {
				t.Errorf("status %d with %q became %+v", test.status, test.retryAfter, f)
			}
			if want := fmt.Sprint("status ", test.status); f.Kind != want {
				t.Errorf("kind %q, want %q", f.Kind, want)
			}
		}
		if f := StatusFailure(500, nil, cause); f.RetryAfter != 0 {
			t.Errorf("without a header: %+v", f)
		}
	})
}

func TestFailureOf(t *testing.T) {
	inner := &Failure{Err: errors.New("no"), Kind: "k"}
	if got := failureOf(fmt.Errorf("wrapped: %w", inner)); got != inner {
		t.Errorf("got %+v", got)
	}
	plain := errors.New("plain")
	if got := failureOf(plain); got.Err != plain || got.Permanent || got.Kind != "" || got.RetryAfter != 0 {
		t.Errorf("got %+v", got)
	}
}
