package dashboards

import (
	"bytes"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"text/template"
	"time"
)

// alertTest is a case for promtool: series that are the cause of an alert, and when it
// fires with which labels.
type alertTest struct {
	at     time.Duration
	inputs []inputSeries
	firing firing
}

type firing struct {
	labels []pair // without those of the rule
	value  float64
}

// inputSeries is a series with its values in promtool's notation, one a minute.
type inputSeries struct{ series, values string }

const (
	testInterval = time.Minute
	testInstance = "test:8080"
	testBefore   = 5   // samples before the cause
	healthyFor   = 240 // samples of the case in which nothing is wrong
)

func (m *model) testJob() string {
	if m.config.Job != "" {
		return m.config.Job
	}
	return "test"
}

// testSeries writes a series of the job that tests are about.
func (m *model) testSeries(name string, labels ...pair) string {
	var matchers []string
	for _, label := range append(m.instanceLabels(), labels...) {
		matchers = append(matchers, fmt.Sprintf("%s=%q", label.name, label.value))
	}
	return name + "{" + strings.Join(matchers, ",") + "}"
}

func (m *model) instanceLabels(more ...pair) []pair {
	return append([]pair{{"instance", testInstance}, {"job", m.testJob()}}, more...)
}

// anchorSeries is what a job without a name is known by.
func (m *model) anchorSeries(values string) inputSeries {
	return inputSeries{m.testSeries(m.anchorName()), values}
}

// steps is one value for the time before the cause and another from then on; _ means
// none.
func steps(before, after string) string {
	const longEnough = 10_000
	repeat := func(value string, n int) string {
		if value == "_" {
			return fmt.Sprintf("_x%d", n)
		}
		return fmt.Sprintf("%sx%d", value, n-1)
	}
	if after == "_" { // no need to say that nothing follows, but for staleness
		return repeat(before, testBefore) + " stale"
	}
	return repeat(before, testBefore) + " " + repeat(after, longEnough)
}

// testOf is a test of an alert whose cause begins after the first samples.
func (m *model) testOf(hold time.Duration, f firing, inputs ...inputSeries) alertTest {
	const margin = 2 // evaluations: the first that sees it, and one for what is no whole minute
	at := time.Duration(testBefore+margin)*testInterval + roundUp(hold)
	return alertTest{at: at, inputs: inputs, firing: f}
}

func roundUp(d time.Duration) time.Duration {
	return time.Duration(math.Ceil(float64(d)/float64(testInterval))) * testInterval
}

// failedSeries are requests of which a share fails.
func (m *model) failedSeries(r *requests, share float64, samples int) []inputSeries {
	const perMinute = 6000
	failed := strings.Split(strings.ReplaceAll(r.failed, "..", "03"), "|")[0]
	succeeded := map[string]string{"503": "200", "2": "0", "Unknown": "OK"}[failed]
	series := func(status string, share float64) inputSeries {
		return m.counted(r.counted, pair{r.status, status}, round(share*perMinute), samples)
	}
	return []inputSeries{series(succeeded, 1-share), series(failed, share)}
}

// counted is a metric that counts so many a minute.
func (m *model) counted(metric *metric, label pair, perMinute float64, samples int) inputSeries {
	if metric.shape == histogramShape && !metric.classic {
		return inputSeries{
			m.testSeries(metric.name, label),
			fmt.Sprintf("{{schema:0 count:0 sum:0 buckets:[0]}}+{{schema:0 count:%v sum:%[1]v buckets:[%[1]v]}}x%d",
				perMinute, samples),
		}
	}
	name := metric.name
	if metric.shape == histogramShape || metric.shape == summaryShape {
		name += "_count"
	}
	return inputSeries{m.testSeries(name, label), fmt.Sprintf("0+%vx%d", perMinute, samples)}
}

// slowSeries are requests of which a share takes longer than the threshold.
func (m *model) slowSeries(r *requests, share float64, samples int) []inputSeries {
	const perMinute = 6000
	bound, fast, all := m.bound(r), round((1-share)*perMinute), float64(perMinute)
	if !r.duration.classic {
		// A bucket far below the threshold, and one far above it.
		const apart = 10
		empty := strings.Repeat("0 ", 2*apart)
		offset := int(math.Floor(math.Log2(bound))) - apart
		histogram := func(count, fast, slow float64) string {
			return fmt.Sprintf("{{schema:0 count:%v sum:%[1]v offset:%d buckets:[%v %s%v]}}", count, offset, fast, empty, slow)
		}
		return []inputSeries{{
			m.testSeries(r.duration.name),
			fmt.Sprintf("%s+%sx%d", histogram(0, 0, 0), histogram(all, fast, round(all-fast)), samples),
		}}
	}
	bucket := func(le string, perMinute float64) inputSeries {
		values := fmt.Sprintf("0+%vx%d", perMinute, samples)
		return inputSeries{m.testSeries(r.duration.name+"_bucket", pair{"le", le}), values}
	}
	return []inputSeries{bucket(strconv.FormatFloat(bound, 'g', -1, 64), fast), bucket("+Inf", all)}
}

// ruleTests writes the cases: for each alert one in which it fires, and one with
// everything in order.
func (m *model) ruleTests(alerts []*alert) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString(generatedNote)
	fmt.Fprintf(&out, "# promtool test rules %s\nrule_files:\n  - %s\n  - %s\nevaluation_interval: %s\ntests:\n",
		testsName, recordingName, alertsName, promDuration(testInterval))
	for _, a := range alerts {
		name := a.alert
		for _, label := range a.labels[1:] {
			name += " " + label.value
		}
		writeInputs(&out, name, a.test.inputs)
		fmt.Fprintf(&out, "    alert_rule_test:\n      - eval_time: %s\n        alertname: %s\n        exp_alerts:\n",
			promDuration(a.test.at), a.alert)
		annotations, err := a.rendered()
		if err != nil {
			return nil, fmt.Errorf("dashboards: annotations of alert %s: %w", a.alert, err)
		}
		var fields bytes.Buffer
		labels := append(a.labels[:len(a.labels):len(a.labels)], a.test.firing.labels...)
		writePairs(&fields, "            ", "exp_labels", labels)
		writePairs(&fields, "            ", "exp_annotations", annotations)
		text := fields.String()
		out.WriteString("          - " + strings.TrimPrefix(text, "            "))
	}
	m.writeHealthy(&out, alerts)
	return out.Bytes(), nil
}

func writeInputs(out *bytes.Buffer, name string, inputs []inputSeries) {
	fmt.Fprintf(out, "  - name: %s\n    interval: %s\n    input_series:\n", quote(name), promDuration(testInterval))
	for _, input := range inputs {
		fmt.Fprintf(out, "      - series: %s\n        values: %s\n", quote(input.series), quote(input.values))
	}
}

// rendered are the annotations as the test's values fill them in. It knows the
// functions that are used here, as Prometheus defines them.
func (a *alert) rendered() ([]pair, error) {
	labels := make(map[string]string)
	for _, label := range append(a.labels[:len(a.labels):len(a.labels)], a.test.firing.labels...) {
		labels[label.name] = label.value
	}
	functions := template.FuncMap{
		"humanizePercentage": func(value float64) string { return fmt.Sprintf("%.4g%%", value*100) },
		"urlquery":           url.QueryEscape,
	}
	var rendered []pair
	for _, annotation := range a.annotations {
		const prelude = "{{$labels := .Labels}}{{$value := .Value}}"
		parsed, err := template.New("").Funcs(functions).Parse(prelude + annotation.value)
		if err != nil {
			return nil, err
		}
		var text strings.Builder
		if err := parsed.Execute(&text, map[string]any{"Labels": labels, "Value": a.test.firing.value}); err != nil {
			return nil, err
		}
		rendered = append(rendered, pair{annotation.name, text.String()})
	}
	return rendered, nil
}

// writeHealthy writes the case in which nothing is wrong for four hours, longer than
// any alert waits, and nothing fires.
func (m *model) writeHealthy(out *bytes.Buffer, alerts []*alert) {
	up := fmt.Sprintf("1x%d", healthyFor)
	inputs := []inputSeries{{m.testSeries("up"), up}, m.anchorSeries(up)}
	add := func(series inputSeries) {
		for _, known := range inputs {
			if known.series == series.series {
				return
			}
		}
		inputs = append(inputs, series)
	}
	for _, name := range m.healthNames() {
		add(inputSeries{m.testSeries(name), fmt.Sprintf("1x%d", healthyFor)})
	}
	for _, r := range m.requests {
		if r.status != "" {
			for _, series := range m.failedSeries(r, round((1-m.config.Objective)/2), healthyFor) {
				add(series)
			}
		}
		if r.hasBuckets() {
			for _, series := range m.slowSeries(r, round((1-m.config.LatencyObjective)/2), healthyFor) {
				add(series)
			}
		}
	}
	for _, d := range m.drivers {
		add(inputSeries{m.testSeries(d.leftOut.name, pair{"reason", "name"}), fmt.Sprintf("0x%d", healthyFor)})
		if d.series != nil && d.maxSeries != nil {
			add(inputSeries{m.testSeries(d.series.name), fmt.Sprintf("10x%d", healthyFor)})
			add(inputSeries{m.testSeries(d.maxSeries.name), fmt.Sprintf("100x%d", healthyFor)})
		}
		if d.lastFlush != nil { // a minute ends with the flush of that minute
			add(inputSeries{m.testSeries(d.lastFlush.name), fmt.Sprintf("0+60x%d", healthyFor)})
		}
	}
	writeInputs(out, "healthy", inputs)
	out.WriteString("    alert_rule_test:\n")
	told := make(map[string]bool)
	for _, a := range alerts {
		if !told[a.alert] {
			told[a.alert] = true
			fmt.Fprintf(out, "      - eval_time: %dm\n        alertname: %s\n        exp_alerts: []\n", healthyFor, a.alert)
		}
	}
}
