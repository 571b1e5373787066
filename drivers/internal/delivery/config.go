package delivery

import (
	"cmp"
	"context"
	"fmt"
	"time"
)

const (
	// DefaultInterval is the interval at which StatsD, Graphite and Telegraf flush.
	DefaultInterval = 10 * time.Second

	// DefaultTimeout is how long a delivery may take if the interval is no shorter.
	DefaultTimeout = 10 * time.Second
)

// Config says what a Loop does. Package and Deliver are needed.
type Config struct {
	// Package is the name of the driver's package. Errors and log lines begin with it.
	Package string

	// Deliver makes one delivery. The context ends with Timeout, or when nobody waits
	// for the delivery any more; Deliver should return soon afterwards. Its calls
	// never overlap. Its errors get the package's name before them, and may wrap a
	// Failure; an error that is only about a part is for Loop.Report.
	Deliver func(ctx context.Context) error

	// Finish is called once, by Close, after the last call of Deliver, whether or not
	// that succeeded, with what is left of its time, unless a call of Deliver has not
	// come back. It may be nil.
	Finish func(ctx context.Context) error

	// Interval is the time from one delivery of Run to the next; 0 means
	// DefaultInterval, negative is an error.
	Interval time.Duration

	// KeepInterval has Run deliver at the interval although deliveries fail, and try again
	// in between: for drivers whose deliveries collect something that later ones send.
	// Otherwise it waits longer and longer.
	KeepInterval bool

	// Timeout bounds one delivery; 0 means DefaultTimeout, or Interval if that is
	// less; negative is an error.
	Timeout time.Duration

	// OnError gets what Run can't return; nil means slog. It runs in a goroutine of its
	// own, one call at a time, and may use the driver.
	OnError func(error)
}

// complete fills in what was left out and refuses what makes no sense.
func (c Config) complete() (Config, error) {
	switch {
	case c.Interval < 0:
		return c, c.negative("Interval", c.Interval)
	case c.Timeout < 0:
		return c, c.negative("Timeout", c.Timeout)
	}
	c.Interval = cmp.Or(c.Interval, DefaultInterval)
	c.Timeout = cmp.Or(c.Timeout, min(DefaultTimeout, c.Interval))
	return c, nil
}

func (c Config) negative(field string, value time.Duration) error {
	return &ConfigError{c.Package, field, fmt.Errorf("%v is negative", value)}
}
