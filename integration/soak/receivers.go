package soak

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/go-metrics-plus/metrics/integration/harness"
)

// sentDriver is the driver of a service that all drivers for other programs read.
const sentDriver = "sent"

// A receiver is a program that the drivers for it deliver to, of all services.
type receiver struct {
	name    string // of the driver; trouble is made to it under this name
	program program
	proxy   spoiler // before it; nil for StatsD, which has a relay
	relay   *relay  // nil for the others
	server  server  // nil for StatsD
	prefix  string  // of the names there

	// timed is false where the clock of the service makes no difference.
	timed bool
	// seconds is true where times are whole seconds, so that two deliveries may have one.
	seconds bool
	// queues is true where deliveries wait for a receiver that is away.
	queues bool
	// to is what the services deliver to.
	to func(s *service) string
}

// program is one that the run can stop.
type program interface {
	Kill() error
	Restart(t testing.TB)
	Suspend() error
	Resume() error
}

// server is one that can be asked what it has.
type server interface {
	Query(promql string) (model.Vector, error)
	Matrix(promql string, at time.Time) (model.Matrix, error)
}

// spoiler stands before a receiver and does what its mode says.
type spoiler interface {
	set(m mode)
	address() string
}

// receiverKinds are all receivers, by the name of the driver.
var receiverKinds = map[string]func(t testing.TB) *receiver{
	"otlp":        startOTLP,
	"remotewrite": startRemoteWrite,
	"graphite":    startGraphite,
	"influxdb":    startInflux,
	"statsd":      startStatsD,
}

func startOTLP(t testing.TB) *receiver {
	p := harness.StartPrometheusReceiver(t)
	before := startProxy(t, strings.TrimPrefix(p.URL, "http://"))
	to := func(*service) string { return "http://" + before.address() + "/api/v1/otlp/v1/metrics" }
	return &receiver{program: p, proxy: before, server: p, timed: true, to: to}
}

func startRemoteWrite(t testing.TB) *receiver {
	p := harness.StartPrometheusReceiver(t)
	before := startProxy(t, strings.TrimPrefix(p.URL, "http://"))
	to := func(*service) string { return "http://" + before.address() + "/api/v1/write" }
	return &receiver{program: p, proxy: before, server: p, timed: true, queues: true, to: to}
}

func startGraphite(t testing.TB) *receiver {
	v := harness.StartVictoriaMetrics(t)
	before := startStreamProxy(t, v.Graphite)
	to := func(*service) string { return before.address() }
	return &receiver{program: v, proxy: before, server: flushed{v}, timed: true, seconds: true, to: to}
}

func startInflux(t testing.TB) *receiver {
	v := harness.StartVictoriaMetrics(t)
	before := startProxy(t, strings.TrimPrefix(v.URL, "http://"))
	to := func(*service) string { return "http://" + before.address() + "/write" }
	return &receiver{program: v, proxy: before, server: flushed{v}, timed: true, prefix: "prometheus_", to: to}
}

// startStatsD has the service that is never disturbed from outside use a Unix socket, and
// the others UDP.
func startStatsD(t testing.TB) *receiver {
	relay := startRelay(t)
	to := func(s *service) string {
		if s.usesUnix() {
			return "unix://" + relay.unix
		}
		return relay.udp
	}
	return &receiver{program: relay, relay: relay, to: to}
}

// usesUnix reports whether the service sends packets through a Unix socket.
func (s *service) usesUnix() bool { return !s.mortal && !s.shifts }

// flushed is a VictoriaMetrics that shows at once what it got.
type flushed struct{ *harness.VictoriaMetrics }

// Query shows what is there now.
func (f flushed) Query(promql string) (model.Vector, error) {
	if err := f.Flush(); err != nil {
		return nil, err
	}
	return f.VictoriaMetrics.Query(promql)
}

// Matrix shows what is there now.
func (f flushed) Matrix(promql string, at time.Time) (model.Matrix, error) {
	if err := f.Flush(); err != nil {
		return nil, err
	}
	return f.VictoriaMetrics.Matrix(promql, at)
}

// cheap is the receiver that is always there. Of the others a short run has two, which
// the seed chooses: five would be too much for two processors, and a minute.
const cheap, inShortRuns = "statsd", 2

// chooseReceivers returns the names of those that the run has: what SOAK_DRIVERS says, as
// a list with commas, or else what the length and the seed say.
func chooseReceivers(seed uint64, length time.Duration) []string {
	if text, said := os.LookupEnv("SOAK_DRIVERS"); said {
		return slices.DeleteFunc(strings.Split(text, ","), func(name string) bool { return name == "" })
	}
	var others []string
	for name := range receiverKinds {
		if name != cheap {
			others = append(others, name)
		}
	}
	slices.Sort(others)
	if length < longEnough {
		random := rand.New(rand.NewPCG(seed, 1))
		random.Shuffle(len(others), func(i, k int) { others[i], others[k] = others[k], others[i] })
		others = others[:inShortRuns]
	}
	return append(others, cheap)
}

func (r *run) startReceivers() {
	for _, name := range chooseReceivers(r.seed, r.length) {
		start, known := receiverKinds[name]
		if !known {
			r.t.Fatalf("there is no driver %q", name)
		}
		receiver := start(r.t)
		receiver.name = name
		r.receivers = append(r.receivers, receiver)
	}
}

// takes reports whether a service delivers to the receiver. One whose clock jumps would
// have its values refused, or stored for another year, by whoever goes by their time.
func (c *receiver) takes(s *service) bool { return !c.timed || !s.shifts }

// deliveryArguments tell a service where to deliver to.
func (r *run) deliveryArguments(s *service) (arguments []string) {
	for _, c := range r.receivers {
		if c.takes(s) {
			arguments = append(arguments, "-"+c.name, c.to(s))
		}
	}
	return arguments
}

// eachDelivery calls the function for each receiver and each service that delivers to it.
func (r *run) eachDelivery(do func(c *receiver, s *service)) {
	for _, c := range r.receivers {
		r.each(func(s *service) {
			if c.takes(s) {
				do(c, s)
			}
		})
	}
}

// awaitDeliveries waits until each receiver has, of each service, a whole delivery of
// values that were read after the call.
func (r *run) awaitDeliveries() {
	if len(r.receivers) == 0 {
		return
	}
	const whole = 2 // the mark itself may come before the values
	lives := r.readLives()
	r.eachDelivery(func(c *receiver, s *service) {
		want := float64(whole)
		id := showing{service: s.name, driver: sentDriver, generation: s.generation}
		if marks := lives[id].history.Marks; len(marks) > 0 {
			want += float64(marks[len(marks)-1].Number)
		}
		r.await(c.name+" to have what "+s.name+" delivers", func() error {
			mark, err := r.lastMark(c, s)
			if err == nil && mark < want {
				err = fmt.Errorf("flush %.0f came last, not yet %.0f", mark, want)
			}
			return err
		})
	})
}

// lastMark returns the number of the flush that a receiver has had last.
func (r *run) lastMark(c *receiver, s *service) (float64, error) {
	if c.relay != nil {
		sums, err := c.relay.exporter.Sums()
		return sums[statsdName(s.name, s.generation, sentMark)], err
	}
	vector, err := c.server.Query(fmt.Sprintf(`last_over_time({__name__=%q,service=%q}[5m])`, c.prefix+sentMark, s.name))
	if err != nil || len(vector) == 0 {
		return 0, err
	}
	return float64(vector[0].Value), nil
}

// sentMark is the series that shows the number of the flush.
const sentMark = sentDriver + "_soak_mark"
