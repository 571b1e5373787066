package prometheusmetrics_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// one is a registry with one of each type, under names as old reporters had them.
func one() metrics.Registry {
	r := metrics.NewRegistry()
	metrics.GetOrRegisterCounter("jobs", r).Inc(1)
	metrics.GetOrRegisterCounter("requests[route:home,code:200]", r).Inc(1)
	metrics.GetOrRegisterGauge("queue", r).Update(1)
	metrics.GetOrRegisterMeter("hits", r).Mark(1)
	metrics.GetOrRegisterHistogram("size", r, nil).Update(1)
	metrics.GetOrRegisterTimer("latency", r).Update(time.Second)
	return r
}

// families returns the names of what a driver shows, and the labels that are not the
// layout's own.
func families(t *testing.T, config prometheusmetrics.Config) (names []string) {
	t.Helper()
	config.Registry, config.Detached = one(), true
	driver, err := prometheusmetrics.NewWithConfig(config, nil)
	if err != nil {
		t.Fatal(err)
	}
	gathered, err := driver.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range gathered {
		name := f.GetName()
		for _, label := range f.Metric[0].Label {
			name += " " + label.GetName() + "=" + label.GetValue()
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// The settings on the page of other reporters' names do what is said there.
func TestSettingsForOldNames(t *testing.T) {
	for reporter, test := range map[string]struct {
		config prometheusmetrics.Config
		want   []string
	}{
		"deathowl": {
			prometheusmetrics.Config{
				Namespace: "app", Layout: prometheusmetrics.LayoutTyped,
				Rules: []prometheusmetrics.Rule{{Match: "{name}", Kind: prometheusmetrics.AsGauge}},
			},
			[]string{
				"app_hits", "app_jobs", "app_latency_seconds", "app_queue", "app_requests_route_home_code_200_", "app_size",
			},
		},
		"go-baseapp": {
			prometheusmetrics.Config{
				Layout:      prometheusmetrics.LayoutTyped,
				Percentiles: []float64{0.5, 0.95},
				Rules: []prometheusmetrics.Rule{
					{Match: "hits", Name: "hits.count", Kind: prometheusmetrics.AsGauge}, // a meter
					{Match: "{name}[route:{route},code:{code}]", Name: "{name}",
						Labels: map[string]string{"route": "{route}", "code": "{code}"}},
					{Match: "{name}", Kind: prometheusmetrics.AsGauge}, // counters, which may go down
				},
			},
			[]string{"hits_count", "jobs", "latency_seconds", "queue", "requests_total code=200 route=home", "size"},
		},
	} {
		if got := families(t, test.config); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", reporter, got, test.want)
		}
	}
}

// relabelRule is one of Prometheus' metric_relabel_configs.
type relabelRule struct {
	sources             []string
	regex               *regexp.Regexp
	target, replacement string
}

// The relabelling on the page gives the names that nbrownus' reporter had.
func TestRelabellingForOldNames(t *testing.T) {
	rules := relabelRules(t, "../docs/prometheus-names.md")
	if len(rules) != 7 {
		t.Fatalf("%d rules on the page", len(rules))
	}
	got := map[string]bool{}
	for _, name := range families(t, prometheusmetrics.Config{Namespace: "app"}) {
		labels := map[string]string{"__name__": name}
		for _, rule := range rules {
			var values []string
			for _, source := range rule.sources {
				values = append(values, labels[source])
			}
			value := strings.Join(values, ";")
			if match := rule.regex.FindStringSubmatchIndex(value); match != nil {
				labels[rule.target] = string(rule.regex.ExpandString(nil, rule.replacement, value, match))
			}
		}
		got[labels["__name__"]+" "+labels["type"]] = true
	}
	want := []string{"app_queue ", "app_jobs_count ", "app_hits_count ", "app_size_count ", "app_latency_count "}
	for _, typ := range strings.Fields("min max mean stddev variance sum perc75 perc95 perc99 perc999") {
		want = append(want, "app_size "+typ, "app_latency "+typ)
	}
	for _, typ := range strings.Fields("rate1 rate5 rate15 rate_mean") {
		want = append(want, "app_hits "+typ, "app_latency "+typ)
	}
	for _, series := range want {
		if !got[series] {
			t.Errorf("no series %s", series)
		}
	}
}

// relabelRules reads the rules of a page, as far as it uses the syntax.
func relabelRules(t *testing.T, path string) (rules []relabelRule) {
	t.Helper()
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(page), "metric_relabel_configs:\n")
	text, _, _ = strings.Cut(text, "```")
	for _, item := range strings.Split(text, "  - ")[1:] {
		rule := relabelRule{replacement: "$1"}
		for _, line := range strings.Split(strings.TrimSpace(item), "\n") {
			key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			switch key {
			case "source_labels":
				rule.sources = strings.Split(strings.Trim(value, "[]"), ", ")
			case "regex":
				rule.regex = regexp.MustCompile("^(?:" + strings.Trim(value, "'") + ")$")
			case "target_label":
				rule.target = value
			case "replacement":
				rule.replacement = value
			default:
				t.Fatalf("%s: key %q", path, key)
			}
		}
		rules = append(rules, rule)
	}
	return rules
}
