package prometheusmetrics_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// Names of which nothing is left, or from which a layout would make a name that no
// format allows, are left out and reported; in a namespace, too.
func TestNamesOfNothing(t *testing.T) {
	for _, layout := range layouts {
		for _, namespace := range []string{"", "n"} {
			source := metrics.NewRegistry()
			counter(source, "", 1)
			counter(source, "good", 1)
			counter(source, "/total", 1)
			counter(source, "_total", 1)
			counter(source, "", 1, metrics.Labels{"a": "b"})
			registry := prometheus.NewRegistry()
			d, list := newDriver(t, prometheusmetrics.Config{Registry: source, Layout: layout, Namespace: namespace}, registry)
			for range 2 {
				flush(t, d)
				for _, handler := range []string{"promhttp", "own"} {
					var got map[string]string
					if handler == "own" {
						got = askSamples(t, d.Handler())
					} else {
						got = askSamples(t, promhttpOf(registry))
					}
					for series := range got {
						if name, _, _ := strings.Cut(series, "{"); name == "n" || name == "n_count" || name == "n_total" ||
							name == "_total" {
							t.Errorf("%v, namespace %q, %s: %s is shown", layout, namespace, handler, series)
						}
					}
				}
			}
			if reasons := list.reasons(); !slices.Contains(reasons, ": name") {
				t.Errorf("%v, namespace %q: reported %q", layout, namespace, reasons)
			}
		}
	}
}

// An error of two metrics that conflict names both.
func TestConflictsNameBothSides(t *testing.T) {
	source := metrics.NewRegistry()
	counter(source, "a.b", 1)
	counter(source, "a_b", 1)
	metrics.NewRegisteredTimer("d", source)
	metrics.GetOrRegisterGauge("d_seconds", source)
	for _, layout := range layouts {
		d, list := newDriver(t, prometheusmetrics.Config{Registry: source, Layout: layout}, prometheus.NewRegistry())
		flush(t, d)
		for _, err := range list.errs {
			text := err.Error()
			if strings.Contains(text, "metric a_b") && !strings.Contains(text, "a.b") {
				t.Errorf("%v: %v", layout, err)
			}
			if strings.Contains(text, "metric d_seconds") && !strings.Contains(text, "metric d") {
				t.Errorf("%v: %v", layout, err)
			}
		}
		if !strings.Contains(list.text(), "a_b") {
			t.Errorf("%v: reported %v", layout, list.text())
		}
	}
	one, two := metrics.NewRegistry(), metrics.NewRegistry()
	counter(one, "x-y", 1)
	counter(two, "x.y", 2)
	registry := prometheus.NewRegistry()
	d1, _ := newDriver(t, prometheusmetrics.Config{Registry: one}, registry)
	d2, list := newDriver(t, prometheusmetrics.Config{Registry: two}, registry)
	flush(t, d1, d2)
	if text := list.text(); !strings.Contains(text, "x-y") || !strings.Contains(text, "x.y") {
		t.Errorf("between two drivers, reported %s", text)
	}
}

// A driver that nobody runs shows its values: the first scrape flushes, and
// OnError hears once that Run was not started. One that is run, or flushed by
// hand, says nothing.
func TestNobodyRunsTheDriver(t *testing.T) {
	for name, scrape := range map[string]func(*testing.T, *prometheusmetrics.Driver,
		*prometheus.Registry) map[string]string{
		"registry": func(t *testing.T, _ *prometheusmetrics.Driver, r *prometheus.Registry) map[string]string {
			return samples(t, r)
		},
		"Gather": func(t *testing.T, d *prometheusmetrics.Driver, _ *prometheus.Registry) map[string]string {
			return samples(t, d)
		},
		"Handler": func(t *testing.T, d *prometheusmetrics.Driver, _ *prometheus.Registry) map[string]string {
			return askSamples(t, d.Handler())
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			source, registry := metrics.NewRegistry(), prometheus.NewRegistry()
			counter(source, "c", 1)
			d, list := newDriver(t, prometheusmetrics.Config{Registry: source, FlushInterval: time.Minute}, registry)
			for range 5 {
				if got := scrape(t, d, registry); got["c_count"] != "1" {
					t.Errorf("%s: shown %v", name, got)
				}
				time.Sleep(time.Hour)
			}
			if reasons := list.reasons(); len(reasons) != 1 || !strings.Contains(reasons[0], "Run") {
				t.Errorf("%s: reported %q, want that nobody runs it", name, reasons)
			}
			d.Close()

			ctx, cancel := context.WithCancel(t.Context())
			other, list := newDriver(t, prometheusmetrics.Config{Registry: source, FlushInterval: time.Minute,
				Detached: true}, nil)
			go other.RunContext(ctx)
			synctest.Wait()
			scrape(t, other, registry)
			cancel()
			byHand, third := newDriver(t, prometheusmetrics.Config{Registry: source, FlushInterval: time.Minute,
				Detached: true}, nil)
			flush(t, byHand)
			scrape(t, byHand, registry)
			synctest.Wait()
			if reasons := slices.Concat(list.reasons(), third.reasons()); len(reasons) > 0 {
				t.Errorf("%s: reported %q of drivers that are run or flushed", name, reasons)
			}
		})
	}
}

// Names and label names that become one by replacing characters, in hundreds of
// ways, never make an exposition that is not valid.
func TestNamesThatBecomeOne(t *testing.T) {
	signs := []string{".", "-", "_", " ", "/", ":", "\xff", "é", "\n", `"`, "{", "}"}
	for _, layout := range layouts {
		source := metrics.NewRegistry()
		for i, sign := range signs {
			for j, other := range signs {
				name := "x" + sign + "y"
				labels := metrics.Labels{"l" + other + "m": fmt.Sprint(i % 2), "l" + sign + "m": fmt.Sprint(j % 2)}
				switch (i + j) % 3 {
				case 0:
					metrics.GetOrRegisterCounter(name, source, labels)
				case 1:
					metrics.GetOrRegisterGauge(name+sign, source, labels)
				case 2:
					metrics.NewRegisteredTimer(name+"t", source, labels)
				}
			}
		}
		registry := prometheus.NewRegistry()
		d, _ := newDriver(t, prometheusmetrics.Config{Registry: source, Layout: layout}, registry)
		for range 2 {
			flush(t, d)
			a, b, c := samples(t, registry), samples(t, d), askSamples(t, d.Handler())
			if len(a) == 0 || sameKeys(a, b) != "" || sameKeys(b, c) != "" {
				t.Errorf("%v: the registry, Gather and Handler have %d, %d and %d series", layout, len(a), len(b), len(c))
			}
		}
	}
}
