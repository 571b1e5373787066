package drivers

import (
	"fmt"
	"maps"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/drivers/graphite"
	"github.com/go-metrics-plus/metrics/drivers/influxdb"
	"github.com/go-metrics-plus/metrics/drivers/statsd"
	"github.com/go-metrics-plus/metrics/integration/harness"
	"github.com/go-metrics-plus/metrics/internal/hostile"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// hostileApplication has each text as a label's value, a label's name, a name and a help
// text. The value is the text's index, plus one.
func hostileApplication(t *testing.T) *prometheusmetrics.Driver {
	t.Helper()
	r := metrics.NewRegistry()
	for i, text := range hostile.Texts {
		value := int64(i + 1)
		metrics.GetOrRegisterGauge("as_value", r, metrics.Labels{"l": text}).Update(value)
		metrics.GetOrRegisterGauge(fmt.Sprintf("as_label_%d", i), r, metrics.Labels{"n" + text: "v"}).Update(value)
		metrics.GetOrRegisterGauge(fmt.Sprintf("as_name_%d%.100s", i, text), r).Update(value)
		help := fmt.Sprintf("as_help_%d", i)
		metrics.GetOrRegisterGauge(help, r).Update(value)
		if err := metrics.Describe(help, r, metrics.Description{Help: text}); err != nil {
			t.Fatal(err)
		}
	}
	d, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{Registry: r, Detached: true, FlushInterval: time.Hour}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Once(); err != nil {
		t.Fatal(err)
	}
	return d
}

const (
	hostileKinds = 4     // of metrics that it has for each text
	ownPrefix    = "as_" // of all their names
)

// A real Prometheus has the series that were put in and no more, with the label values as
// they were, whatever format it asks for.
func TestHostileTextsToPrometheus(t *testing.T) {
	server := httptest.NewServer(hostileApplication(t).Handler())
	defer server.Close()
	var jobs []harness.Job
	for _, protocol := range []string{"PrometheusText0.0.4", "PrometheusText1.0.0", "OpenMetricsText0.0.1", "OpenMetricsText1.0.0", "PrometheusProto"} {
		jobs = append(jobs, harness.Job{
			Name: protocol, Targets: []string{strings.TrimPrefix(server.URL, "http://")},
			Options: map[string]any{"scrape_protocols": []string{protocol}},
		})
	}
	p := harness.StartPrometheus(t, jobs...)
	p.AwaitScrapes(t)
	want := map[string]float64{}
	for i, text := range hostile.Texts {
		want[strings.ToValidUTF8(text, "\ufffd")] = float64(i + 1)
	}
	for _, job := range jobs {
		values, err := p.Query(fmt.Sprintf(`as_value_gauge{job=%q}`, job.Name))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]float64{}
		for _, s := range values {
			got[string(s.Metric["l"])] = float64(s.Value)
		}
		if !maps.Equal(got, want) {
			for text, value := range want {
				if got[text] != value {
					t.Errorf("%s: %.60q is %v, want %v", job.Name, text, got[text], value)
				}
			}
			t.Errorf("%s: %d values, want %d", job.Name, len(got), len(want))
		}
		all, err := p.Query(fmt.Sprintf(`{job=%q, __name__!~"up|scrape_.+"}`, job.Name))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range all {
			if !strings.HasPrefix(string(s.Metric["__name__"]), ownPrefix) {
				t.Errorf("%s: there is %v", job.Name, s.Metric)
			}
		}
		if len(all) != hostileKinds*len(hostile.Texts) {
			t.Errorf("%s: %d series, want %d", job.Name, len(all), hostileKinds*len(hostile.Texts))
		}
	}
}

// An InfluxDB has a series for each, and no other measurement.
func TestHostileTextsToInfluxDB(t *testing.T) {
	i := harness.StartInfluxDB(t, "shop")
	d, err := influxdb.New(influxdb.Config{URL: i.URL, Database: "shop", Gatherer: hostileApplication(t), OnError: func(err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	measurements, err := i.Query("shop", `SELECT last(gauge) FROM /.*/ GROUP BY *`)
	if err != nil {
		t.Fatal(err)
	}
	for _, series := range measurements {
		if !strings.HasPrefix(series.Name, ownPrefix) {
			t.Errorf("there is %v", series)
		}
	}
	if len(measurements) < hostileKinds*len(hostile.Texts)-merged || len(measurements) > hostileKinds*len(hostile.Texts) {
		t.Errorf("%d series, want %d", len(measurements), hostileKinds*len(hostile.Texts))
	}
}

// merged is how many texts at most become the same once what lines can't have is replaced.
const merged = 50

// A VictoriaMetrics that reads Graphite's lines has no series that was not put in.
func TestHostileTextsToVictoriaMetrics(t *testing.T) {
	v := harness.StartVictoriaMetrics(t)
	d, err := graphite.New(graphite.Config{Address: v.Graphite, Tags: true, Gatherer: hostileApplication(t), OnError: func(err error) { t.Log(err) }})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Log(err) // which are the same once they are written, or too long
	}
	harness.Eventually(t, "all series to arrive", func() error {
		if err := v.Flush(); err != nil {
			return err
		}
		all, err := v.Query(`{__name__!=""}`)
		if err != nil {
			return err
		}
		for _, s := range all {
			if !strings.HasPrefix(string(s.Metric["__name__"]), ownPrefix) {
				t.Errorf("there is %v", s.Metric)
			}
		}
		if n := len(all); n < hostileKinds*len(hostile.Texts)-merged || n > hostileKinds*len(hostile.Texts) {
			return fmt.Errorf("%d series, want %d", n, hostileKinds*len(hostile.Texts))
		}
		return nil
	})
}

// Graphite's carbon has files for what was put in and for nothing else, and none outside of
// the prefix.
func TestHostileTextsToCarbon(t *testing.T) {
	const prefix, tooLong = "test.hostile.", 10 // parts of paths that no file can be called
	c := harness.StartCarbon(t)
	d, err := graphite.New(graphite.Config{Address: c.Address, Prefix: prefix[:len(prefix)-1], Gatherer: hostileApplication(t), OnError: func(err error) { t.Log(err) }})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Log(err) // which are the same once they are written, or too long
	}
	harness.Eventually(t, "all series to be stored", func() error {
		paths, err := c.Paths()
		if err != nil {
			return err
		}
		for _, path := range paths {
			if !strings.HasPrefix(path, prefix+ownPrefix) {
				t.Errorf("there is %q", path)
			}
		}
		// The paths of label values become the same for most.
		if n := len(paths); n < (hostileKinds-1)*len(hostile.Texts)-tooLong || n > hostileKinds*len(hostile.Texts) {
			return fmt.Errorf("%d series of %d texts", n, len(hostile.Texts))
		}
		return nil
	})
}

// A statsd_exporter shows nothing that was not put in.
func TestHostileTextsToStatsDExporter(t *testing.T) {
	for _, format := range []statsd.Format{statsd.FormatDogStatsD, statsd.FormatStatsD} {
		e := harness.StartStatsDExporter(t)
		d, err := statsd.New(statsd.Config{Address: e.UDP, Format: format, Gatherer: hostileApplication(t), OnError: func(err error) { t.Log(err) }})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Log(err)
		}
		harness.Eventually(t, "all series to arrive", func() error {
			own := 0
			for key := range exported(t, e) {
				switch name, _, _ := strings.Cut(key, "_"); name {
				case "as":
					own++
				case "go", "process", "promhttp", "statsd":
				default:
					t.Errorf("there is %s", key)
				}
			}
			if own < hostileKinds*len(hostile.Texts)-merged || own > hostileKinds*len(hostile.Texts) {
				return fmt.Errorf("%d series, want %d", own, hostileKinds*len(hostile.Texts))
			}
			return nil
		})
	}
}
