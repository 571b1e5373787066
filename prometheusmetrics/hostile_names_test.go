package prometheusmetrics

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/go-metrics-plus/metrics"
)

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
