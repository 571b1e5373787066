package otlp

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/encoding/prototext"
)

var update = flag.Bool("update", false, "write the golden files anew")

// gathered is a gatherer of families that stand in a file.
func gathered(t *testing.T, file string) prometheus.Gatherer {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	var families []*dto.MetricFamily
	for _, part := range strings.Split(string(text), "\n---\n") {
		family := &dto.MetricFamily{}
		if err := prototext.Unmarshal([]byte(part), family); err != nil {
			t.Fatal(err)
		}
		families = append(families, family)
	}
	return prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return families, nil })
}

// Everything that a family can be: what the bridge makes of it, mended.
func TestGolden(t *testing.T) {
	for _, test := range []struct {
		name   string
		config Config
	}{
		{"exponential.txt", Config{Protocol: HTTP}},
		{"explicit.txt", Config{Protocol: GRPC, Histograms: HistogramsExplicit}},
		{"split.txt", Config{Protocol: HTTP, PointsPerRequest: 3}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := &receiver{}
			test.config.URL = r.start(t, test.config.Protocol)
			test.config.Gatherer = gathered(t, "families.txtpb")
			d, told := newTestDriver(t, test.config)
			begun := time.Now()
			var first string
			for range 2 {
				if err := d.Once(); err != nil {
					t.Fatal(err)
				}
				lines := strings.Join(append(append(r.lines(begun), ""), told()...), "\n") + "\n"
				if first == "" {
					first = lines
					wantGolden(t, test.name, lines)
				} else if again, _, _ := strings.Cut(first, "\notlp: "); strings.TrimSpace(lines) != strings.TrimSpace(again) {
					t.Errorf("the second delivery differs:\n%s", lines) // what is left out is told once
				}
			}
		})
	}
}

func wantGolden(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s says\n%s\nbut it was\n%s", path, want, got)
	}
}
