package statsd

import (
	"context"
	"errors"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/drivers/internal/delivery"
)

// packageName begins errors and log lines.
const packageName = "statsd"

var (
	// ErrClosed is wrapped by what Once and RunContext return once Close was called.
	ErrClosed = delivery.ErrClosed

	// ErrRunning is wrapped by what RunContext returns while another Run of the same
	// driver is still going on.
	ErrRunning = delivery.ErrRunning

	// ErrTooLong is wrapped by the report of series whose lines exceed PacketSize.
	ErrTooLong = errors.New("the line is longer than a packet")

	// ErrDuplicate is wrapped by the report of series that would be the same as others,
	// since the protocol leaves only some characters for their names and labels.
	ErrDuplicate = errors.New("another series has the same name and tags")
)

// ConfigError is the error of New. Field is the name of the field of Config, and Err says
// what is wrong with it, without showing a secret.
type ConfigError = delivery.ConfigError

// Driver delivers to a StatsD server. All methods may be called from any goroutine.
type Driver struct {
	config Config
	loop   *delivery.Loop

	// Whoever makes a delivery uses these.
	gathering delivery.Gathering[*dto.MetricFamily]
	series    seriesSet
	writer    writer
	send      sendFunc // writer.add
}

// New makes a driver; Run starts it. Nothing is looked up or sent yet. Its error is a
// *ConfigError.
func New(config Config) (*Driver, error) {
	config, to, err := config.complete()
	if err != nil {
		return nil, err
	}
	d := &Driver{config: config}
	d.series.init(config)
	d.writer.init(to, config.PacketSize)
	d.send = d.writer.add
	d.loop, err = delivery.New(delivery.Config{
		Package:  packageName,
		Deliver:  d.deliver,
		Finish:   func(context.Context) error { d.writer.close(); return nil },
		Interval: config.Interval,
		Timeout:  config.Timeout,
		OnError:  config.OnError,
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Once gathers and sends now, and returns why that failed, if it did; OnError does not
// get that. Over UDP no error means that the packets were sent, not that they have
// arrived. What was not sent of a counter is sent the next time. After Close it returns
// ErrClosed.
func (d *Driver) Once() error { return d.loop.Once() }

// Run delivers at once and then every Interval, until Close has delivered a last time. It
// returns at once if the driver is closed, or running already, which is reported to
// OnError.
func (d *Driver) Run() { d.loop.Run() }

// RunContext is Run until the context ends, too: then it delivers a last time, and
// returns the context's error, joined with that of the delivery. The driver is not
// closed by that, and may run again. After Close it returns nil, or ErrClosed if it was
// closed before. A failed delivery is tried again after a second, then after two, and so
// on up to half a minute, or Interval if that is more, each shortened at random.
func (d *Driver) RunContext(ctx context.Context) error { return d.loop.RunContext(ctx) }

// Close ends Run, delivers a last time, and returns why that failed, which is reported to
// OnError as well. It takes no longer than Timeout, and a few seconds more if a gatherer
// hangs. A second Close does nothing and returns nil.
func (d *Driver) Close() error { return d.loop.Close() }

// deliver gathers and sends. What can't be sent stays owed.
func (d *Driver) deliver(ctx context.Context) error {
	families, partial, err := d.gathering.Do(ctx, d.config.Gatherer.Gather)
	if err != nil {
		return err
	}
	d.writer.begin(ctx)
	d.series.begin(partial == nil)
	for _, family := range families {
		d.sendFamily(family)
	}
	d.series.sendGone(d.send)
	err = d.writer.end()
	d.loop.Report(d.series.losses.Problems(partial))
	return err
}
