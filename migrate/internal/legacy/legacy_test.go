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
