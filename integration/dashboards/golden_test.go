package dashboards

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	"github.com/go-metrics-plus/metrics/dashboards"
	"github.com/go-metrics-plus/metrics/integration/harness"
)

var update = flag.Bool("update", false, "write what programs expose to the module's testdata")

func gathered(families []*dto.MetricFamily) prometheus.Gatherer {
	return prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return families, nil })
}

// runtimeKept are the families of the runtime that testdata has. The others are too
// many, and change with each version of Go.
var runtimeKept = regexp.MustCompile(`^(go_goroutines|go_info|go_build_info|go_gc_duration_seconds|go_sched_latencies_seconds|` +
	`go_sched_gomaxprocs_threads|go_memstats_heap_inuse_bytes|go_memstats_last_gc_time_seconds|` +
	`go_godebug_non_default_behavior_panicnil_events_total|process_\w+|promhttp_\w+)$`)

var isRuntime = regexp.MustCompile(`^(go|process|promhttp)_`)

// The golden files of the module dashboards are made of what these programs expose,
// without values. This test makes sure that they still expose the same.
func TestGoldenInputsAreTrue(t *testing.T) {
	for _, p := range startPrograms(t) {
		if p.name == "raft" && !*update { // its nodes report what they went through, which differs
			continue
		}
		t.Run(p.name, func(t *testing.T) {
			path := filepath.Join("..", "..", "dashboards", "testdata", p.name, "metrics.txtpb")
			var known []*dto.MetricFamily
			if !*update {
				known = readFamilies(t, path)
			}
			harness.Eventually(t, "all kinds of requests", func() error {
				live, err := dashboards.Scrape(t.Context(), p.url())
				if err != nil {
					return err
				}
				if *update {
					writeFamilies(t, path, live)
					return nil
				}
				return sameFiles(known, withoutMostOfRuntime(live))
			})
		})
	}
}

func withoutMostOfRuntime(families []*dto.MetricFamily) (kept []*dto.MetricFamily) {
	for _, f := range families {
		if !isRuntime.MatchString(f.GetName()) || runtimeKept.MatchString(f.GetName()) {
			kept = append(kept, f)
		}
	}
	return kept
}

// writeFamilies writes families without values: one series of each set of label names.
func writeFamilies(t *testing.T, path string, families []*dto.MetricFamily) {
	t.Helper()
	var out bytes.Buffer
	for _, f := range withoutMostOfRuntime(families) {
		bare := &dto.MetricFamily{Name: f.Name, Help: f.Help, Type: f.Type, Unit: f.Unit}
		seen := make(map[string]bool)
		for _, m := range f.GetMetric() {
			series, names := withoutValues(m)
			if !seen[names] {
				seen[names] = true
				bare.Metric = append(bare.Metric, series)
			}
		}
		text, err := prototext.MarshalOptions{Multiline: true}.Marshal(bare)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(bytes.ReplaceAll(text, []byte(":  "), []byte(": "))) // it writes one or two spaces, at random
		out.WriteString("\n")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func withoutValues(m *dto.Metric) (series *dto.Metric, names string) {
	series = new(dto.Metric)
	for _, label := range m.GetLabel() {
		value := "x"
		if label.GetName() == "quantile" {
			value = label.GetValue()
		}
		series.Label = append(series.Label, &dto.LabelPair{Name: label.Name, Value: &value})
		names += label.GetName() + ","
	}
	if h := m.GetHistogram(); h != nil {
		series.Histogram = &dto.Histogram{Schema: h.Schema}
		if len(h.GetBucket()) > 0 {
			series.Histogram.Bucket = []*dto.Bucket{{UpperBound: proto.Float64(1), CumulativeCount: proto.Uint64(0)}}
		}
	}
	return series, names
}

// readFamilies reads what writeFamilies wrote.
func readFamilies(t *testing.T, path string) (families []*dto.MetricFamily) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range bytes.Split(bytes.TrimSpace(text), []byte("\n\n")) {
		f := new(dto.MetricFamily)
		if err := prototext.Unmarshal(block, f); err != nil {
			t.Fatal(err)
		}
		families = append(families, f)
	}
	return families
}

// sameFiles reports as an error what differs in what is generated of two.
func sameFiles(known, live []*dto.MetricFamily) error {
	a, err := dashboards.New(gathered(known), dashboards.Config{})
	if err != nil {
		return err
	}
	b, err := dashboards.New(gathered(live), dashboards.Config{})
	if err != nil {
		return err
	}
	var dashboardA, dashboardB, rulesA, rulesB bytes.Buffer
	err = errors.Join(a.WriteDashboard(&dashboardA), b.WriteDashboard(&dashboardB),
		a.WriteRules(&rulesA, &rulesA), b.WriteRules(&rulesB, &rulesB))
	if err != nil {
		return err
	}
	if !bytes.Equal(rulesA.Bytes(), rulesB.Bytes()) {
		return fmt.Errorf("the rules differ (-update takes over what is exposed now):\n%s", &rulesB)
	}
	if line, other, differ := firstDifference(dashboardA.String(), dashboardB.String()); differ {
		return fmt.Errorf("the dashboards differ (-update takes over what is exposed now): %q is now %q", line, other)
	}
	return nil
}

func firstDifference(a, b string) (line, other string, differ bool) {
	linesA, linesB := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(linesA), len(linesB)) {
		if linesA[i] != linesB[i] {
			return linesA[i], linesB[i], true
		}
	}
	return "", "", a != b
}
