package prometheusmetrics

import (
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/go-metrics-plus/metrics"
)

// given is a source whose metrics are whatever a test wants, under any name.
type given []givenMetric

type givenMetric struct {
	name   string
	metric any
}

func (g given) Each(f func(string, any)) {
	for _, each := range g {
		f(each.name, each.metric)
	}
}

func (g *given) add(name string, metric any) { *g = append(*g, givenMetric{name, metric}) }

func counted(n int64, labels ...metrics.Labels) metrics.Counter {
	c := metrics.NewCounter(labels...)
	c.Inc(n)
	return c
}

func gauge(v int64, labels ...metrics.Labels) metrics.Gauge {
	g := metrics.NewGauge(labels...)
	g.Update(v)
	return g
}

// scrape asks a real HTTP handler, which must answer 200 with an exposition that
// can be parsed, and returns the samples.
func scrape(t *testing.T, handler http.Handler) map[string]string {
	t.Helper()
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if answer.Code != http.StatusOK {
		t.Errorf("/metrics answered %d: %s", answer.Code, answer.Body)
	}
	text := answer.Body.String()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	if _, err := parser.TextToMetricFamilies(strings.NewReader(text)); err != nil {
		t.Errorf("exposition is invalid: %v\n%s", err, text)
	}
	return figures(text)
}

// TestHostile hands the driver what should not be, together with one good
// metric, and expects the good one and an error for each of the bad.
func TestHostile(t *testing.T) {
	long := strings.Repeat("long", 2500)
	for name, test := range map[string]struct {
		config  Config
		labels  prometheus.Labels // of a wrapping registerer
		before  func(*prometheus.Registry)
		metrics func(*given)
		want    map[string]string // beside the good one
		reports []string
	}{
		"empty name": {
			metrics: func(g *given) { g.add("", counted(1)) },
			reports: []string{": name"},
		},
		"empty name in a namespace": {
			config:  Config{Namespace: "n"},
			metrics: func(g *given) { g.add("", counted(1)) },
			reports: []string{": name"},
		},
		"names of invalid characters": {
			metrics: func(g *given) {
				g.add("-", counted(1))
				g.add("a\xff", counted(2))
				g.add("a\x00\nb", counted(3))
				g.add("7up", counted(4))
				g.add(long, counted(5))
			},
			want: map[string]string{"__count": "1", "a__count": "2", "a__b_count": "3", "_7up_count": "4", long + "_count": "5"},
		},
		"labels": {
			metrics: func(g *given) {
				g.add("reserved", counted(1, metrics.Labels{"__name__": "x"}))
				g.add("nameless", counted(1, metrics.Labels{"": "x"}))
				g.add("twice", counted(1, metrics.Labels{"a.b": "x", "a-b": "y"}))
				g.add("dots", counted(1, metrics.Labels{"a.b": "x"}))
				g.add("value", counted(1, metrics.Labels{"v": "\xff\n\""}))
				g.add("le", gauge(1, metrics.Labels{"le": "x", "quantile": "y"}))
			},
			want: map[string]string{
				`dots_count{a_b="x"}`:                   "1",
				`value_count{v="` + "\uFFFD" + `\n\""}`: "1",
				`le_gauge{le="x",quantile="y"}`:         "1",
			},
			reports: []string{"nameless: label", "reserved: label", "twice: label"},
		},
		"quantile of a summary": {
			config:  Config{Layout: LayoutTyped, Percentiles: []float64{}},
			metrics: func(g *given) { g.add("t", metrics.NewTimer(metrics.Labels{"quantile": "x"})) },
			reports: []string{"t: label"},
		},
		"two metrics of one series": {
			metrics: func(g *given) {
				g.add("a_b", counted(1))
				g.add("a.b", counted(2))
				g.add("empty", counted(3, metrics.Labels{"a": ""}))
				g.add("empty ", counted(4))
				g.add("empty_", counted(5))
			},
			want:    map[string]string{"a_b_count": "2", "empty_count": "3", "empty__count": "4"},
			reports: []string{"a_b: duplicate", "empty_: duplicate"},
		},
		"two metrics of one family": {
			metrics: func(g *given) {
				g.add("a.b", counted(1, metrics.Labels{"x": "1"}))
				g.add("a_b", counted(2, metrics.Labels{"y": "1"}))
				g.add("a b", metrics.NewMeter(metrics.Labels{"x": "2"}))
			},
			want: map[string]string{
				`a_b_count{x="1"}`: "1", `a_b_count{y="1"}`: "2", `a_b_count{x="2"}`: "0",
				`a_b_rate_1min{x="2"}`: "0", `a_b_rate_5min{x="2"}`: "0", `a_b_rate_15min{x="2"}`: "0", `a_b_rate_mean{x="2"}`: "0",
			},
		},
		"one family in OpenMetrics": {
			config: Config{Layout: LayoutTyped},
			metrics: func(g *given) {
				g.add("a", counted(1))
				g.add("a ", gauge(2)) // a_
				g.add("b", gauge(3))
				g.add("b_total", counted(4))
				g.add("c_total", gauge(5))
				g.add("d", gauge(6))
				g.add("d-", counted(7)) // d__total
				g.add("e:f", gauge(8))
				g.add("e_f", counted(9))
			},
			want:    map[string]string{"a_total": "1", "a_": "2", "b": "3", "c_total": "5", "d": "6", "d__total": "7", "e_f": "8"},
			reports: []string{"b_total: duplicate", "e_f: duplicate"},
		},
		"constant label that the series has": {
			config:  Config{ConstLabels: prometheus.Labels{"app": "x"}},
			metrics: func(g *given) { g.add("a", counted(1, metrics.Labels{"app": "y"})) },
			reports: []string{"a: label"},
		},
		"wrapping registerer's label that the series has": {
			labels:  prometheus.Labels{"zone": "a}, b", "app": "x"},
			metrics: func(g *given) { g.add("a", counted(1, metrics.Labels{"zone": "y"})) },
			reports: []string{"a: label"},
		},
		"names of the application": {
			before: func(r *prometheus.Registry) {
				r.MustRegister(
					prometheus.NewGauge(prometheus.GaugeOpts{Name: "mine_gauge"}),
					prometheus.NewCounterVec(prometheus.CounterOpts{Name: "vec_count", Help: "Mine."}, []string{"x"}),
					prometheus.NewHistogram(prometheus.HistogramOpts{Name: "t"}),
				)
			},
			metrics: func(g *given) {
				g.add("mine", gauge(1))
				g.add("vec", counted(1))
				g.add("t", counted(1))
				g.add("free", gauge(2))
			},
			want:    map[string]string{"free_gauge": "2"},
			reports: []string{"mine: registered", "t: registered", "vec: registered"},
		},
		"what is no metric": {
			metrics: func(g *given) {
				g.add("nil", nil)
				g.add("int", 42)
				g.add("map", map[string]int{})
				g.add("typed nil", (*metrics.StandardHealthcheck)(nil))
			},
			reports: []string{"int: unsupported", "map: unsupported", "nil: unsupported", "typed nil: panic"},
		},
		"what panics": {
			metrics: func(g *given) {
				g.add("gauge", metrics.NewFunctionalGauge(func() int64 { panic("no") }))
				g.add("index", metrics.NewFunctionalGaugeFloat64(func() float64 { return []float64{}[len(os.Args)] }))
				g.add("check", metrics.NewHealthcheck(func(metrics.Healthcheck) { panic("no") }))
			},
			want:    map[string]string{"check_healthy": "0"},
			reports: []string{"gauge: panic", "index: panic"},
		},
		"numbers": {
			metrics: func(g *given) {
				for name, value := range map[string]float64{"nan": math.NaN(), "inf": math.Inf(1), "-inf": math.Inf(-1), "-0": math.Copysign(0, -1)} {
					f := metrics.NewGaugeFloat64()
					f.Update(value)
					g.add(name, f)
				}
				g.add("max", gauge(math.MaxInt64))
				g.add("min", counted(math.MinInt64))
			},
			want: map[string]string{
				"nan_gauge": "NaN", "inf_gauge": "+Inf", "_inf_gauge": "-Inf", "_0_gauge": "-0",
				"max_gauge": "9.223372036854775807e+18", "min_count": "-9.223372036854775808e+18",
			},
		},
		"limit": {
			config: Config{MaxSeries: 3},
			metrics: func(g *given) {
				for i := range 5 {
					g.add(fmt.Sprintf("c%d", i), counted(int64(i)))
				}
			},
			want:    map[string]string{"c0_count": "0", "c1_count": "1"},
			reports: []string{"c2: limit"}, // once for all
		},
	} {
		t.Run(name, func(t *testing.T) {
			source := &given{}
			source.add("!good", gauge(1)) // first in byte order
			test.metrics(source)
			registry := prometheus.NewRegistry()
			if test.before != nil {
				test.before(registry)
			}
			log := &errorLog{}
			test.config.Registry, test.config.OnError, test.config.FlushInterval = source, log.add, time.Hour
			d, err := NewWithConfig(test.config, prometheus.WrapRegistererWith(test.labels, registry))
			if err != nil {
				t.Fatal(err)
			}
			for range 3 { // reported once, and not three times
				once(t, d)
			}
			got := scrape(t, promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
			good := 0
			for series := range got {
				if strings.Contains(series, "_good") {
					good++
					delete(got, series)
				}
				if strings.HasPrefix(series, "t_") || strings.HasPrefix(series, "mine_gauge") {
					delete(got, series) // the application's own
				}
			}
			if good != 1 {
				t.Error("the good metric is not there")
			}
			want := maps.Clone(test.want)
			for series, value := range want {
				// Only what the values are is to be compared, not how they are written.
				if got[series] != value && !sameNumber(got[series], value) {
					t.Errorf("%s = %q, want %s", series, got[series], value)
				}
				delete(got, series)
			}
			if len(got) > 0 {
				t.Errorf("also exposed: %v", got)
			}
			if reasons := log.reasons(); !slices.Equal(reasons, test.reports) {
				t.Errorf("reported %q, want %q", reasons, test.reports)
			}
			for _, err := range log.errs {
				t.Log(err)
			}
		})
	}
}

func sameNumber(a, b string) bool {
	var x, y float64
	if _, err := fmt.Sscan(a, &x); err != nil {
		return false
	}
	if _, err := fmt.Sscan(b, &y); err != nil {
		return false
	}
	return x == y
}

// TestExposedStays: a metric that comes later does not take the place of one
// that is shown, though its name is first; once that has gone, it does.
func TestExposedStays(t *testing.T) {
	source := &given{}
	d, _, registry, log := newTestDriver(t, Config{Registry: source})
	source.add("a_b", counted(1))
	once(t, d)
	source.add("a.b", counted(2))
	for range 2 {
		once(t, d)
	}
	if got := figures(expose(t, registry))["a_b_count"]; got != "1" {
		t.Errorf("a_b_count = %q, want 1", got)
	}
	*source = (*source)[1:]
	once(t, d)
	if got := figures(expose(t, registry))["a_b_count"]; got != "2" {
		t.Errorf("a_b_count = %q, want 2", got)
	}
	source.add("a_b", counted(1))
	once(t, d)
	if want := []string{"a.b: duplicate", "a_b: duplicate"}; !slices.Equal(log.reasons(), want) {
		t.Errorf("reported %q, want %q", log.reasons(), want)
	}
}

// TestRecurringProblem: a problem is told again once it has been gone.
func TestRecurringProblem(t *testing.T) {
	broken := true
	d, source, registry, log := newTestDriver(t, Config{})
	metrics.NewRegisteredFunctionalGauge("f", source, func() int64 {
		if broken {
			panic("broken")
		}
		return 1
	})
	for _, broken = range []bool{true, true, false, true, true} {
		once(t, d)
		if shown := expose(t, registry) != ""; shown == broken {
			t.Errorf("broken is %v, shown is %v", broken, shown)
		}
	}
	if want := []string{"f: panic", "f: panic"}; !slices.Equal(log.reasons(), want) {
		t.Errorf("reported %q, want %q", log.reasons(), want)
	}
}

// TestHanging: what hangs costs itself and its time, once.
func TestHanging(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, source, registry, log := newTestDriver(t, Config{CallTimeout: time.Second})
		release := make(chan struct{})
		metrics.GetOrRegisterCounter("good", source).Inc(1)
		metrics.NewRegisteredFunctionalGauge("hanging", source, func() int64 { <-release; return 1 })
		metrics.NewRegisteredFunctionalGauge("registry", source, func() int64 {
			metrics.GetOrRegisterCounter("from gauge", source).Inc(1)
			source.Each(func(string, any) {})
			return 3
		})
		source.Register("check", metrics.NewHealthcheck(func(h metrics.Healthcheck) { <-release; h.Healthy() }))

		start := time.Now()
		once(t, d)
		if waited := time.Since(start); waited > 2*time.Second {
			t.Errorf("the flush took %v", waited)
		}
		got := figures(expose(t, registry))
		want := map[string]string{"good_count": "1", "check_healthy": "0", "registry_gauge": "3"}
		if !maps.Equal(got, want) {
			t.Errorf("exposed %v, want %v", got, want)
		}
		if want := []string{"check: timeout", "hanging: timeout"}; !slices.Equal(log.reasons(), want) {
			t.Errorf("reported %q, want %q", log.reasons(), want)
		}

		start = time.Now()
		once(t, d) // what hangs is not asked again
		if waited := time.Since(start); waited > 0 {
			t.Errorf("the second flush took %v", waited)
		}
		close(release)
		synctest.Wait()
		once(t, d)
		got = figures(expose(t, registry))
		if got["hanging_gauge"] != "1" || got["check_healthy"] != "1" {
			t.Errorf("after the hanging ended: %v", got)
		}
	})
}

// TestCallsBackIntoDriver: a gauge that flushes waits for the flush that asks it,
// and is left out like one that hangs.
func TestCallsBackIntoDriver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d *Driver
		d, source, registry, log := newTestDriver(t, Config{CallTimeout: time.Millisecond})
		metrics.GetOrRegisterCounter("good", source).Inc(1)
		back := make(chan struct{})
		metrics.NewRegisteredFunctionalGauge("driver", source, func() int64 {
			source.Unregister("driver") // once is enough
			d.Once()
			close(back)
			return 1
		})
		once(t, d)
		<-back
		if got := figures(expose(t, registry)); !maps.Equal(got, map[string]string{"good_count": "1"}) {
			t.Errorf("exposed %v", got)
		}
		if want := []string{"driver: timeout"}; !slices.Equal(log.reasons(), want) {
			t.Errorf("reported %q, want %q", log.reasons(), want)
		}
	})
}

// TestRegisteredLater: a name that the application registers while the driver
// shows it breaks what the registry is set to break, until the next look.
func TestRegisteredLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, source, registry, log := newTestDriver(t, Config{FlushInterval: time.Second})
		metrics.GetOrRegisterGauge("a", source).Update(1)
		metrics.GetOrRegisterGauge("b", source).Update(2)
		go d.Run()
		synctest.Wait()
		registry.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "a_gauge", Help: "Mine."}))
		time.Sleep(time.Second)
		synctest.Wait()
		if got := scrape(t, promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})); got["b_gauge"] != "2" {
			t.Errorf("before the look: %v", got)
		}
		time.Sleep(probeInterval)
		synctest.Wait()
		got := scrape(t, promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
		if got["a_gauge"] != "0" || got["b_gauge"] != "2" {
			t.Errorf("after the look: %v", got)
		}
		if want := []string{"a: registered"}; !slices.Equal(log.reasons(), want) {
			t.Errorf("reported %q, want %q", log.reasons(), want)
		}
		d.Close()
	})
}

func TestTwoDriversInOneRegistry(t *testing.T) {
	for name, test := range map[string]struct {
		first, second Config
		wrapFirst     func(prometheus.Registerer) prometheus.Registerer
		wrapSecond    func(prometheus.Registerer) prometheus.Registerer
		want          map[string]string
		reports       []string
	}{
		"the same": {want: map[string]string{"c_count": "1"}, reports: []string{"c: duplicate"}},
		"subsystems": {
			second: Config{Subsystem: "s"},
			want:   map[string]string{"c_count": "1", "s_c_count": "2"},
		},
		"constant labels": {
			first: Config{ConstLabels: prometheus.Labels{"d": "1"}}, second: Config{ConstLabels: prometheus.Labels{"d": "2"}},
			want: map[string]string{`c_count{d="1"}`: "1", `c_count{d="2"}`: "2"},
		},
		"wrapper's labels": {
			wrapFirst: func(r prometheus.Registerer) prometheus.Registerer {
				return prometheus.WrapRegistererWith(prometheus.Labels{"d": "1"}, r)
			},
			wrapSecond: func(r prometheus.Registerer) prometheus.Registerer {
				return prometheus.WrapRegistererWith(prometheus.Labels{"d": "2"}, r)
			},
			want: map[string]string{`c_count{d="1"}`: "1", `c_count{d="2"}`: "2"},
		},
		"wrapper's label and constant label": {
			wrapFirst: func(r prometheus.Registerer) prometheus.Registerer {
				return prometheus.WrapRegistererWith(prometheus.Labels{"d": "1"}, r)
			},
			second:  Config{ConstLabels: prometheus.Labels{"d": "1"}},
			want:    map[string]string{`c_count{d="1"}`: "1"},
			reports: []string{"c: duplicate"},
		},
		"wrapper's prefix and namespace": {
			first: Config{Namespace: "n"},
			wrapSecond: func(r prometheus.Registerer) prometheus.Registerer {
				return prometheus.WrapRegistererWithPrefix("n_", r)
			},
			want:    map[string]string{"n_c_count": "1"},
			reports: []string{"c: duplicate"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			registry := prometheus.NewRegistry()
			log := &errorLog{}
			var ds []*Driver
			for i, config := range []Config{test.first, test.second} {
				source := &given{}
				source.add("c", counted(int64(i+1)))
				config.Registry, config.FlushInterval, config.OnError = source, time.Hour, log.add
				registerer := prometheus.Registerer(registry)
				if wrap := []func(prometheus.Registerer) prometheus.Registerer{test.wrapFirst, test.wrapSecond}[i]; wrap != nil {
					registerer = wrap(registerer)
				}
				d, err := NewWithConfig(config, registerer)
				if err != nil {
					t.Fatal(err)
				}
				ds = append(ds, d)
			}
			for range 2 {
				once(t, ds[0])
				once(t, ds[1])
			}
			if got := scrape(t, promhttp.HandlerFor(registry, promhttp.HandlerOpts{})); !maps.Equal(got, test.want) {
				t.Errorf("exposed %v, want %v", got, test.want)
			}
			if reasons := log.reasons(); !slices.Equal(reasons, test.reports) {
				t.Errorf("reported %q, want %q", reasons, test.reports)
			}
			if len(test.reports) > 0 { // the second is let in when the first has gone
				ds[0].Unregister()
				once(t, ds[1])
				if text := expose(t, registry); !strings.Contains(text, " 2\n") {
					t.Errorf("the second is not let in:\n%s", text)
				}
			}
		})
	}
}

// TestHandlerNeverFails: other gatherers that fail or clash cost only themselves.
func TestHandlerNeverFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, source, _, log := newTestDriver(t, Config{Detached: true})
		metrics.GetOrRegisterGauge("a", source).Update(1)
		once(t, d)
		application := prometheus.NewRegistry()
		application.MustRegister(
			prometheus.NewGauge(prometheus.GaugeOpts{Name: "a_gauge"}),
			prometheus.NewCounter(prometheus.CounterOpts{Name: "requests_total"}),
		)
		broken := prometheus.NewRegistry()
		broken.MustRegister(panicking{})
		handler := d.Handler(application, broken)
		for range 2 {
			got := scrape(t, handler)
			if want := map[string]string{"a_gauge": "1", "requests_total": "0"}; !maps.Equal(got, want) {
				t.Errorf("exposed %v, want %v", got, want)
			}
		}
		synctest.Wait() // errors are reported after the answer
		if len(log.errs) != 2 {
			t.Errorf("reported %v", log.errs)
		}
	})
}

// TestHandlerLeavesTreeAlone: what is joined with a family of the driver is not
// in the tree that other scrapes are lent.
func TestHandlerLeavesTreeAlone(t *testing.T) {
	d, source, _, _ := newTestDriver(t, Config{Detached: true})
	metrics.GetOrRegisterGauge("a", source, metrics.Labels{"x": "1"}).Update(1)
	once(t, d)
	application := prometheus.NewRegistry()
	other := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "a_gauge"}, []string{"x"})
	other.WithLabelValues("2").Set(2)
	application.MustRegister(other)
	if got, want := scrape(t, d.Handler(application)), (map[string]string{`a_gauge{x="1"}`: "1", `a_gauge{x="2"}`: "2"}); !maps.Equal(got, want) {
		t.Errorf("joined: %v, want %v", got, want)
	}
	if got, want := scrape(t, d.Handler()), (map[string]string{`a_gauge{x="1"}`: "1"}); !maps.Equal(got, want) {
		t.Errorf("alone: %v, want %v", got, want)
	}
}

type panicking struct{}

func (panicking) Describe(descs chan<- *prometheus.Desc) {
	descs <- prometheus.NewDesc("p", "p", nil, nil)
}
func (panicking) Collect(chan<- prometheus.Metric) { panic("no") }

// TestCallbackUsesDriver: OnError is called outside of every lock.
func TestCallbackUsesDriver(t *testing.T) {
	var d *Driver
	told := 0
	d, source, _, _ := newTestDriver(t, Config{OnError: func(error) {
		told++
		d.Once()
		d.Gather()
		panic("callback")
	}})
	metrics.NewRegisteredFunctionalGauge("f", source, func() int64 { panic("f") })
	once(t, d)
	if told != 1 {
		t.Errorf("OnError was called %d times", told)
	}
}

// TestSourcePanics: the flush fails, and what was shown stays.
func TestSourcePanics(t *testing.T) {
	source := &failing{}
	d, _, registry, log := newTestDriver(t, Config{Registry: source})
	once(t, d)
	source.fail = true
	for range 2 {
		if err := d.Once(); err == nil || !strings.Contains(err.Error(), "failing") {
			t.Errorf("Once returned %v", err)
		}
	}
	if len(log.errs) != 1 {
		t.Errorf("reported %v", log.errs)
	}
	if got := figures(expose(t, registry))["c_count"]; got != "1" {
		t.Errorf("c_count = %q", got)
	}
}

type failing struct{ fail bool }

func (f *failing) Each(each func(string, any)) {
	if f.fail {
		panic("failing")
	}
	each("c", counted(1))
}

func TestSeveralSources(t *testing.T) {
	var sources []LabelledSource
	for i, client := range []string{"a", "b", "b"} {
		source := &given{}
		source.add("sent", counted(int64(i+1)))
		sources = append(sources, LabelledSource{Source: source, Labels: prometheus.Labels{"client": client}})
	}
	d, _, registry, log := newTestDriver(t, Config{Sources: sources})
	once(t, d)
	want := map[string]string{`sent_count{client="a"}`: "1", `sent_count{client="b"}`: "2"}
	if got := figures(expose(t, registry)); !maps.Equal(got, want) {
		t.Errorf("exposed %v, want %v", got, want)
	}
	if want := []string{"sent: duplicate"}; !slices.Equal(log.reasons(), want) {
		t.Errorf("reported %q", log.reasons())
	}
}
