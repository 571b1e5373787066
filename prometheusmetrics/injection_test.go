package prometheusmetrics

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/internal/hostile"
)

// hostileRegistry has each text as a label's value, a label's name, a name, a help text
// with its unit, and an exemplar's label. The value of each metric is the text's index.
func hostileRegistry(t *testing.T) metrics.Registry {
	t.Helper()
	r := metrics.NewRegistry()
	for i, text := range hostile.Texts {
		metrics.GetOrRegisterGauge("as_value", r, metrics.Labels{"l": text}).Update(int64(i))
		metrics.GetOrRegisterGauge(fmt.Sprintf("as_label_%d", i), r, metrics.Labels{"n" + text: "v"}).Update(int64(i))
		metrics.GetOrRegisterGauge(fmt.Sprintf("as_name_%d%s", i, text), r).Update(int64(i))
		name := fmt.Sprintf("as_help_%d", i)
		metrics.GetOrRegisterGauge(name, r).Update(int64(i))
		if err := metrics.Describe(name, r, metrics.Description{Help: text, Unit: text}); err != nil {
			t.Fatal(err)
		}
		timer := metrics.NewCustomTimer(metrics.NewHistogram(metrics.NewBucketSample(0.1, 1)), metrics.NewMeter())
		timer.UpdateWithExemplar(time.Duration(i)*time.Second, metrics.Labels{"n" + text[:min(len(text), 9)]: text})
		if err := r.Register(fmt.Sprintf("as_exemplar_%d", i), timer); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// TestInjection: whatever texts are, each format's own parser finds the metrics that were
// put in, no more, and the label values as they were.
func TestInjection(t *testing.T) {
	for _, layout := range layouts {
		for _, accept := range acceptHeaders {
			t.Run(fmt.Sprint(layout, " ", accept), func(t *testing.T) {
				log := &errorLog{}
				d := newDetached(t, Config{Registry: hostileRegistry(t), Layout: layout, FlushInterval: time.Hour, OnError: log.add})
				once(t, d)
				answer := get(d.Handler(), "/", accept, "")
				format, text := expfmt.Format(answer.Header().Get("Content-Type")), answer.Body.String()
				if format.FormatType() == expfmt.TypeOpenMetrics {
					// The text parser knows this much of the format, once what it does not is gone.
					text = asText(t, text)
					format = expfmt.NewFormat(expfmt.TypeTextPlain)
				}
				if format.FormatType() != expfmt.TypeTextPlain && format.FormatType() != expfmt.TypeProtoDelim {
					return // for people
				}
				families := decode(t, text, format)
				checkHostile(t, layout, families)
				for _, reason := range log.reasons() {
					t.Errorf("reported %q", reason)
				}
			})
		}
	}
}

var exemplarLine = regexp.MustCompile(`^(as_exemplar_\d+\w*_bucket{le="[^"]*"} \S+) # {\w+="([^"\\\n]|\\["\\n])*"} \S+ \S+\n$`)

// asText takes out of OpenMetrics what the older text format has not.
func asText(t *testing.T, text string) string {
	t.Helper()
	body, found := strings.CutSuffix(text, "# EOF\n")
	if !found || strings.Contains("\n"+body, "\n# EOF") {
		t.Errorf("the end is not there, or is in the middle")
	}
	var out strings.Builder
	for line := range strings.Lines(body) {
		if match := exemplarLine.FindStringSubmatch(line); match != nil {
			line = match[1] + "\n"
		}
		if strings.HasPrefix(line, "# UNIT ") {
			continue
		}
		out.WriteString(line)
	}
	return out.String()
}

func decode(t *testing.T, text string, format expfmt.Format) map[string]*dto.MetricFamily {
	t.Helper()
	families := map[string]*dto.MetricFamily{}
	for decoder := expfmt.NewDecoder(strings.NewReader(text), format); ; {
		family := &dto.MetricFamily{}
		if err := decoder.Decode(family); errors.Is(err, io.EOF) {
			return families
		} else if err != nil {
			t.Fatal(err)
		}
		if families[family.GetName()] != nil {
			t.Errorf("family %s is there twice", family.GetName())
		}
		families[family.GetName()] = family
	}
}

func checkHostile(t *testing.T, layout Layout, families map[string]*dto.MetricFamily) {
	t.Helper()
	suffix := map[Layout]string{LayoutGauges: "_gauge"}[layout]
	values := map[string]float64{}
	for _, m := range families["as_value"+suffix].GetMetric() {
		for _, l := range m.GetLabel() {
			values[l.GetValue()] = m.GetGauge().GetValue()
		}
	}
	if n := len(families["as_value"+suffix].GetMetric()); n != len(want()) {
		t.Errorf("%d series of values, want %d", n, len(want()))
	}
	for text, value := range want() {
		if got, ok := values[text]; !ok || got != value {
			t.Errorf("%.60q is %v (there: %v), want %v", text, got, ok, value)
		}
	}
	seen := map[string]int{}
	for name, family := range families {
		kind, _, _ := strings.Cut(strings.TrimPrefix(name, "as_"), "_")
		seen[kind]++
		if !strings.HasPrefix(name, "as_") || !model.LegacyValidation.IsValidMetricName(name) {
			t.Errorf("there is a family %q", name)
		}
		for _, m := range family.GetMetric() {
			for _, l := range m.GetLabel() {
				if !model.LegacyValidation.IsValidLabelName(l.GetName()) {
					t.Errorf("there is a label %q", l.GetName())
				}
			}
		}
	}
	delete(seen, "exemplar") // they are several families each, by layout
	if seen["value"] != 1 || seen["label"] != len(hostile.Texts) || seen["name"] != len(hostile.Texts) ||
		seen["help"] != len(hostile.Texts) || len(seen) != 4 {
		t.Errorf("families are %v, want %d of each", seen, len(hostile.Texts))
	}
}

// want are the values by label. What is no UTF-8 is replaced.
func want() map[string]float64 {
	values := map[string]float64{}
	for i, text := range hostile.Texts {
		values[strings.ToValidUTF8(text, "\ufffd")] = float64(i)
	}
	return values
}

// TestInjectionIntoErrors: no error has a line break or an escape of a terminal in it,
// whatever the metric is called, nor has a line that slog writes.
func TestInjectionIntoErrors(t *testing.T) {
	source := &given{}
	for _, text := range hostile.Texts {
		source.add("nil"+text, nil)
		source.add("reserved"+text, counted(1, metrics.Labels{"__" + text: text}))
		source.add("panics"+text, metrics.NewFunctionalGauge(func() int64 { panic(text) }))
		source.add("twice", counted(1, metrics.Labels{"l": text}))
		source.add("twice ", counted(1, metrics.Labels{"l": text}))
		source.add("twice_", counted(1, metrics.Labels{"l": text}))
	}
	log := &errorLog{}
	d, _, _, _ := newTestDriver(t, Config{Registry: source, OnError: log.add})
	once(t, d)
	var logged bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&logged, nil))
	texts := []string{}
	for _, err := range log.errs {
		texts = append(texts, err.Error())
		logger.Error("metric left out", "error", err)
	}
	for _, e := range d.Explain() {
		texts = append(texts, e.String())
	}
	if len(log.errs) < 3*len(hostile.Texts) || strings.Count(logged.String(), "\n") != len(log.errs) {
		t.Errorf("%d errors in %d lines", len(log.errs), strings.Count(logged.String(), "\n"))
	}
	slices.Sort(texts)
	bad := 0
	for _, text := range texts {
		if hostile.Controls(strings.ReplaceAll(text, "\n\t", "")) { // Explain has a line for each series
			if bad++; bad < 20 {
				t.Errorf("%.200q", text)
			}
		}
	}
	if bad > 0 {
		t.Errorf("%d of %d texts", bad, len(texts))
	}
}
