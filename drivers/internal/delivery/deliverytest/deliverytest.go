// Package deliverytest has what the tests of several drivers do alike.
package deliverytest

import (
	"context"
	"errors"
	"testing"

	"github.com/go-metrics-plus/metrics/drivers/internal/delivery"
	"github.com/go-metrics-plus/metrics/internal/logtest"
)

// ErrBroken is what the gatherer of a driver that RunAndClose tests fails with.
var ErrBroken = errors.New("broken")

// Driver is what the drivers have in common that RunAndClose uses.
type Driver interface {
	RunContext(context.Context) error
	Close() error
}

// RunAndClose wants what RunContext and Close meet to be returned, and reported once.
func RunAndClose(t *testing.T, d Driver, reported *logtest.Errors) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.RunContext(ctx); !errors.Is(err, context.Canceled) || !errors.Is(err, ErrBroken) {
		t.Errorf("run: %v", err)
	}
	if err := d.Close(); !errors.Is(err, ErrBroken) {
		t.Errorf("close: %v", err)
	}
	if err := d.RunContext(t.Context()); !errors.Is(err, delivery.ErrClosed) {
		t.Errorf("run after close: %v", err)
	}
	if len(reported.All()) != 1 {
		t.Errorf("reported %v", reported.All())
	}
}
