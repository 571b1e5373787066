package otlp

import (
	"context"
	"errors"
	"fmt"

	dto "github.com/prometheus/client_model/go"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"

	"github.com/go-metrics-plus/metrics/drivers/internal/delivery"
)

// packageName begins errors and log lines.
const packageName = "otlp"

var (
	// ErrClosed is wrapped by what Once and RunContext return once Close was called.
	ErrClosed = delivery.ErrClosed

	// ErrRunning is wrapped by what RunContext returns while another Run of the driver
	// goes on.
	ErrRunning = delivery.ErrRunning

	// ErrRejected is wrapped by the error of a delivery of which the receiver took only a
	// part.
	ErrRejected = errors.New("the receiver rejected a part")

	// ErrNotExpressible is wrapped by the reports of metrics that have no counterpart.
	ErrNotExpressible = errors.New("there is nothing like it in OpenTelemetry")
)

// ConfigError is the error of New. Field is the name of the field of Config, and Err says
// what is wrong with it, without showing a secret.
type ConfigError = delivery.ConfigError

// Driver sends the metrics of a gatherer to one receiver. All methods may be called by
// any goroutine.
type Driver struct {
	config   Config
	loop     *delivery.Loop
	resource *resource.Resource
	sender   *sender

	// The rest belongs to the delivery that is under way.
	gathering delivery.Gathering[*dto.MetricFamily]
	bridge    metric.Producer
	families  []*dto.MetricFamily // what the bridge gathers
}

// New makes a driver; Run starts it. Nothing is sent yet. Its error is a *ConfigError.
func New(config Config) (*Driver, error) {
	config, err := config.complete()
	if err != nil {
		return nil, err
	}
	d := &Driver{config: config}
	d.bridge = newBridge(&d.families)
	ctx := context.Background()
	if d.resource, err = resourceOf(ctx, config); err != nil {
		return nil, configError("Resource", "%w", err)
	}
	d.loop, err = delivery.New(delivery.Config{
		Package:  packageName,
		Deliver:  d.deliver,
		Finish:   d.finish,
		Interval: config.Interval,
		Timeout:  config.Timeout,
		OnError:  config.OnError,
	})
	if err != nil {
		return nil, err
	}
	if d.sender, err = newSender(ctx, config, d.loop.Timeout()); err != nil {
		return nil, configError("Exporter", "%w", err)
	}
	return d, nil
}

// Format prints where the driver sends to, whatever the verb: what it has been configured
// with may be secret.
func (d *Driver) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "otlp.Driver to %s", d.sender.target) }

// Once gathers and sends now, and returns why that failed, if it did. After Close it
// returns ErrClosed.
func (d *Driver) Once() error { return d.loop.Once() }

// Run sends at once and then every Interval, until Close has sent a last time. It returns
// at once if the driver is closed, or running already, which is reported to OnError.
func (d *Driver) Run() { d.loop.Run() }

// RunContext is Run until the context ends, too: then it sends a last time, and returns
// the context's error, joined with that of the delivery. The driver is not closed by
// that, and may run again. After Close it returns nil, or ErrClosed if it was closed
// before.
//
// After a failure that may pass it sends again after a second, then after two, and so on
// up to half a minute, or Interval if that is more, each shortened at random, and not
// before the time that the receiver asked for. What is sent again are newer values: they
// include all that was counted before.
func (d *Driver) RunContext(ctx context.Context) error { return d.loop.RunContext(ctx) }

// Close sends a last time, and returns why that failed, which is reported to OnError as
// well. It takes no longer than Timeout, and a few seconds more if code of others hangs. A
// second Close does nothing and returns nil.
func (d *Driver) Close() error { return d.loop.Close() }

// deliver gathers, translates and sends.
func (d *Driver) deliver(ctx context.Context) error {
	families, partial, err := d.gathering.Do(ctx, d.config.Gatherer.Gather)
	if err != nil {
		return err
	}
	problems := map[string]error{}
	if partial != nil {
		problems["gatherer"] = partial
	}
	defer func() { d.loop.Report(problems) }()
	scopes, err := d.translate(ctx, families, problems)
	if err != nil {
		return err
	}
	for request := range split(scopes, d.config.PointsPerRequest) {
		if err := d.sender.send(ctx, &metricdata.ResourceMetrics{Resource: d.resource, ScopeMetrics: request}); err != nil {
			return err
		}
	}
	return nil
}

// finish ends the exporter, after the last delivery.
func (d *Driver) finish(ctx context.Context) error {
	defer d.sender.close()
	return d.sender.exporter.Shutdown(ctx)
}
