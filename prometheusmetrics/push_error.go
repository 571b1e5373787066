package prometheusmetrics

import (
	"errors"
	"fmt"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/gateway"
)

// PushError says that a Pushgateway did not take a push, or a deletion.
type PushError struct {
	// Op is "push" or "delete".
	Op string
	// URL is that of the group, with a password masked.
	URL string
	// StatusCode is that of the gateway's answer; 0 if there was none.
	StatusCode int
	// Err is the cause: what the gateway said, or why there was no answer. It
	// wraps context.DeadlineExceeded if PushOptions.Timeout ran out.
	Err error
}

// Error names the group and the cause.
func (e *PushError) Error() string {
	if e.StatusCode != 0 {
		return fmt.Sprintf("prometheusmetrics: %s to %s: status %d: %v", e.Op, e.URL, e.StatusCode, e.Err)
	}
	return fmt.Sprintf("prometheusmetrics: %s to %s: %v", e.Op, e.URL, e.Err)
}

// Unwrap returns the cause.
func (e *PushError) Unwrap() error { return e.Err }

// failure is the error as its room knows it.
func (e *PushError) failure() *gateway.Failure {
	return &gateway.Failure{StatusCode: e.StatusCode, Err: e.Err}
}

// temporary reports whether the same request may well succeed a moment later.
func (e *PushError) temporary() bool { return e.failure().Temporary() }

// kind groups failures: each group is reported once.
func (e *PushError) kind() string { return e.Op + ": " + e.failure().Kind() }

// newPushError names the operation and the group that an error of the gateway is
// of.
func newPushError(op string, group *gateway.Group, err error) error {
	var failure *gateway.Failure
	if errors.As(err, &failure) {
		return &PushError{Op: op, URL: group.String(), StatusCode: failure.StatusCode, Err: failure.Err}
	}
	return &PushError{Op: op, URL: group.String(), Err: err}
}
