package prometheusmetrics

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics/internal/reports"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/planning"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/probing"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/sharing"
)

// Driver shows the metrics of a registry of the go-metrics family to Prometheus.
// It is one collector in a Prometheus registry, however many series it has. All
// methods may be called from any goroutine.
type Driver struct {
	config     Config
	registerer prometheus.Registerer // nil if detached
	wrapping   probing.Wrapping
	collector  *collector
	member     *sharing.Member
	probes     probes
	registered atomic.Bool
	nestedNext int // of the drivers of other registries, which one a probe looks for next

	witness     atomic.Pointer[witness] // of the latest scrape that was examined
	witnessed   atomic.Int64            // how many were
	witnessedOf atomic.Uint64           // when so many drivers had been made

	turns   turns // whoever has the turn uses what follows
	reader  *reading.Reader
	state   *planning.State
	planned []*reading.Metric // what the plan in the making is of
	answers planning.Answers  // and by

	current    atomic.Pointer[families.Exposition] // what scrapes show; nil before the first flush
	status     atomic.Pointer[Status]              // how the flush of current went
	seen       atomic.Uint64                       // reading of the latest exposition that was scraped or pushed
	trees      families.Trees
	renderings renderings
	self       selfMetrics
	pushes     pushes
	reports    reports.Queue

	running    atomic.Bool
	flushed    atomic.Bool // whether anybody has begun to, but for scrapes
	closeBegun atomic.Bool
	closed     atomic.Bool
	closing    chan struct{} // closed when Close has flushed
}

// Prometheus is the driver's name in the original library.
type Prometheus = Driver

// New makes a driver that shows source, nil meaning metrics.DefaultRegistry, in
// the Prometheus registry, under names that begin with namespace and subsystem.
// Start Run to have it flush every flushInterval; with an interval of 0 the
// source is read at each scrape instead. A nil registerer and a negative
// interval are errors.
func New(
	source Source, flushInterval time.Duration, namespace, subsystem string, registerer prometheus.Registerer,
) (*Driver, error) {
	return NewWithConfig(Config{
		Registry:      source,
		FlushInterval: flushInterval,
		Namespace:     namespace,
		Subsystem:     subsystem,
	}, registerer)
}

// NewWithConfig makes a driver and registers it. The configuration is copied.
func NewWithConfig(config Config, registerer prometheus.Registerer) (*Driver, error) {
	config, err := config.complete()
	if err != nil {
		return nil, err
	}
	var self selfMetrics
	if config.SelfMetrics {
		var source Source
		self, source = newSelfMetrics(config.MaxSeries)
		config.Sources, config.self = append(config.Sources, LabelledSource{Source: source}), source
	}
	d := &Driver{config: config, self: self, closing: make(chan struct{})}
	d.reports.Package, d.reports.Patience = packageName, config.CallTimeout
	if !config.Detached {
		if isNil(registerer) {
			return nil, ErrNilRegisterer
		}
		d.registerer = registerer
		if d.wrapping, err = findWrapping(registerer); err != nil {
			return nil, err
		}
	}
	d.reader = reading.New(config.readingSources(), config.drop())
	d.state = planning.NewState(config.planning(d.wrapping))
	d.member = sharing.NewMember(d.state)
	d.probes.init(d)
	if !config.Detached {
		if err := d.register(); err != nil {
			return nil, err
		}
	}
	if config.FlushInterval == 0 {
		// A scrape can't probe the registry, so it is done for all that is there already.
		d.flush()
	}
	return d, nil
}

// Once reads all metrics and publishes what it read, for the scrapes that come
// after it. It returns ErrClosed once the driver is closed, or says which sources
// could not be listed, whose metrics are then read as they were known; a metric that
// could not be read is left out and reported to Config.OnError. Concurrent calls take
// turns. Code of others that hangs keeps it for a few times Config.CallTimeout at
// most.
func (d *Driver) Once() error {
	if d.closed.Load() {
		return ErrClosed
	}
	return d.flush()
}

// Run flushes at once and then every FlushInterval, until Close; with an
// interval of 0 it only waits for Close. It returns at once if the driver is
// closed, or running already.
func (d *Driver) Run() {
	if err := d.RunContext(context.Background()); errors.Is(err, ErrRunning) {
		d.reports.Add(err)
		d.reports.Tell(d.config.OnError)
	}
}

// RunContext is Run until the context ends, too: then it flushes a last time and
// returns the context's error. The driver is not closed by that, and may run
// again. After Close it returns nil, or ErrClosed if it was closed before.
func (d *Driver) RunContext(ctx context.Context) error {
	if d.closed.Load() {
		return ErrClosed
	}
	if !d.running.CompareAndSwap(false, true) {
		return ErrRunning
	}
	defer d.running.Store(false)

	var ticks <-chan time.Time
	if d.config.FlushInterval > 0 {
		d.flush()
		ticker := time.NewTicker(d.config.FlushInterval)
		defer ticker.Stop()
		ticks = ticker.C
	} else {
		ticker := time.NewTicker(probeInterval)
		defer ticker.Stop()
		ticks = ticker.C
	}
	for {
		select {
		case <-ticks:
			d.flush()
		case <-d.closing:
			return nil
		case <-ctx.Done():
			d.flush()
			return ctx.Err()
		}
	}
}

// Close flushes a last time and stops Run. The last values stay in the Prometheus
// registry, since a last scrape or push still wants them; Unregister takes them out.
// A second Close does nothing, and does not wait for the first. It always returns
// nil, and has the signature of io.Closer. Sources and metrics that hang keep it for
// a few times Config.CallTimeout at most.
func (d *Driver) Close() error {
	if d.closeBegun.CompareAndSwap(false, true) {
		d.flush()
		d.closed.Store(true)
		close(d.closing)
	}
	return nil
}
