package dashboards

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// programs have a folder each in testdata, with what they expose in metrics.txtpb and
// what is generated from that beside it. Tests of integration/dashboards write the
// former from running programs.
func programs(t *testing.T) (names []string) {
	t.Helper()
	files, err := filepath.Glob("testdata/*/metrics.txtpb")
	if err != nil || len(files) < 4 {
		t.Fatalf("%d programs in testdata, %v", len(files), err)
	}
	for _, file := range files {
		names = append(names, filepath.Base(filepath.Dir(file)))
	}
	return names
}

func gather(families []*dto.MetricFamily) prometheus.Gatherer {
	return prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return families, nil })
}

// exposed reads what a program of testdata exposes.
func exposed(t *testing.T, program string) (families []*dto.MetricFamily) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", program, "metrics.txtpb"))
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

func generate(t *testing.T, families []*dto.MetricFamily, config Config) *Monitoring {
	t.Helper()
	m, err := New(gather(families), config)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestGoldenFiles(t *testing.T) {
	for _, program := range programs(t) {
		t.Run(program, func(t *testing.T) {
			config := Config{Job: program}
			if program == "plain" { // the others have a job
				config.Job = ""
			}
			for name, text := range generate(t, exposed(t, program), config).files() {
				path := filepath.Join("testdata", program, name)
				if *update {
					if err := os.WriteFile(path, text, 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(text, want) {
					t.Errorf("%s differs (go test -update rewrites it)", path)
				}
			}
		})
	}
}

// The same metrics give the same bytes, whatever their order, their values, how many
// series there are, and what values their labels have.
func TestValuesDoNotCount(t *testing.T) {
	for _, program := range programs(t) {
		t.Run(program, func(t *testing.T) {
			want := generate(t, exposed(t, program), Config{}).files()
			other := exposed(t, program)
			slices.Reverse(other)
			for _, f := range other {
				for _, m := range f.GetMetric() {
					f.Metric = append(f.Metric, withOtherValues(m))
				}
				slices.Reverse(f.Metric)
			}
			for name, text := range generate(t, other, Config{}).files() {
				if !bytes.Equal(text, want[name]) {
					t.Errorf("%s differs", name)
				}
			}
		})
	}
}

func withOtherValues(m *dto.Metric) *dto.Metric {
	other := proto.Clone(m).(*dto.Metric)
	for _, label := range other.GetLabel() {
		label.Value = proto.String("another " + label.GetValue())
	}
	switch {
	case other.Counter != nil:
		other.Counter.Value = proto.Float64(7)
	case other.Gauge != nil:
		other.Gauge.Value = proto.Float64(7)
	case other.Summary != nil:
		other.Summary.SampleCount = proto.Uint64(7)
	case other.Histogram != nil:
		other.Histogram.SampleCount = proto.Uint64(7)
		other.Histogram.Exemplars = []*dto.Exemplar{{Value: proto.Float64(7)}}
	}
	return other
}

// A metric that is new changes the dashboard, and no id of the panels that there were.
func TestAMoreMetricKeepsIDs(t *testing.T) {
	before := panelIDs(t, exposed(t, "service"))
	families := append(exposed(t, "service"), &dto.MetricFamily{
		Name: proto.String("example_service_aaa_total"), Type: dto.MetricType_COUNTER.Enum(),
		Metric: []*dto.Metric{{Counter: &dto.Counter{Value: proto.Float64(1)}}},
	})
	after := panelIDs(t, families)
	if len(after) != len(before)+1 {
		t.Errorf("%d panels after %d", len(after), len(before))
	}
	for title, id := range before {
		if after[title] != id {
			t.Errorf("panel %q has id %d after %d", title, after[title], id)
		}
	}
}

func panelIDs(t *testing.T, families []*dto.MetricFamily) map[string]uint32 {
	t.Helper()
	ids := make(map[string]uint32)
	for _, p := range allPanels(decoded(t, generate(t, families, Config{Title: "x"}))) {
		ids[strings.Join([]string{*p.Title, *p.Description}, " | ")] = *p.Id
	}
	return ids
}
