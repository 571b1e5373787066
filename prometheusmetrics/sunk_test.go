package prometheusmetrics

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/go-metrics-plus/metrics"
)

// shows reports whether what is flushed has a family, without looking as a scrape does.
func shows(d *Driver, family string) bool {
	for _, f := range d.current.Load().Families {
		if f.Name == family {
			return true
		}
	}
	return false
}

func flushOnce(t *testing.T, d *Driver) {
	t.Helper()
	if err := d.Once(); err != nil {
		t.Fatal(err)
	}
}

// A metric that SinkOnce left is shown from the flush that takes it until somebody has
// seen it: through whichever door.
func TestSinkOnceIsShownUntilSeen(t *testing.T) {
	get := func(h http.Handler) {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/metrics", nil))
	}
	for door, look := range map[string]func(*testing.T, *Driver, *prometheus.Registry){
		"Gather": func(t *testing.T, d *Driver, _ *prometheus.Registry) {
			if _, err := d.Gather(); err != nil {
				t.Error(err)
			}
		},
		"Transactional": func(t *testing.T, d *Driver, _ *prometheus.Registry) {
			_, done, err := d.Transactional().Gather()
			if err != nil {
				t.Error(err)
			}
			done()
		},
		"Handler":    func(_ *testing.T, d *Driver, _ *prometheus.Registry) { get(d.Handler()) },
		"HandlerFor": func(_ *testing.T, _ *Driver, r *prometheus.Registry) { get(HandlerFor(r)) },
		"promhttp": func(_ *testing.T, _ *Driver, r *prometheus.Registry) {
			get(promhttp.HandlerFor(r, promhttp.HandlerOpts{}))
		},
		"Push": func(t *testing.T, d *Driver, _ *prometheus.Registry) {
			down := func(int, *http.Request) (*http.Response, error) { return nil, errors.New("down") }
			failing := &gatewayDouble{answer: down}
			if err := d.Push(t.Context(), PushOptions{URL: "http://gateway", Job: "job", Client: failing}); err == nil {
				t.Error("the push did not fail")
			}
			flushOnce(t, d)
			if !shows(d, "last_gauge") {
				t.Error("gone after a push that failed")
			}
			double := &gatewayDouble{}
			if err := d.Push(t.Context(), PushOptions{URL: "http://gateway", Job: "job", Client: double}); err != nil {
				t.Error(err)
			}
		},
	} {
		t.Run(door, func(t *testing.T) {
			source, registry := metrics.NewRegistry(), prometheus.NewRegistry()
			metrics.GetOrRegisterCounter("c", source)
			d, err := New(source, time.Hour, "", "", registry)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			flushOnce(t, d)
			last := metrics.NewGauge()
			last.Update(7)
			source.SinkOnce("last", last)
			for range 3 { // nobody looks
				flushOnce(t, d)
				if !shows(d, "last_gauge") {
					t.Fatal("it is gone before anybody has seen it")
				}
			}
			look(t, d, registry)
			flushOnce(t, d)
			if shows(d, "last_gauge") || !shows(d, "c_count") {
				t.Error("it is still shown after somebody has seen it")
			}
		})
	}
}

// Without an interval, each scrape takes what was left since the last one.
func TestSinkOnceAtEachScrape(t *testing.T) {
	source := metrics.NewPrefixedRegistry("app.")
	d, err := NewWithConfig(Config{Registry: source, Detached: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for scrape, want := range []float64{7, -1, 8, -1, -1} {
		if want > 0 {
			last := metrics.NewGauge(metrics.Labels{"a": "1"})
			last.Update(int64(want))
			source.SinkOnce("last", last)
		}
		all, err := d.Gather()
		if err != nil {
			t.Fatal(err)
		}
		got := -1.
		for _, f := range all {
			got = f.Metric[0].GetGauge().GetValue()
		}
		if got != want {
			t.Errorf("scrape %d: %v, want %v", scrape, got, want)
		}
	}
}

// Of several metrics of one series, one is shown at a time, in their order; other
// series don't wait for them.
func TestSinkOnceOfOneSeries(t *testing.T) {
	source := metrics.NewRegistry()
	d, err := NewWithConfig(Config{
		Registry: source, Detached: true, FlushInterval: time.Hour, OnError: func(err error) { t.Error(err) },
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for i := range int64(3) {
		for _, label := range []string{"a", "b"} {
			last := metrics.NewGauge(metrics.Labels{"l": label})
			last.Update(i)
			source.SinkOnce("last", last)
		}
	}
	for want := range 4 {
		flushOnce(t, d)
		flushOnce(t, d)
		all, err := d.Gather()
		if err != nil {
			t.Fatal(err)
		}
		if want == 3 {
			if len(all) != 0 {
				t.Errorf("still shown: %v", all)
			}
			break
		}
		if len(all) != 1 || len(all[0].Metric) != 2 || all[0].Metric[0].GetGauge().GetValue() != float64(want) ||
			all[0].Metric[1].GetGauge().GetValue() != float64(want) {
			t.Errorf("scrape %d: %v", want, all)
		}
	}
}
