package drivers

import (
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/go-metrics-plus/metrics/drivers/statsd"
	"github.com/go-metrics-plus/metrics/integration/harness"
)

// The exporter has all that the application shows, and loses nothing while it is killed
// and started again: what it had before is added to what it has then.
func TestStatsDExporter(t *testing.T) {
	for _, name := range []string{"udp", "unix"} {
		t.Run(name, func(t *testing.T) {
			e := harness.StartStatsDExporter(t)
			address := e.UDP
			if name == "unix" {
				address = "unix://" + e.Unix
			}
			a := newApplication(t)
			d, err := statsd.New(statsd.Config{
				Gatherer: a, Address: address, Prefix: name,
				Interval: 50 * time.Millisecond, Timeout: 10 * time.Second, OnError: a.onError,
			})
			if err != nil {
				t.Fatal(err)
			}
			go d.Run()
			lost := map[string]float64{} // with the exporters that were killed
			for range 2 {
				stop := a.flow()
				time.Sleep(200 * time.Millisecond)
				stop()
				checkExporter(t, e, d, a, name, lost)
				had := counts(t, e)
				reports := a.reports()
				if err := e.Kill(); err != nil {
					t.Log(err) // how it ended
				}
				for key, value := range had {
					lost[key] += value
				}
				stop = a.flow()
				a.await(t, reports, "connection refused")
				e.Restart(t)
				stop()
			}
			a.record()
			if err := d.Close(); err != nil {
				t.Error(err)
			}
			checkExporter(t, e, nil, a, name, lost)
		})
	}
}

// exported returns what the exporter shows, by name and labels.
func exported(t *testing.T, e *harness.StatsDExporter) map[string]float64 {
	t.Helper()
	text, err := e.Metrics()
	if err != nil {
		t.Fatal(err)
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	all := map[string]float64{}
	for name, family := range families {
		for _, metric := range family.Metric {
			for _, s := range samplesOf(name, metric) {
				all[keyOf(s.name, s.labels)] = s.value
			}
		}
	}
	return all
}

// counts is exported without what is no counter here.
func counts(t *testing.T, e *harness.StatsDExporter) map[string]float64 {
	t.Helper()
	all := exported(t, e)
	for key := range all {
		name, _, _ := strings.Cut(key, "{")
		if !strings.HasSuffix(name, "_total") && !strings.HasSuffix(name, "_count") &&
			!strings.HasSuffix(name, "_sum") && !strings.HasSuffix(name, "_bucket") {
			delete(all, key)
		}
	}
	return all
}

func keyOf(name string, labels map[string]string) string {
	var pairs []string
	for name, value := range labels {
		pairs = append(pairs, fmt.Sprintf("%s=%q", name, value))
	}
	sort.Strings(pairs)
	return name + "{" + strings.Join(pairs, ",") + "}"
}

// checkExporter delivers, if there is a driver, and compares all samples. Counters are
// what this exporter has and what those before had.
func checkExporter(
	t *testing.T, e *harness.StatsDExporter, d driver, a *application, prefix string, lost map[string]float64,
) {
	t.Helper()
	if d != nil {
		if err := d.Once(); err != nil {
			t.Fatal(err)
		}
	}
	want := a.samples(t)
	harness.Eventually(t, "the exporter to have everything", func() error {
		got := exported(t, e)
		for _, s := range want {
			labels := map[string]string{}
			for name, value := range s.labels {
				labels[name] = strings.NewReplacer(",", "_", "|", "_").Replace(value)
			}
			if _, ok := labels["quantile"]; ok {
				s.name += "_quantile"
			}
			key := keyOf(prefix+"_"+s.name, labels)
			value, found := got[key]
			if s.counts {
				value += lost[key]
				found = found || lost[key] > 0
			}
			if !found {
				return fmt.Errorf("%s: %w", key, errNotThere)
			}
			if !isNear(value, s.value) {
				return fmt.Errorf("%s is %v, want %v", key, value, s.value)
			}
		}
		return nil
	})
}
