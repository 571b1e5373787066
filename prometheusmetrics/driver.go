package prometheusmetrics

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Driver shows the metrics of a registry of the go-metrics family to Prometheus.
// It is one collector in a Prometheus registry, however many series it has. All
// methods may be called from any goroutine.
type Driver struct {
	config     Config
	layout     layout
	want       wanted
	registerer prometheus.Registerer // nil if detached
	collector  *collector
	wrapping   wrapping
	space      *space

	current atomic.Pointer[exposition]
	trees   treePool
	kept    kept
	self    selfMetrics
	pushes  pushes

	flushing sync.Mutex // held for the length of a flush; guards state and catalog
	state    state
	catalog  *catalog

	reports    reports
	running    atomic.Bool
	registered atomic.Bool
	closeOnce  sync.Once
	closing    chan struct{}
	closed     atomic.Bool
}

// Prometheus is the driver's name in the original library.
type Prometheus = Driver

// New makes a driver that shows source, nil meaning metrics.DefaultRegistry, in
// the Prometheus registry, under names that begin with namespace and subsystem.
// Start Run to have it flush every flushInterval; with an interval of 0 the
// source is read at each scrape instead. A nil registerer and a negative
// interval are errors.
func New(source Source, flushInterval time.Duration, namespace, subsystem string, registerer prometheus.Registerer) (*Driver, error) {
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
		self, source = newSelfMetrics()
		config.Sources = append(config.Sources, LabelledSource{Source: source})
	}
	d := &Driver{
		self:    self,
		config:  config,
		layout:  newLayout(config),
		want:    wanted{config.Percentiles, config.Layout == LayoutTyped, config.Window},
		catalog: newCatalog(),
		space:   newSpace(),
		closing: make(chan struct{}),
	}
	d.state.metrics = make(map[metricID]*metric)
	d.collector = newCollector(d)
	if !config.Detached {
		if isNil(registerer) {
			return nil, ErrNilRegisterer
		}
		d.registerer = registerer
		if err := d.register(); err != nil {
			return nil, err
		}
	}
	if config.FlushInterval == 0 {
		// What the application registered can't be looked up during a scrape, so
		// it is done for all that is there already.
		d.flush(lookAtNew)
	}
	return d, nil
}

func newLayout(c Config) layout {
	if c.Layout == LayoutTyped {
		return &typedLayout{percentiles: c.Percentiles}
	}
	return newGaugeLayout(c.DurationUnit, c.Percentiles)
}

// Once reads all metrics and publishes what it read, for the scrapes that come
// after it. It returns ErrClosed once the driver is closed, or says which source
// could not be read; a metric that could not be read is left out and told to
// Config.OnError. Concurrent calls take turns.
func (d *Driver) Once() error {
	if d.closed.Load() {
		return ErrClosed
	}
	return d.flush(lookAtNew)
}

// Run flushes at once and then every FlushInterval, until Close; with an
// interval of 0 it only waits for Close. It returns at once if the driver is
// closed, or running already.
func (d *Driver) Run() {
	if err := d.RunContext(context.Background()); errors.Is(err, ErrRunning) {
		d.reports.add(err)
		d.reports.tell(d.config.OnError)
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
		d.flush(lookAtNew)
		ticker := time.NewTicker(d.config.FlushInterval)
		defer ticker.Stop()
		ticks = ticker.C
	} else {
		ticker := time.NewTicker(lookInterval)
		defer ticker.Stop()
		ticks = ticker.C
	}
	for {
		select {
		case <-ticks:
			d.flush(lookAtNew)
		case <-d.closing:
			return nil
		case <-ctx.Done():
			d.flush(lookAtNew)
			return ctx.Err()
		}
	}
}

// Close flushes a last time and stops Run. The last figures stay in the
// Prometheus registry, since a last scrape or push still wants them; Unregister
// takes them out. A second Close does nothing. It always returns nil, and has
// the signature of io.Closer.
func (d *Driver) Close() error {
	d.closeOnce.Do(func() {
		d.flush(lookAtNew)
		d.closed.Store(true)
		close(d.closing)
	})
	return nil
}
