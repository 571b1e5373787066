package metrics_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log"
	"slices"
	"strings"
	"testing"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/internal/hostile"
)

// hostileRegistry has each text as a name, a label's name and a label's value, with the
// text's index as the value.
func hostileRegistry(t *testing.T) (r metrics.Registry, series int) {
	t.Helper()
	r = metrics.NewRegistry()
	for i, text := range hostile.Texts {
		metrics.GetOrRegisterGauge("as_name"+text, r).Update(int64(i))
		metrics.GetOrRegisterGauge("as_label", r, metrics.Labels{text: "v"}).Update(int64(i))
		metrics.GetOrRegisterGauge("as_value", r, metrics.Labels{"l": text}).Update(int64(i))
	}
	return r, 3 * len(hostile.Texts)
}

// Whatever texts are, JSON has the series that were put in, and no more.
func TestInjectionIntoJSON(t *testing.T) {
	r, series := hostileRegistry(t)
	var text bytes.Buffer
	metrics.WriteJSONOnce(r, &text)
	var decoded map[string]map[string]float64
	if err := json.Unmarshal(text.Bytes(), &decoded); err != nil {
		t.Fatal(err)
	}
	var values []float64
	for key, value := range decoded {
		values = append(values, value["value"])
		if len(value) != 1 || !strings.HasPrefix(strings.TrimPrefix(key, `"`), "as_") {
			t.Errorf("%q is %v", key, value)
		}
	}
	slices.Sort(values)
	for i, value := range values {
		if value != float64(i/3) {
			t.Fatalf("values are %v", values)
		}
	}
	if len(values) != series {
		t.Errorf("%d series, want %d", len(values), series)
	}
	if strings.ContainsAny(text.String(), "<>\u2028\u2029\x1b") {
		t.Error("something is not escaped that ends a script or steers a terminal")
	}
}

// Whatever texts are, text for people has a line for each series, and one for its value.
func TestInjectionIntoText(t *testing.T) {
	r, series := hostileRegistry(t)
	check := metrics.NewHealthcheck(func(h metrics.Healthcheck) { h.Unhealthy(errors.New("x\ngauge injected\n  value: 666")) })
	if err := r.Register("check", check); err != nil {
		t.Fatal(err)
	}
	var written, logged bytes.Buffer
	if err := metrics.WriteOnce(r, &written); err != nil {
		t.Fatal(err)
	}
	metrics.Log(r, 0, log.New(&logged, "", 0))
	for name, text := range map[string]string{"Write": written.String(), "Log": logged.String()} {
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		if len(lines) != 2*(series+1) {
			t.Errorf("%s: %d lines for %d series", name, len(lines), series+1)
		}
		for _, line := range lines {
			isName := strings.HasPrefix(line, "gauge as_") || strings.HasPrefix(line, `gauge "as_`) || line == "healthcheck check"
			isValue := strings.HasPrefix(line, "  value:") || strings.HasPrefix(line, "  error:")
			if !isName && !isValue || hostile.Controls(line) {
				t.Errorf("%s: line %.200q", name, line)
			}
		}
	}
}

// No error about a name or its labels has a line break or an escape of a terminal.
func TestInjectionIntoErrors(t *testing.T) {
	for _, text := range hostile.Texts {
		r := metrics.NewRegistry()
		metrics.GetOrRegisterGauge(text, r, metrics.Labels{text: text})
		for _, err := range []error{
			r.Register(text, metrics.NewGauge(metrics.Labels{text: text})), r.Register(text, metrics.NewCounter()), r.Register(text, text),
		} {
			if err == nil || hostile.Controls(err.Error()) {
				t.Errorf("%q: %v", text, err)
			}
		}
	}
}
