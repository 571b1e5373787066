package prometheusmetrics

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/layout"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"
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
	gauges, typed := layout.Gauges(time.Nanosecond, defaultPercentiles), layout.Typed(defaultPercentiles)
	own, foreign := layout.Subject{Name: "<p>", LifetimeSum: true}, layout.Subject{Name: "<p>"}
	bucketed := layout.Subject{Name: "<p>", LifetimeSum: true, Buckets: true}
	var table strings.Builder
	table.WriteString("| metric | in `LayoutGauges` | in `LayoutTyped` |\n|---|---|---|\n")
	for _, row := range []struct {
		metric string
		kind   reading.Kind
		s      layout.Subject
	}{
		{"Counter", reading.Counter, own},
		{"Gauge, GaugeFloat64", reading.Gauge, own},
		{"Meter", reading.Meter, own},
		{"Histogram", reading.Histogram, own},
		{"Timer", reading.Timer, own},
		{"HistogramFloat64", reading.Histogram, bucketed},
		{"Histogram with a bucketed sample", reading.Histogram, bucketed},
		{"Timer with a bucketed sample", reading.Timer, bucketed},
		{"Histogram of another library", reading.Histogram, foreign},
		{"Timer of another library", reading.Timer, foreign},
		{"go-ethereum's ResettingTimer", reading.ResettingTimer, own},
		{"go-ethereum's GaugeInfo", reading.Info, own},
		{"Healthcheck", reading.Healthcheck, own},
	} {
		s := row.s
		s.Kind = row.kind
		fmt.Fprintf(&table, "| %s | %s | %s |\n", row.metric, names(gauges.Templates(s), false), names(typed.Templates(s), true))
	}
	histogram, meter := own, own
	histogram.Kind, meter.Kind = reading.Histogram, reading.Meter
	return shortened(table.String(),
		names(gauges.Templates(histogram), false), names(gauges.Templates(meter)[1:], false))
}

// shortened has each list of names stand once, below the table.
func shortened(table, distribution, rates string) string {
	table = strings.NewReplacer(distribution, "*distribution*", rates, "*rates*").Replace(table)
	return table + "\n*distribution*: " + distribution + "\n\n*rates*: " + rates + "\n"
}

// names lists the families of templates, with their types where these differ.
func names(templates []layout.Template, types bool) string {
	var all []string
	for _, t := range templates {
		name := "`" + t.Name + "`"
		if len(t.Labels) > 0 {
			name = "`" + t.Name + "{" + t.Labels[0].Name + "=…}`"
		}
		if types {
			name = strings.ToLower(t.Type.String()) + " " + name
		}
		if len(all) == 0 || all[len(all)-1] != name {
			all = append(all, name)
		}
	}
	return strings.Join(all, " ")
}
