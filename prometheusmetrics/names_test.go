package prometheusmetrics

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics"
)

// TestNamesInReadme has the README's table of names be what the layouts do.
func TestNamesInReadme(t *testing.T) {
	const path, start, end = "../README.md", "<!-- names:start -->\n", "<!-- names:end -->"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), start)
	table, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("%s has no place for the table of names", path)
	}
	if want := namesTable(); table != want {
		if *update {
			if err := os.WriteFile(path, []byte(before+start+want+end+after), 0o644); err != nil {
				t.Fatal(err)
			}
			return
		}
		t.Errorf("the table of names in %s is not what the layouts do (go test -update rewrites it), which is\n%s", path, want)
	}
}

func namesTable() string {
	gauges, typed := newGaugeLayout(time.Nanosecond, defaultPercentiles), &typedLayout{percentiles: defaultPercentiles}
	own, foreign := &reading{lifetimeSum: true}, &reading{}
	bucketed := &reading{lifetimeSum: true, buckets: &metrics.BucketSnapshot{}}
	var table strings.Builder
	table.WriteString("| metric | in `LayoutGauges` | in `LayoutTyped` |\n|---|---|---|\n")
	for _, row := range []struct {
		metric  string
		kind    kind
		reading *reading
	}{
		{"Counter", kindCounter, own},
		{"Gauge, GaugeFloat64", kindGauge, own},
		{"Meter", kindMeter, own},
		{"Histogram", kindHistogram, own},
		{"Timer", kindTimer, own},
		{"Histogram with a bucketed sample", kindHistogram, bucketed},
		{"Timer with a bucketed sample", kindTimer, bucketed},
		{"Histogram of another library", kindHistogram, foreign},
		{"Timer of another library", kindTimer, foreign},
		{"go-ethereum's ResettingTimer", kindWindow, own},
		{"go-ethereum's GaugeInfo", kindInfo, own},
		{"Healthcheck", kindHealthcheck, own},
	} {
		s := subject{name: "<p>", kind: row.kind, reading: row.reading}
		fmt.Fprintf(&table, "| %s | %s | %s |\n", row.metric, names(gauges.templates(s), false), names(typed.templates(s), true))
	}
	return table.String()
}

// names lists the families of templates, with their types where these differ.
func names(templates []template, types bool) string {
	var all []string
	for _, t := range templates {
		name := "`" + t.name + "`"
		if len(t.labels) > 0 {
			name = "`" + t.name + "{" + t.labels[0].Name + "=…}`"
		}
		if types {
			name = strings.ToLower(t.typ.String()) + " " + name
		}
		if len(all) == 0 || all[len(all)-1] != name {
			all = append(all, name)
		}
	}
	return strings.Join(all, " ")
}
