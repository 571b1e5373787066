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
