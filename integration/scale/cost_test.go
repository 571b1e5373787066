// Package scale measures what an instance costs Prometheus, by layout and sample, for
// docs/scale.md.
package scale

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/integration/harness"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// timers is how many each service has, and observations how many values each of them
// gets between two scrapes.
const timers, observations = 20, 10

// setup is a way to show timers.
type setup struct {
	name   string
	layout prometheusmetrics.Layout
	sample func() metrics.Sample // nil for the default
	job    map[string]any        // how Prometheus scrapes it
}

func bucketed() metrics.Sample { return metrics.NewBucketSample(0.05) }

var (
	native  = map[string]any{"scrape_native_histograms": true}
	classic = map[string]any{"scrape_native_histograms": false}
)

var setups = []setup{
	{name: "`LayoutGauges`, reservoir", layout: prometheusmetrics.LayoutGauges, job: classic},
	{name: "`LayoutTyped`, reservoir (a summary)", layout: prometheusmetrics.LayoutTyped, job: classic},
	{name: "`LayoutTyped`, buckets, scraped as classic histograms", layout: prometheusmetrics.LayoutTyped, sample: bucketed, job: classic},
	{name: "`LayoutTyped`, buckets, scraped as native histograms", layout: prometheusmetrics.LayoutTyped, sample: bucketed, job: native},
}

// cost is what was measured of a setup, for one timer.
type cost struct {
	series       float64 // in Prometheus
	scrapeBytes  float64 // compressed, of one scrape
	storedBytes  float64 // of one scrape, in a block
	storedSample float64 // of one sample
}

// TestCosts measures each setup for SCALE_DURATION, 8 seconds if that is not set, and
// holds the number of series against the page. What is stored takes longer to be
// worth reading: the page's values are of 10 minutes.
func TestCosts(t *testing.T) {
	duration := 8 * time.Second
	if text := os.Getenv("SCALE_DURATION"); text != "" {
		var err error
		if duration, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	costs := make([]cost, len(setups))
	t.Run("setups", func(t *testing.T) {
		for i, s := range setups {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				costs[i] = measure(t, s, duration)
			})
		}
	})
	var table bytes.Buffer
	w := tabwriter.NewWriter(&table, 0, 0, 1, ' ', 0)
	page := readPage(t)
	for i, s := range setups {
		c := costs[i]
		fmt.Fprintf(w, "%s\t| %.0f\t| %.0f\t| %.1f\t| %.2f\n", s.name, c.series, c.scrapeBytes, c.storedBytes, c.storedSample)
		if want := page[s.name]; want != c.series {
			t.Errorf("%s: %v series for a timer, the page says %v", s.name, c.series, want)
		}
	}
	w.Flush()
	t.Logf("for one timer: series | bytes of a scrape | stored bytes of a scrape | stored bytes of a sample\n%s", &table)
}

// readPage returns the series for a timer that docs/scale.md has for each setup.
func readPage(t *testing.T) map[string]float64 {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "scale.md"))
	if err != nil {
		t.Fatal(err)
	}
	series := map[string]float64{}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) < 3 {
			continue
		}
		if n, err := strconv.ParseFloat(strings.TrimSpace(cells[2]), 64); err == nil {
			series[strings.TrimSpace(cells[1])] = n
		}
	}
	return series
}

// measure has Prometheus scrape a service of that setup, and looks at what it stored.
func measure(t *testing.T, s setup, duration time.Duration) cost {
	registry := metrics.NewRegistry()
	if s.sample != nil {
		registry = metrics.NewRegistry(metrics.WithSample(s.sample))
	}
	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Registry: registry, Layout: s.layout, DurationUnit: time.Second, Detached: true,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	handler, bytesWritten := counted(driver.Handler())
	server := httptest.NewServer(handler)
	defer server.Close()
	prometheus := harness.StartPrometheusWithAdmin(t, harness.Job{
		Name: "cost", Targets: []string{strings.TrimPrefix(server.URL, "http://")}, Options: s.job,
	})
	record(registry, duration)
	prometheus.AwaitScrapes(t)

	series, err := prometheus.Value(`count({job="cost", __name__!~"up|scrape_.*"})`)
	if err != nil {
		t.Fatal(err)
	}
	stored := snapshot(t, prometheus)
	scrapes, total := bytesWritten()
	perTimer := float64(timers)
	return cost{
		series:       series / perTimer,
		scrapeBytes:  total / scrapes / perTimer,
		storedSample: stored.bytes / stored.samples,
		storedBytes:  stored.bytes / stored.samples * series / perTimer,
	}
}

// record has all timers record values around a latency of their own, which drifts.
func record(registry metrics.Registry, duration time.Duration) {
	random := rand.New(rand.NewPCG(5, 6))
	vec := metrics.NewVec[metrics.Timer](registry, "latency", "route")
	for end := time.Now().Add(duration); time.Now().Before(end); time.Sleep(harness.ScrapeInterval) {
		for i := range timers {
			for range observations {
				took := float64(time.Millisecond) * float64(i+1) * math.Exp(0.5*random.NormFloat64())
				vec.With(strconv.Itoa(i)).Update(time.Duration(took))
			}
		}
	}
}

// counted counts the scrapes of a handler, and the bytes of their answers.
func counted(next http.Handler) (handler http.Handler, read func() (scrapes, bytes float64)) {
	var mu sync.Mutex
	var scrapes, total float64
	handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := &countingWriter{ResponseWriter: w}
		next.ServeHTTP(answer, r)
		mu.Lock()
		defer mu.Unlock()
		scrapes, total = scrapes+1, total+answer.bytes
	})
	return handler, func() (float64, float64) {
		mu.Lock()
		defer mu.Unlock()
		return scrapes, total
	}
}

type countingWriter struct {
	http.ResponseWriter
	bytes float64
}

func (w *countingWriter) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	w.bytes += float64(n)
	return n, err
}

type stored struct{ bytes, samples float64 }

// snapshot has Prometheus write a block of what it has, and reads its size: chunks, not
// the index, whose cost is per series and not per sample.
func snapshot(t *testing.T, p *harness.Prometheus) (s stored) {
	t.Helper()
	folder := p.Snapshot(t)
	blocks, err := filepath.Glob(filepath.Join(folder, "*", "meta.json"))
	if err != nil || len(blocks) == 0 {
		t.Fatalf("no block in the snapshot %s: %v", folder, err)
	}
	for _, block := range blocks {
		text, err := os.ReadFile(block)
		if err != nil {
			t.Fatal(err)
		}
		var meta struct{ Stats struct{ NumSamples float64 } }
		if err := json.Unmarshal(text, &meta); err != nil {
			t.Fatal(err)
		}
		s.samples += meta.Stats.NumSamples
		chunks, err := filepath.Glob(filepath.Join(filepath.Dir(block), "chunks", "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, chunk := range chunks {
			info, err := os.Stat(chunk)
			if err != nil {
				t.Fatal(err)
			}
			s.bytes += float64(info.Size())
		}
	}
	return s
}
