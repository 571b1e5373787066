package prometheusmetrics

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
)

// saramaMetrics are all that Sarama's package documentation lists, and
// throttle-time-in-ms, which it leaves out, with what the rules make of them.
var saramaMetrics = []struct {
	name, kind string
	shown      string // new name and labels
	factor     float64
}{
	{"incoming-byte-rate", "meter", `incoming_bytes`, 1},
	{"incoming-byte-rate-for-broker-1", "meter", `broker_incoming_bytes{broker="1"}`, 1},
	{"outgoing-byte-rate", "meter", `outgoing_bytes`, 1},
	{"outgoing-byte-rate-for-broker-1", "meter", `broker_outgoing_bytes{broker="1"}`, 1},
	{"request-rate", "meter", `requests`, 1},
	{"request-rate-for-broker-1", "meter", `broker_requests{broker="1"}`, 1},
	{"request-size", "histogram", `request_size_bytes`, 1},
	{"request-size-for-broker-1", "histogram", `broker_request_size_bytes{broker="1"}`, 1},
	{"request-latency-in-ms", "histogram", `request_latency_seconds`, 0.001},
	{"request-latency-in-ms-for-broker-1", "histogram", `broker_request_latency_seconds{broker="1"}`, 0.001},
	{"response-rate", "meter", `responses`, 1},
	{"response-rate-for-broker-1", "meter", `broker_responses{broker="1"}`, 1},
	{"response-size", "histogram", `response_size_bytes`, 1},
	{"response-size-for-broker-1", "histogram", `broker_response_size_bytes{broker="1"}`, 1},
	{"requests-in-flight", "counter", `requests_in_flight`, 1},
	{"requests-in-flight-for-broker-1", "counter", `broker_requests_in_flight{broker="1"}`, 1},
	{"protocol-requests-rate-3", "meter", `protocol_requests{api_key="3"}`, 1},
	{"protocol-requests-rate-3-for-broker-1", "meter", `broker_protocol_requests{api_key="3",broker="1"}`, 1},
	{"throttle-time-in-ms-for-broker-1", "histogram", `broker_throttle_time_seconds{broker="1"}`, 0.001},
	{"batch-size", "histogram", `batch_size_bytes`, 1},
	{"batch-size-for-topic-orders", "histogram", `topic_batch_size_bytes{topic="orders"}`, 1},
	{"record-send-rate", "meter", `records_sent`, 1},
	{"record-send-rate-for-topic-orders", "meter", `topic_records_sent{topic="orders"}`, 1},
	{"records-per-request", "histogram", `records_per_request`, 1},
	{"records-per-request-for-topic-orders", "histogram", `topic_records_per_request{topic="orders"}`, 1},
	{"compression-ratio", "histogram", `compression_ratio`, 0.01},
	{"compression-ratio-for-topic-orders", "histogram", `topic_compression_ratio{topic="orders"}`, 0.01},
	{"consumer-batch-size", "histogram", `consumer_batch_messages`, 1},
	{"consumer-fetch-rate", "meter", `consumer_fetches`, 1},
	{"consumer-fetch-rate-for-broker-1", "meter", `broker_consumer_fetches{broker="1"}`, 1},
	{"consumer-fetch-rate-for-topic-orders", "meter", `topic_consumer_fetches{topic="orders"}`, 1},
	{"consumer-fetch-response-size", "histogram", `consumer_fetch_response_size_bytes`, 1},
	{"consumer-group-join-total-billing", "counter", `consumer_group_joins{group="billing"}`, 1},
	{"consumer-group-join-failed-billing", "counter", `consumer_group_join_failures{group="billing"}`, 1},
	{"consumer-group-sync-total-billing", "counter", `consumer_group_syncs{group="billing"}`, 1},
	{"consumer-group-sync-failed-billing", "counter", `consumer_group_sync_failures{group="billing"}`, 1},
}

func TestSaramaRulesMatch(t *testing.T) {
	rules := compileForTest(t, SaramaRules()...)
	used := map[string]bool{}
	for _, test := range saramaMetrics {
		rule := ruleFor(rules, test.name)
		if got := problem.Describe(rule.Name, rule.Labels); got != test.shown {
			t.Errorf("%s becomes %s, want %s", test.name, got, test.shown)
		}
		if factor := cmp.Or(rule.Scale, 1); factor != test.factor {
			t.Errorf("%s is multiplied by %v, want %v", test.name, factor, test.factor)
		}
		if inFlight := strings.HasPrefix(test.name, "requests-in-flight"); inFlight != (rule.Kind == AsGauge) {
			t.Errorf("%s is shown as kind %d", test.name, rule.Kind)
		}
		used[rule.Match] = true
	}
	for _, rule := range rules {
		if !used[rule.Match] {
			t.Errorf("nothing of Sarama's matches %q", rule.Match)
		}
	}
}

// Topics and groups may be called nearly anything, and be taken for nothing else.
func TestSaramaRulesHostileNames(t *testing.T) {
	rules := compileForTest(t, SaramaRules()...)
	for name, want := range map[string]string{
		"batch-size-for-topic-x-for-broker-1":          `topic_batch_size_bytes{topic="x-for-broker-1"}`,
		"batch-size-for-topic-a-for-topic-b":           `topic_batch_size_bytes{topic="a-for-topic-b"}`,
		"batch-size-for-topic-for-topic-":              `topic_batch_size_bytes{topic="for-topic-"}`,
		"record-send-rate-for-topic-record-send-rate":  `topic_records_sent{topic="record-send-rate"}`,
		"consumer-fetch-rate-for-topic-for-broker-1":   `topic_consumer_fetches{topic="for-broker-1"}`,
		"consumer-fetch-rate-for-topic-t-for-broker-1": `topic_consumer_fetches{topic="t-for-broker-1"}`,
		"consumer-fetch-rate-for-broker-12":            `broker_consumer_fetches{broker="12"}`,
		"compression-ratio-for-topic-{topic}":          `topic_compression_ratio{topic="{topic}"}`,
		"compression-ratio-for-topic-a_b_c":            `topic_compression_ratio{topic="a_b_c"}`,
		"consumer-group-join-total-failed-g":           `consumer_group_joins{group="failed-g"}`,
		"consumer-group-join-total-a.b/c d-for-topic":  `consumer_group_joins{group="a.b/c d-for-topic"}`,
		"consumer-group-sync-failed-\n":                `consumer_group_sync_failures{group="\n"}`,
		"protocol-requests-rate-18-for-broker-1003":    `broker_protocol_requests{api_key="18",broker="1003"}`,
		"protocol-requests-rate-18":                    `protocol_requests{api_key="18"}`,

		// No metrics of Sarama's: they keep their names.
		"my-request-rate":               "",
		"request-rate-of-mine":          "",
		"batch-size-for-topic-":         "",
		"kafka.request-rate":            "",
		"protocol-requests-rate-":       "",
		"throttle-time-in-ms":           "",
		"consumer-group-join-total-":    "",
		"request-rate-for-topic-orders": "",
	} {
		rule := ruleFor(rules, name)
		got := ""
		if rule != noRule {
			got = problem.Describe(rule.Name, rule.Labels)
		}
		if got != want {
			t.Errorf("%q becomes %s, want %s", name, got, want)
		}
	}
}

// A registry with a prefix needs it in the rules, which the caller may change.
func TestSaramaRulesWithPrefix(t *testing.T) {
	prefixed := SaramaRules()
	for i := range prefixed {
		prefixed[i].Match = "kafka." + prefixed[i].Match
		prefixed[i].Labels["client"] = "orders"
	}
	rule := ruleFor(compileForTest(t, prefixed...), "kafka.request-rate-for-broker-7")
	if got, want := problem.Describe(rule.Name, rule.Labels), `broker_requests{broker="7",client="orders"}`; got != want {
		t.Errorf("became %s, want %s", got, want)
	}
	rule = ruleFor(compileForTest(t, SaramaRules()...), "request-rate-for-broker-7")
	if got, want := problem.Describe(rule.Name, rule.Labels), `broker_requests{broker="7"}`; got != want {
		t.Errorf("the next caller's rules make it %s, want %s", got, want)
	}
}

// recordLikeSarama fills a registry with metrics of Sarama's names and types,
// each with the value or the only event n.
func recordLikeSarama(r metrics.Registry, n int64) {
	for _, m := range saramaMetrics {
		switch m.kind {
		case "meter":
			metrics.GetOrRegisterMeter(m.name, r).Mark(n)
		case "histogram":
			metrics.GetOrRegisterHistogram(m.name, r, nil).Update(n)
		case "counter":
			metrics.GetOrRegisterCounter(m.name, r).Inc(n)
		}
	}
}

// In LayoutTyped, the golden file shows what becomes of each metric.
func TestSaramaRulesTyped(t *testing.T) {
	d, source, registry, log := newTestDriver(t, Config{Layout: LayoutTyped, Rules: SaramaRules(),
		Percentiles: []float64{0.5}})
	recordLikeSarama(source, 250)
	once(t, d)
	golden(t, "sarama_typed.prom", expose(t, registry))
	if reasons := log.reasons(); len(reasons) > 0 {
		t.Error(reasons)
	}
	families := gather(t, registry)
	checkLabelNames(t, families)
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("promlint: %v, %v", problems, err)
	}
}

func TestSaramaRulesGauges(t *testing.T) {
	d, source, registry, log := newTestDriver(t, Config{Namespace: "kafka", Rules: SaramaRules()})
	recordLikeSarama(source, 250)
	once(t, d)
	got := figures(expose(t, registry))
	for series, value := range map[string]string{
		`kafka_incoming_bytes_count`:                              "250",
		`kafka_broker_requests_count{broker="1"}`:                 "250",
		`kafka_broker_requests_rate_1min{broker="1"}`:             "0",
		`kafka_broker_request_latency_seconds_mean{broker="1"}`:   "0.25",
		`kafka_broker_request_latency_seconds_median{broker="1"}`: "0.25",
		`kafka_broker_request_latency_seconds_count{broker="1"}`:  "1",
		`kafka_topic_compression_ratio_max{topic="orders"}`:       "2.5",
		`kafka_requests_in_flight_gauge`:                          "250",
		`kafka_consumer_group_joins_count{group="billing"}`:       "250",
	} {
		if got[series] != value {
			t.Errorf("%s is %q, want %s", series, got[series], value)
		}
	}
	if reasons := log.reasons(); len(reasons) > 0 {
		t.Error(reasons)
	}
	checkLabelNames(t, gather(t, registry))
}

func gather(t *testing.T, gatherer prometheus.Gatherer) []*dto.MetricFamily {
	t.Helper()
	families, err := gatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// checkLabelNames checks that the series of a family all have the same label
// names: then sum() over a family counts nothing twice.
func checkLabelNames(t *testing.T, families []*dto.MetricFamily) {
	t.Helper()
	for _, family := range families {
		names := map[string]bool{}
		for _, metric := range family.Metric {
			var labels []string
			for _, pair := range metric.Label {
				labels = append(labels, pair.GetName())
			}
			names[strings.Join(labels, ",")] = true
		}
		if len(names) > 1 {
			t.Errorf("family %s has series with labels %v", family.GetName(), slices.Sorted(maps.Keys(names)))
		}
	}
}
