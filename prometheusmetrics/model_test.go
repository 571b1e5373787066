package prometheusmetrics_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// TestModel does things at random to several drivers in one registry, and compares
// what they show with a simple model after each step. MODEL_STEPS is how many steps
// there are, by default as many as take a few seconds, and MODEL_SEED repeats the
// run of an earlier failure.
func TestModel(t *testing.T) {
	steps, seed := 2000, rand.Uint64()
	if text := os.Getenv("MODEL_STEPS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		steps = n
	}
	once := false
	if text := os.Getenv("MODEL_SEED"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seed, once = n, true
	}
	const stepsPerWorld = 200
	for done := 0; done < steps && !t.Failed(); done += stepsPerWorld {
		t.Logf("MODEL_SEED=%d", seed)
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, seed)
			for w.step = range stepsPerWorld {
				w.act()
				w.check()
				if t.Failed() {
					break
				}
			}
			w.end()
		})
		if once {
			return
		}
		seed++
	}
}

// world is all that a run of the model has.
type world struct {
	t        *testing.T
	random   *rand.Rand
	step     int
	log      []string // the last actions, for a failure
	registry *prometheus.Registry
	drivers  []*driverModel
	own      map[string]prometheus.Collector // the application's, by name
	spent    map[string]bool                 // names that it had: a registry never forgets them
}

func newWorld(t *testing.T, seed uint64) *world {
	w := &world{t: t, random: rand.New(rand.NewPCG(seed, 0)), registry: prometheus.NewRegistry(),
		own: make(map[string]prometheus.Collector), spent: make(map[string]bool)}
	for range 3 {
		w.addDriver()
	}
	return w
}

func (w *world) pick(n int) int { return w.random.IntN(n) }

func (w *world) did(format string, args ...any) {
	w.log = append(w.log, fmt.Sprintf("%d: "+format, append([]any{w.step}, args...)...))
	if len(w.log) > 40 {
		w.log = w.log[1:]
	}
}

func (w *world) errorf(format string, args ...any) {
	w.t.Helper()
	if !w.t.Failed() {
		for _, line := range w.log {
			w.t.Log(line)
		}
	}
	w.t.Errorf("step %d: "+format, append([]any{w.step}, args...)...)
}

var (
	modelNames  = []string{"a", "b", "a_count", "b.x", "b-x", "a_total", "a_seconds", "h", "h_sum", "c"}
	modelLabels = []metrics.Labels{nil, {"l": "1"}, {"l": "2"}}
	ownNames    = []string{"a_count", "a", "b_x_gauge", "h_sum", "a_total", "c_gauge", "c"}
)

// act does one thing.
func (w *world) act() {
	d := w.drivers[w.pick(len(w.drivers))]
	s := d.sources[w.pick(len(d.sources))]
	switch n := w.pick(100); {
	case n < 30:
		w.register(d, s)
	case n < 45:
		w.unregister(d, s)
	case n < 60:
		w.update(d, s)
	case n < 70:
		w.breakGauge(s)
	case n < 74:
		w.breakSource(s)
	case n < 80:
		w.clashWithOwn()
	case n < 83:
		w.replaceDriver()
	case n < 90:
		w.concurrently()
	case n < 93:
		w.settle()
	default:
		w.did("time passes")
		time.Sleep(time.Duration(w.pick(100)) * time.Second)
	}
	if w.pick(3) > 0 {
		w.flush(w.drivers[w.pick(len(w.drivers))])
	}
}

func (w *world) register(d *driverModel, s *sourceModel) {
	name, labels := modelNames[w.pick(len(modelNames))], modelLabels[w.pick(len(modelLabels))]
	kind := modelKinds[w.pick(len(modelKinds))]
	if m := s.add(name, kind, labels); m != nil {
		w.did("driver %d: register %v", d.number, m)
	}
}

// unregister takes out all of a name and often puts another type in its place.
func (w *world) unregister(d *driverModel, s *sourceModel) {
	if len(s.metrics) == 0 {
		return
	}
	name := s.metrics[w.pick(len(s.metrics))].name
	w.did("driver %d: unregister %s", d.number, name)
	s.remove(name)
	if w.pick(2) == 0 {
		kind := modelKinds[w.pick(len(modelKinds))]
		if m := s.add(name, kind, modelLabels[w.pick(len(modelLabels))]); m != nil {
			w.did("driver %d: register %v in its place", d.number, m)
		}
	}
}

func (w *world) update(d *driverModel, s *sourceModel) {
	if len(s.metrics) == 0 {
		return
	}
	m := s.metrics[w.pick(len(s.metrics))]
	m.update()
	w.did("driver %d: update %v", d.number, m)
}

func (w *world) breakGauge(s *sourceModel) {
	for _, m := range s.metrics {
		if m.functional != nil {
			mode := gaugeModes[w.pick(len(gaugeModes))]
			m.functional.set(mode)
			m.mode, m.vague = mode, m.vague || mode == modeHang || mode == modeSlow
			w.did("%v is %s", m, mode)
			return
		}
	}
}

func (w *world) breakSource(s *sourceModel) {
	mode := gaugeModes[w.pick(len(gaugeModes))]
	if mode == modeSlow {
		mode = modeOK
	}
	w.did("a source is %s", mode)
	s.set(mode)
}

// clashWithOwn registers or unregisters a metric of the application. After that
// /metrics may fail three times.
func (w *world) clashWithOwn() {
	name := ownNames[w.pick(len(ownNames))]
	if c, there := w.own[name]; there {
		w.did("the application unregisters %s", name)
		w.registry.Unregister(c)
		delete(w.own, name)
	} else {
		c := applicationGauge(name, 99)
		if err := w.registry.Register(c); err != nil {
			w.errorf("the application can't register %s: %v", name, err)
			return
		}
		w.did("the application registers %s", name)
		w.own[name], w.spent[name] = c, true
	}
	for range 3 {
		ask(promhttpOf(w.registry))
		time.Sleep(2 * time.Second)
	}
	for _, d := range w.drivers {
		if d.interval == 0 {
			d.commit()
		}
	}
}

func (w *world) replaceDriver() {
	i := w.pick(len(w.drivers))
	d := w.drivers[i]
	w.did("driver %d is unregistered and closed", d.number)
	if !d.Unregister() {
		w.errorf("driver %d was not registered", d.number)
	}
	d.Close()
	d.release()
	w.drivers = slices.Delete(w.drivers, i, i+1)
	w.addDriver()
}

func (w *world) flush(d *driverModel) {
	w.did("driver %d flushes", d.number)
	synctest.Wait() // for what was released to come back
	broken := slices.ContainsFunc(d.sources, func(s *sourceModel) bool { return s.mode != modeOK })
	start := time.Now()
	err := d.Once()
	if (err != nil) != broken {
		w.errorf("driver %d: a source is broken: %v, error %v", d.number, broken, err)
	}
	if took := time.Since(start); took > 2*modelTimeout {
		w.errorf("driver %d: a flush took %v", d.number, took)
	}
	d.commit()
}

// concurrently flushes all drivers at once while the registry is scraped.
func (w *world) concurrently() {
	w.did("all at once")
	var all sync.WaitGroup
	for _, d := range w.drivers {
		d.commit()
	}
	mayClash := w.mayClash()
	for _, d := range w.drivers {
		for range 2 {
			all.Go(func() { d.Once() })
		}
		all.Go(func() { ask(d.Handler()) })
	}
	for range 3 {
		all.Go(func() {
			if status, body := ask(promhttpOf(w.registry)); status != 200 && !mayClash {
				w.errorf("a scrape amid flushes: %d %s", status, body)
			}
		})
	}
	all.Wait()
	for _, d := range w.drivers {
		w.flush(d)
	}
}

// settle ends all trouble, gives the drivers time, and then wants all to be as good
// as it can be.
func (w *world) settle() {
	w.did("all settles")
	for _, d := range w.drivers {
		d.release()
	}
	for range 3 {
		time.Sleep(2 * time.Minute)
		for _, d := range w.drivers {
			w.flush(d)
		}
	}
	for _, d := range w.drivers {
		for _, s := range d.sources {
			for _, m := range s.metrics {
				m.vague = false
			}
		}
		d.commit()
	}
	w.checkBest()
	reported := 0
	for _, d := range w.drivers {
		reported -= len(d.list.reasons())
		w.flush(d)
		reported += len(d.list.reasons())
	}
	if reported != 0 {
		w.errorf("%d errors are reported though nothing changes", reported)
	}
}

// end takes everything out, after which nothing is shown.
func (w *world) end() {
	for _, d := range w.drivers {
		d.release()
		for _, s := range d.sources {
			s.clear()
		}
	}
	time.Sleep(time.Minute)
	for _, d := range w.drivers {
		d.Once()
		if got := samples(w.t, d); len(got) > 0 && !w.t.Failed() {
			w.errorf("at the end driver %d shows %v", d.number, got)
		}
		d.Close()
	}
	synctest.Wait()
}

const modelTimeout = time.Second

var driverNumber int

func (w *world) addDriver() {
	driverNumber++
	d := &driverModel{number: driverNumber, layout: layouts[w.pick(2)], list: &errorList{},
		sources: []*sourceModel{newSourceModel(), newSourceModel()}}
	var registerer prometheus.Registerer = w.registry
	if w.pick(4) == 0 {
		d.prefix = "a_"
		registerer = prometheus.WrapRegistererWithPrefix(d.prefix, registerer)
	}
	d.interval = []time.Duration{0, time.Hour}[w.pick(2)]
	var err error
	d.Driver, err = prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Sources:       []prometheusmetrics.LabelledSource{{Source: d.sources[0]}, {Source: d.sources[1]}},
		Layout:        d.layout,
		FlushInterval: d.interval,
		CallTimeout:   modelTimeout,
		Percentiles:   []float64{0.5},
		OnError:       d.list.add,
	}, registerer)
	if err != nil {
		w.errorf("a driver: %v", err)
		return
	}
	w.did("driver %d: %v, prefix %q, interval %v", d.number, d.layout, d.prefix, d.interval)
	w.drivers = append(w.drivers, d)
	w.flush(d)
}
