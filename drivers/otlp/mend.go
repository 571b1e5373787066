package otlp

import (
	dto "github.com/prometheus/client_model/go"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// mend puts right what the bridge left out of a metric or got wrong: units, the exemplars
// of native histograms, and the identifiers of traces, which it takes for bytes although
// they are written in hexadecimal digits. A receiver refuses a whole request for one of the
// wrong length.
func mend(m *metricdata.Metrics, family *dto.MetricFamily) {
	m.Unit = unitOf(family.GetUnit())
	switch data := m.Data.(type) {
	case metricdata.Sum[float64]:
		for i := range data.DataPoints {
			mendExemplars(data.DataPoints[i].Exemplars)
		}
	case metricdata.Histogram[float64]:
		for i := range data.DataPoints {
			mendExemplars(data.DataPoints[i].Exemplars)
		}
	case metricdata.ExponentialHistogram[float64]:
		for i := range data.DataPoints {
			data.DataPoints[i].Exemplars = exemplarsOf(family.GetMetric()[i].GetHistogram())
		}
	}
}

// units are Prometheus's words for units, and what OpenTelemetry calls them.
var units = map[string]string{
	"":             "",
	"seconds":      "s",
	"milliseconds": "ms",
	"microseconds": "us",
	"nanoseconds":  "ns",
	"minutes":      "min",
	"hours":        "h",
	"days":         "d",
	"bytes":        "By",
	"kibibytes":    "KiBy",
	"mebibytes":    "MiBy",
	"gibibytes":    "GiBy",
	"ratio":        "1",
	"percent":      "%",
	"celsius":      "Cel",
	"meters":       "m",
	"grams":        "g",
	"joules":       "J",
	"watts":        "W",
	"volts":        "V",
	"amperes":      "A",
	"hertz":        "Hz",
}

// unitOf returns other units as annotations, in braces, which say what is counted.
func unitOf(unit string) string {
	if known, ok := units[unit]; ok {
		return known
	}
	return "{" + unit + "}"
}
