package legacy

import "testing"

func TestClassify(t *testing.T) {
	for name, want := range map[string]struct {
		instrument string
		form       Form
	}{
		"Counter":                {"Counter", Interface},
		"EWMA":                   {"EWMA", Interface},
		"StandardGaugeFloat64":   {"GaugeFloat64", Standard},
		"FunctionalGaugeFloat64": {"GaugeFloat64", Standard},
		"NilTimer":               {"Timer", Nil},
		"HistogramSnapshot":      {"Histogram", Snapshot},
		"SampleSnapshot":         {"", Other},
		"NilSample":              {"", Other},
		"StandardRegistry":       {"", Other},
		"Healthcheck":            {"", Other},
	} {
		if instrument, form := Classify(name); instrument != want.instrument || form != want.form {
			t.Errorf("%s: got %s, %d, want %s, %d", name, instrument, form, want.instrument, want.form)
		}
	}
}

func TestPageOf(t *testing.T) {
	for message, want := range map[string]Page{
		"undefined: metrics.Syslog":                                  PageWriters,
		"undefined: metrics.StandardMeter":                           PageInstruments,
		"h.Labels undefined (type metrics.Healthcheck has no …":      PageOriginal,
		"cannot use s (variable of type metrics.TimerSnapshot) as …": PageSnapshots,
		"cannot use f (value of type func(...metrics.Labels) …":      PageConstructors,
		"own does not implement metrics.Registry (missing SinkOnce)": PageRegistry,
		"declared and not used: x":                                   PageTool,
	} {
		if got := PageOf(message); got != want {
			t.Errorf("%s: got %s, want %s", message, got, want)
		}
	}
}
