package gateway

import (
	"errors"
	"fmt"
	"net/http"
)

var (
	// ErrNotSent is wrapped by the cause of a failure for which the gateway was
	// not asked: the families could not be encoded.
	ErrNotSent = errors.New("not sent")

	errNoResponse = errors.New("client returned no response")
	errEnded      = errors.New("client ended its goroutine")
	errEmptyBody  = errors.New("the gateway said nothing")
)

// Failure says why a gateway did not do what a request wanted.
type Failure struct {
	// StatusCode is that of the answer; 0 if there was none.
	StatusCode int
	// Err is the cause: what the gateway said, or why it said nothing. It wraps
	// context.DeadlineExceeded if the time of the request ran out.
	Err error
}

// Error gives the status, if there is one, and the cause.
func (f *Failure) Error() string {
	if f.StatusCode != 0 {
		return fmt.Sprintf("status %d: %v", f.StatusCode, f.Err)
	}
	return f.Err.Error()
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// Temporary reports whether the same request may well succeed a moment later: the
// gateway could not be reached, or answered 429 or 5xx.
func (f *Failure) Temporary() bool {
	return f.StatusCode == http.StatusTooManyRequests || f.StatusCode >= 500 ||
		f.StatusCode == 0 && !errors.Is(f.Err, ErrNotSent)
}

// Kind groups failures: one of each group is worth a report.
func (f *Failure) Kind() string {
	switch {
	case f.StatusCode != 0:
		return fmt.Sprintf("status %d", f.StatusCode)
	case errors.Is(f.Err, ErrNotSent):
		return "not sent"
	case isTimeout(f.Err):
		return "timeout"
	}
	return "no answer"
}
