package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/gateway"
)

func TestFailure(t *testing.T) {
	cause := errors.New("cause")
	for _, test := range []struct {
		status    int
		err       error
		text      string
		kind      string
		temporary bool
	}{
		{400, cause, "status 400: cause", "status 400", false},
		{428, cause, "status 428: cause", "status 428", false},
		{429, cause, "status 429: cause", "status 429", true},
		{430, cause, "status 430: cause", "status 430", false},
		{499, cause, "status 499: cause", "status 499", false},
		{500, cause, "status 500: cause", "status 500", true},
		{503, cause, "status 503: cause", "status 503", true},
		{0, cause, "cause", "no answer", true},
		{0, fmt.Errorf("no answer: %w", context.DeadlineExceeded), "no answer: context deadline exceeded", "timeout", true},
		{0, fmt.Errorf("%w: no such family", gateway.ErrNotSent), "not sent: no such family", "not sent", false},
	} {
		f := &gateway.Failure{StatusCode: test.status, Err: test.err}
		if f.Error() != test.text || f.Kind() != test.kind || f.Temporary() != test.temporary || !errors.Is(f, test.err) {
			t.Errorf("%q is of kind %q, temporary %v; want %q of kind %q, %v",
				f, f.Kind(), f.Temporary(), test.text, test.kind, test.temporary)
		}
	}
}
