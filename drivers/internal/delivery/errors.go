package delivery

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/go-metrics-plus/metrics/internal/reports"
)

var (
	// ErrClosed is returned by the methods of a driver that deliver, once Close was
	// called.
	ErrClosed = errors.New("driver is closed")

	// ErrRunning is returned by RunContext while another Run of the same driver is
	// still going on.
	ErrRunning = errors.New("driver is running already")

	errEnded = errors.New("its goroutine was ended")
	errTurn  = errors.New("another delivery is still under way")
)

// Failure is a failed delivery with what the loop should know about it. An error that
// wraps none is temporary, and of the kind "".
type Failure struct {
	// Err is the cause. The Failure adds nothing to its text.
	Err error
	// Kind groups failures: while deliveries fail, one of each kind is reported.
	Kind string
	// Permanent means that the same delivery would fail again a moment later: the
	// next one comes at its interval.
	Permanent bool
	// RetryAfter is how long the other side wants to be left alone; 0 if it did not
	// say. Run heeds up to maxRetryAfter.
	RetryAfter time.Duration
}

// Error is the text of the cause.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// StatusFailure is the failure of a delivery that an HTTP server answered with that
// status: 429 and 5xx are temporary, any other is permanent. The header, which may be
// nil, is looked up for Retry-After.
func StatusFailure(status int, header http.Header, err error) *Failure {
	return &Failure{
		Err:        err,
		Kind:       "status " + strconv.Itoa(status),
		Permanent:  status != http.StatusTooManyRequests && status < 500,
		RetryAfter: retryAfter(header.Get("Retry-After")),
	}
}

// retryAfter reads the header of that name, which is a number of seconds or a date; 0
// if it is neither, or over.
func retryAfter(value string) time.Duration {
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(time.Until(date), 0)
	}
	return 0
}

// failureOf returns the failure that an error wraps, or one that is temporary.
func failureOf(err error) *Failure {
	var failure *Failure
	if errors.As(err, &failure) {
		return failure
	}
	return &Failure{Err: err}
}

// panicked makes an error of what was recovered.
func panicked(cause any) error { return fmt.Errorf("it panicked: %v", reports.Cause(cause)) }
