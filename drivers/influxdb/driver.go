package influxdb

import (
	"context"
	"fmt"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/drivers/internal/delivery"
)

// packageName begins errors and log lines.
const packageName = "influxdb"

var (
	// ErrClosed is wrapped by what Once and RunContext return once Close was called.
	ErrClosed = delivery.ErrClosed

	// ErrRunning is wrapped by what RunContext returns while another Run of the same
	// driver is still going on.
	ErrRunning = delivery.ErrRunning
)

// ConfigError is the error of New. Field is the name of the field of Config, and Err says
// what is wrong with it, without showing a secret.
type ConfigError = delivery.ConfigError

// Driver writes to InfluxDB. All methods may be called from any goroutine.
type Driver struct {
	config Config
	loop   *delivery.Loop

	// Whoever makes a delivery uses these.
	gathering delivery.Gathering[*dto.MetricFamily]
	lines     lineWriter
	client    client
	batch     batch
}

// New makes a driver; Run starts it. Nothing is sent yet. Its error is a *ConfigError.
func New(config Config) (*Driver, error) {
	config, to, err := config.complete()
	if err != nil {
		return nil, err
	}
	d := &Driver{config: config}
	d.client.init(config, to)
	d.lines.version = config.MetricVersion
	d.lines.add = d.batch.add
	d.batch.limit, d.batch.write = config.BatchSize, d.client.write
	d.loop, err = delivery.New(delivery.Config{
		Package:  packageName,
		Deliver:  d.deliver,
		Finish:   func(context.Context) error { d.client.close(); return nil },
		Interval: config.Interval,
		Timeout:  config.Timeout,
		OnError:  config.OnError,
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Format prints where the driver sends to, whatever the verb: what it has been configured
// with may be secret.
func (d *Driver) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "influxdb.Driver to %s", d.client.url.Host)
}

// Once gathers and writes now, and returns why that failed, if it did; OnError does not
// get that. An answer other than success is a *StatusError. After Close it returns
// ErrClosed.
func (d *Driver) Once() error { return d.loop.Once() }

// Run delivers at once and then every Interval, until Close has delivered a last time. It
// returns at once if the driver is closed, or running already, which is reported to
// OnError.
func (d *Driver) Run() { d.loop.Run() }

// RunContext is Run until the context ends, too: then it delivers a last time, and
// returns the context's error, joined with that of the delivery. The driver is not
// closed by that, and may run again. After Close it returns nil, or ErrClosed if it was
// closed before.
//
// When the server can't be reached or answers 429 or 5xx, RunContext tries again after a
// second, then after two, and so on up to half a minute, or Interval if that is more, each
// shortened at random, and no sooner than the server's Retry-After says. What it answers
// with any other status would be the same a second later, and the next delivery comes at
// its time. Each is reported to OnError once until a delivery succeeds.
func (d *Driver) RunContext(ctx context.Context) error { return d.loop.RunContext(ctx) }

// Close ends Run, delivers a last time, and returns why that failed, which is reported to
// OnError as well. It takes no longer than Timeout, and a few seconds more if a gatherer
// hangs. A second Close does nothing and returns nil.
func (d *Driver) Close() error { return d.loop.Close() }

// deliver gathers and writes. All values are totals or levels, so that a delivery which
// fails midway is made again from the beginning, with the values of then.
func (d *Driver) deliver(ctx context.Context) error {
	families, partial, err := d.gathering.Do(ctx, d.config.Gatherer.Gather)
	if err != nil {
		return err
	}
	d.lines.now = time.Now().UnixMilli()
	d.batch.begin(ctx)
	for _, family := range families {
		d.lines.family(family)
	}
	err = d.batch.end()
	problems := map[string]error{}
	if partial != nil {
		problems[""] = partial
	}
	d.loop.Report(problems)
	return err
}
