package remotewrite

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/drivers/internal/delivery"
)

// packageName begins errors and log lines.
const packageName = "remotewrite"

// ConfigError is the error of New. Field is the name of the field of Config, and Err says
// what is wrong with it, without showing a secret.
type ConfigError = delivery.ConfigError

var (
	// ErrClosed is wrapped by what Once and RunContext return once Close was called.
	ErrClosed = delivery.ErrClosed

	// ErrRunning is wrapped by what RunContext returns while another Run of the driver
	// goes on.
	ErrRunning = delivery.ErrRunning

	// ErrQueueFull is wrapped by what OnError gets when samples were dropped since more
	// waited than Config.QueueSamples.
	ErrQueueFull = errors.New("queue is full")

	// ErrNotWritten is wrapped by the error of a delivery of which the receiver took
	// only a part.
	ErrNotWritten = errors.New("not everything was written")
)

// Driver sends the metrics of a gatherer to one receiver. All methods may be called by
// any goroutine.
type Driver struct {
	config Config
	loop   *delivery.Loop
	client *client
	now    func() time.Time
	asked  atomic.Bool // for a round, whatever the time

	// The rest belongs to the delivery that is under way.
	gathering delivery.Gathering[*dto.MetricFamily]
	tracker   *tracker
	queue     queue
	gathered  int64            // the time of the last round, in milliseconds
	lastDue   time.Time        // when the last round that nobody had asked for was due
	problems  map[string]error // what the last round left out
	lost      error            // why samples were dropped since the queue was last empty
	failures  int              // deliveries in a row that failed and may succeed later
	pause     time.Time        // before which nothing is sent
	pausedBy  error

	mu     sync.Mutex
	status Status
}

// Status is what became of the samples so far.
type Status struct {
	// Version is that which is spoken; VersionAuto before the receiver has answered.
	Version Version
	// Sent are the samples that the receiver has taken, stale markers among them.
	Sent uint64
	// Rejected are those that the receiver refused for good.
	Rejected uint64
	// Dropped are those that were too many for the queue.
	Dropped uint64
	// Waiting are those in the queue.
	Waiting int
}

// New makes a driver; Run starts it. Its error is a *ConfigError.
func New(config Config) (*Driver, error) {
	d, err := newDriver(config)
	if err != nil {
		return nil, err
	}
	d.loop, err = delivery.New(delivery.Config{
		Package:  packageName,
		Deliver:  d.deliver,
		Finish:   d.finish,
		Interval: d.config.Interval,
		Timeout:  d.config.Timeout,
		OnError:  d.config.OnError,

		KeepInterval: true, // samples wait for a receiver that is away
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

func newDriver(config Config) (*Driver, error) {
	config, err := config.complete()
	if err != nil {
		return nil, err
	}
	external, err := config.external()
	if err != nil {
		return nil, err
	}
	client, err := newClient(config)
	if err != nil {
		return nil, err
	}
	return &Driver{
		config:  config,
		client:  client,
		now:     time.Now,
		tracker: newTracker(config.Histograms, external),
		queue:   queue{limit: config.QueueSamples},
		status:  Status{Version: config.Version},
	}, nil
}

// Format prints where the driver sends to, whatever the verb: what it has been configured
// with may be secret.
func (d *Driver) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "remotewrite.Driver to %s", d.client.target)
}

// Once gathers and sends now, what waits in the queue first, and returns why that failed,
// if it did. What could not be sent stays in the queue. After Close it returns ErrClosed.
func (d *Driver) Once() error {
	d.asked.Store(true)
	return d.loop.Once()
}

// Run sends at once and then every Interval, until Close has sent a last time. It returns
// at once if the driver is closed, or running already, which is reported to OnError.
func (d *Driver) Run() { d.loop.Run() }

// RunContext is Run until the context ends, too: then it sends a last time, and returns
// the context's error, joined with that of the delivery. The driver is not closed by
// that: its series get no stale markers, and it may run again. After Close it returns nil,
// or ErrClosed if it was closed before.
//
// While the receiver can't be reached or answers 429 or 5xx, samples are gathered every
// Interval and wait in the queue. It is tried again after a second or so, then after two
// and four, and after that at each interval, but not before the time that the receiver
// asked for by Retry-After, of which ten minutes are heeded at most. Samples that it
// answers with another status are dropped, since the same answer would come again.
func (d *Driver) RunContext(ctx context.Context) error { return d.loop.RunContext(ctx) }

// Close sends a last time what is gathered and what waits, then a stale marker for each
// series, so that they end for the receiver at once and not after five minutes. It takes
// no longer than Timeout, and returns why something could not be sent, which is reported
// to OnError as well. A second Close does nothing and returns nil.
func (d *Driver) Close() error {
	d.asked.Store(true)
	defer d.client.closeIdle()
	return d.loop.Close()
}

// Status returns what became of the samples so far.
func (d *Driver) Status() Status {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.status
}

func (d *Driver) update(f func(*Status)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f(&d.status)
}
