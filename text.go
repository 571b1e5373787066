package metrics

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/go-metrics-plus/metrics/internal/reports"
)

// Write writes the registry as text every d, until writing fails; it returns that
// error. If d is not positive, it writes once. A nil registry is DefaultRegistry.
func Write(r Registry, d time.Duration, w io.Writer) error {
	return every(d, func() error { return WriteOnce(r, w) })
}

// WriteOnce writes the registry as text for people to read, in the order of the
// names: for each series its type and name, and a line for each value. Timers are
// in nanoseconds. It runs the health checks, and leaves out what panics when it is
// read. The text goes to w in one call. A nil registry is DefaultRegistry.
func WriteOnce(r Registry, w io.Writer) error {
	var all []seriesText
	orDefault(r).Each(func(name string, metric any) {
		if t, ok := textOf(name, metric, 0); ok {
			all = append(all, t)
		}
	})
	slices.SortStableFunc(all, func(a, b seriesText) int { return cmp.Compare(a.name, b.name) })
	var text bytes.Buffer
	for _, t := range all {
		fmt.Fprintf(&text, "%s %s\n", t.kind, t.name)
		for _, line := range t.lines {
			fmt.Fprintf(&text, textFormat, line.label, line.value)
		}
	}
	_, err := w.Write(text.Bytes())
	return err
}

// every calls f every d until it fails, or once if d is not positive.
func every(d time.Duration, f func() error) error {
	if d <= 0 {
		return f()
	}
	ticker := time.NewTicker(d)
	defer ticker.Stop()
	for range ticker.C {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

// seriesText is a series as text.
type seriesText struct {
	kind, name string
	lines      []textLine
}

// textLine is a value and its label, which ends with a colon.
type textLine struct{ label, value string }

// textFormat puts label and value of a line in columns, as go-metrics does.
const textFormat = "  %-13s%s\n"

// textOf returns a metric as text, durations in units of scale, or as whole
// nanoseconds if that is 0. For what can't be read, ok is false.
func textOf(name string, metric any, scale time.Duration) (t seriesText, ok bool) {
	t.name = reports.Printable(name) + labelsOf(metric).String()
	if h, ok := metric.(Healthcheck); ok {
		runCheck(name, h)
	}
	ok = readGuarded(name, func() { t.read(snapshotOf(metric), scale) })
	return t, ok && t.kind != ""
}

func (t *seriesText) read(snapshot any, scale time.Duration) {
	switch s := snapshot.(type) {
	case CounterSnapshot:
		t.kind = "counter"
		t.add("count", "%9d", s.Count())
	case GaugeSnapshot:
		t.kind = "gauge"
		t.add("value", "%9d", s.Value())
	case GaugeFloat64Snapshot:
		t.kind = "gauge"
		t.add("value", "%f", s.Value())
	case Healthcheck:
		t.kind = "healthcheck"
		t.add("error", "%v", reports.Cause(s.Error()))
	case MeterSnapshot:
		t.kind = "meter"
		t.add("count", "%9d", s.Count())
		t.addRates(s)
	case HistogramSnapshot:
		t.kind = "histogram"
		addDistributionText(t, s, "%9d", "%12.2f", 0)
	case HistogramFloat64Snapshot:
		t.kind = "histogram"
		addDistributionText(t, s, "%f", "%f", 0)
	case TimerSnapshot:
		t.kind = "timer"
		addDistributionText(t, s, "%9d", "%12.2f", scale)
		t.addRates(s)
	}
}

func (t *seriesText) add(label, format string, value any) {
	t.lines = append(t.lines, textLine{label + ":", fmt.Sprintf(format, value)})
}

func (t *seriesText) addRates(s rateReader) {
	t.add("1-min rate", "%12.2f", s.Rate1())
	t.add("5-min rate", "%12.2f", s.Rate5())
	t.add("15-min rate", "%12.2f", s.Rate15())
	t.add("mean rate", "%12.2f", s.RateMean())
}

// addDistributionText adds the lines of a histogram, or of a timer in units of scale:
// recorded values in one format, computed ones in the other.
func addDistributionText[N int64 | float64](
	t *seriesText, s distributionReader[N], recorded, format string, scale time.Duration,
) {
	t.add("count", "%9d", s.Count())
	unit := 1.
	if scale > 0 {
		format, unit = format+unitName(scale), float64(scale)
		t.add("min", format, float64(s.Min())/unit)
		t.add("max", format, float64(s.Max())/unit)
	} else {
		t.add("min", recorded, s.Min())
		t.add("max", recorded, s.Max())
	}
	t.add("mean", format, s.Mean()/unit)
	t.add("stddev", format, s.StdDev()/unit)
	for i, value := range s.Percentiles(shownPercentiles) {
		t.add(percentileKeys[i], format, value/unit)
	}
}

// unitName returns what to put behind a number of such units: ms for a
// millisecond, and ×20ms for what has no name.
func unitName(unit time.Duration) string {
	switch unit {
	case time.Minute:
		return "m"
	case time.Hour:
		return "h"
	}
	if name, ok := strings.CutPrefix(unit.String(), "1"); ok && strings.IndexFunc(name, isDigit) < 0 {
		return name
	}
	return "×" + unit.String()
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }
