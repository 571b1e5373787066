package remotewrite

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/exp/api/remote"
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

func wantGolden(t *testing.T, file string, lines []string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	got := strings.Join(lines, "\n") + "\n"
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

// Everything that a family can be, by both versions: the first round, the next, in which
// exemplars and times that were sent are not sent again, and the end.
func TestGolden(t *testing.T) {
	for _, test := range []struct {
		name       string
		version    remote.WriteMessageType
		histograms Histograms
	}{
		{"v2.txt", remote.WriteV2MessageType, HistogramsAuto},
		{"v1.txt", remote.WriteV1MessageType, HistogramsAuto},
		{"v1-native.txt", remote.WriteV1MessageType, HistogramsNative},
		{"v2-classic.txt", remote.WriteV2MessageType, HistogramsClassic},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newReceiver(test.version)
				d, told := newTestDriver(t, r, Config{Gatherer: gathered(t, "families.txtpb"), Histograms: test.histograms})
				var lines []string
				for range 2 {
					if err := d.Once(); err != nil {
						t.Fatal(err)
					}
					lines = append(append(lines, r.got()...), "")
					time.Sleep(time.Second)
				}
				if err := d.Close(); err != nil {
					t.Fatal(err)
				}
				end := r.got()
				slices.Sort(end[len(end)/2:]) // stale markers come in any order
				lines = append(append(lines, end...), "")
				wantGolden(t, test.name, append(lines, told()...))
			})
		})
	}
}
