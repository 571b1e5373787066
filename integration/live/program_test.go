package live

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/live"
)

var update = flag.Bool("update", false, "write the screenshots of the documentation")

// serve serves a handler below /debug/metrics/ and returns the page's address.
func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := serveOn(listener, h)
	t.Cleanup(func() { server.Close() })
	return "http://" + listener.Addr().String() + "/debug/metrics/"
}

func serveOn(listener net.Listener, h http.Handler) *http.Server {
	mux := http.NewServeMux()
	mux.Handle("/debug/metrics/", h)
	server := &http.Server{Handler: mux}
	go server.Serve(listener)
	return server
}

// newPage is a page that ends with the test.
func newPage(t *testing.T, g prometheus.Gatherer, c live.Config) *live.Page {
	t.Helper()
	if c.Title == "" {
		c.Title = "shop"
	}
	page := live.New(g, c)
	t.Cleanup(func() { page.Close() })
	return page
}

// clockwork is a gatherer whose counter grows by so many per second, exactly.
type clockwork struct {
	perSecond float64
	started   time.Time

	mu sync.Mutex
	at time.Time
}

func newClockwork(perSecond float64) *clockwork {
	return &clockwork{perSecond: perSecond, started: time.Now().Truncate(time.Millisecond)}
}

// LastFlush tells for when the values were computed.
func (c *clockwork) LastFlush() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clockwork) Gather() ([]*dto.MetricFamily, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = time.Now().Truncate(time.Millisecond)
	registry := prometheus.NewRegistry()
	for _, code := range []string{"200", "500"} {
		registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "ticks_total", Help: "Goes up evenly.", ConstLabels: prometheus.Labels{"code": code},
		}, func() float64 { return c.perSecond * c.at.Sub(c.started).Seconds() }))
	}
	return registry.Gather()
}

// shop is a driver over the metrics of a made-up shop that began some time ago: a
// second goes by at each gathering, until it is now.
type shop struct {
	*prometheusmetrics.Driver

	requests      *metrics.Vec[metrics.Counter]
	latency       *metrics.Vec[metrics.Timer]
	size          metrics.Histogram
	sent, retries metrics.Meter
	inFlight      metrics.Gauge
	stock         metrics.GaugeFloat64
	random        *rand.Rand

	mu      sync.Mutex
	seconds int
	at      time.Time
}

var routes = []string{"/", "/items/{id}", "/orders", "/report"}

func newShop(t *testing.T, before time.Duration) *shop {
	t.Helper()
	r := metrics.NewRegistry(metrics.WithSample(func() metrics.Sample { return metrics.NewBucketSample(0.1) }))
	s := &shop{
		requests: metrics.NewVec[metrics.Counter](r, "http_requests", "route", "code"),
		latency:  metrics.NewVec[metrics.Timer](r, "http_latency", "route"),
		size:     metrics.GetOrRegisterHistogram("http_response_size", r, nil),
		sent:     metrics.GetOrRegisterMeter("http_sent", r),
		retries:  metrics.GetOrRegisterMeter("payment_retries", r),
		inFlight: metrics.GetOrRegisterGauge("http_in_flight", r),
		stock:    metrics.GetOrRegisterGaugeFloat64("stock_value", r),
		random:   rand.New(rand.NewPCG(1, 2)),
		at:       time.Now().Truncate(time.Second).Add(-before),
	}
	for name, d := range map[string]metrics.Description{
		"http_requests":      {Help: "Requests answered, by route and status code."},
		"http_latency":       {Help: "Time that requests took inside the service.", Unit: "seconds"},
		"http_response_size": {Help: "Sizes of the answers' bodies.", Unit: "bytes"},
		"http_sent":          {Help: "Bytes of the answers' bodies.", Unit: "bytes"},
		"http_in_flight":     {Help: "Requests being answered now."},
		"payment_retries":    {Help: "Calls of the payment provider that had to be made again."},
		"stock_value":        {Help: "Share of the stock that is sold.", Unit: "ratio"},
	} {
		if err := metrics.Describe(name, r, d); err != nil {
			t.Fatal(err)
		}
	}
	r.Register("database", metrics.NewHealthcheck(func(h metrics.Healthcheck) { h.Healthy() }))
	r.Register("payment_provider", metrics.NewHealthcheck(func(h metrics.Healthcheck) { h.Unhealthy(fmt.Errorf("no answer")) }))
	metrics.GetOrRegisterCounter("cache.hits", r).Inc(1)
	metrics.GetOrRegisterCounter("cache_hits", r).Inc(1) // which is the same in Prometheus
	s.Driver = newDriver(t, prometheusmetrics.Config{Registry: r, Namespace: "shop", Layout: prometheusmetrics.LayoutTyped, MaxSeries: 1000, SelfMetrics: true})
	return s
}

func newDriver(t *testing.T, c prometheusmetrics.Config) *prometheusmetrics.Driver {
	t.Helper()
	c.Detached, c.OnError = true, func(error) {}
	if c.FlushInterval == 0 {
		c.FlushInterval = time.Second
	}
	d, err := prometheusmetrics.NewWithConfig(c, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if err := d.Once(); err != nil {
		t.Fatal(err)
	}
	return d
}

// Transactional hides the driver's, which knows nothing of the shop's time.
func (s *shop) Transactional() {}

func (s *shop) LastFlush() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

// Gather lets a second go by.
func (s *shop) Gather() ([]*dto.MetricFamily, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at.Add(time.Second).After(time.Now()) { // it has caught up
		return s.Driver.Gather()
	}
	s.seconds++
	s.at = s.at.Add(time.Second)
	second := float64(s.seconds)
	load := 60 + 25*math.Sin(second/40) + 8*s.random.Float64()
	for range int(load) {
		s.request()
	}
	s.inFlight.Update(int64(4 + load/20 + 3*s.random.Float64()))
	s.stock.Update(0.2 + second/1500)
	if s.seconds%30 < 5 {
		s.retries.Mark(int64(1 + s.random.IntN(3)))
	}
	s.Driver.Once()
	return s.Driver.Gather()
}

func (s *shop) request() {
	i := s.random.IntN(10)
	route := []int{0, 0, 1, 1, 1, 1, 1, 2, 2, 3}[i]
	code := "200"
	if s.random.IntN(40) == 0 {
		code = "503"
	}
	s.requests.With(routes[route], code).Inc(1)
	// Orders get slow for a while, as when a database has its backup made.
	slow := 1.0
	if s.seconds%180 > 110 && s.seconds%180 < 150 && route >= 2 {
		slow = 3
	}
	took := []float64{0.003, 0.006, 0.05, 0.12}[route] * slow * math.Exp(0.35*s.random.NormFloat64())
	s.latency.With(routes[route]).Update(time.Duration(took * 1e9))
	size := 300 * math.Exp(1.1*s.random.NormFloat64()) * float64(1+3*route)
	s.size.Update(int64(size))
	s.sent.Mark(int64(size))
}
