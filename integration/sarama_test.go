package integration

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/IBM/sarama"
	gometrics "github.com/rcrowley/go-metrics"

	"github.com/go-metrics-plus/metrics/integration/harness"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

const (
	saramaTopic   = "orders.new" // Sarama's metrics call it orders_new
	hostileTopic  = "x-for-broker-1"
	saramaGroup   = "billing.eu-1"
	saramaRecords = 20
)

// startBroker starts a broker that takes every record of both topics, has ten of
// each to give, and hands all partitions to whoever joins the group.
func startBroker(t *testing.T) *sarama.MockBroker {
	t.Helper()
	const id = 7
	broker := sarama.NewMockBroker(t, id)
	t.Cleanup(broker.Close)
	metadata := sarama.NewMockMetadataResponse(t).SetBroker(broker.Addr(), id)
	offsets := sarama.NewMockOffsetResponse(t)
	fetched := sarama.NewMockFetchResponse(t, 2)
	committed := sarama.NewMockOffsetFetchResponse(t).SetError(sarama.ErrNoError)
	for _, topic := range []string{saramaTopic, hostileTopic} {
		metadata.SetLeader(topic, 0, id)
		offsets.SetOffset(topic, 0, sarama.OffsetOldest, 0).SetOffset(topic, 0, sarama.OffsetNewest, 10)
		committed.SetOffset(saramaGroup, topic, 0, 0, "", sarama.ErrNoError)
		for i := range int64(10) {
			fetched.SetMessage(topic, 0, i, sarama.StringEncoder("an order"))
		}
	}
	joined := sarama.NewMockJoinGroupResponse(t).SetGroupProtocol(sarama.RangeBalanceStrategyName)
	assignment := &sarama.ConsumerGroupMemberAssignment{Topics: map[string][]int32{saramaTopic: {0}, hostileTopic: {0}}}
	broker.SetHandlerByMap(map[string]sarama.MockResponse{
		"MetadataRequest":        metadata,
		"OffsetRequest":          offsets,
		"FetchRequest":           fetched,
		"ProduceRequest":         sarama.NewMockProduceResponse(t),
		"FindCoordinatorRequest": sarama.NewMockFindCoordinatorResponse(t).SetCoordinator(sarama.CoordinatorGroup, saramaGroup, broker),
		"JoinGroupRequest":       joined.SetThrottleTime(2), // in milliseconds
		"SyncGroupRequest":       sarama.NewMockSyncGroupResponse(t).SetMemberAssignment(assignment),
		"HeartbeatRequest":       sarama.NewMockHeartbeatResponse(t),
		"LeaveGroupRequest":      sarama.NewMockLeaveGroupResponse(t),
		"OffsetFetchRequest":     committed,
		"OffsetCommitRequest":    sarama.NewMockOffsetCommitResponse(t),
	})
	return broker
}

// consumer takes what the group gets, and tells of each record.
type consumer struct {
	records chan<- *sarama.ConsumerMessage
}

func (consumer) Setup(sarama.ConsumerGroupSession) error   { return nil }
func (consumer) Cleanup(sarama.ConsumerGroupSession) error { return nil }
func (c consumer) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for message := range claim.Messages() {
		select {
		case c.records <- message:
			session.MarkMessage(message, "")
		case <-session.Context().Done():
			return nil
		}
	}
	return nil
}

// startClient makes a Sarama client produce and consume, and returns the registry
// that it filled. The client goes on until it is stopped.
func startClient(t *testing.T) (registry gometrics.Registry, stop func()) {
	t.Helper()
	broker := startBroker(t)
	broker.SetLatency(5 * time.Millisecond) // without it fetches would follow each other at once
	config := sarama.NewConfig()
	config.ClientID = "integration"
	config.MetricRegistry = gometrics.NewRegistry()
	config.Version = sarama.V2_1_0_0
	config.ApiVersionsRequest = false // the mock broker would offer two APIs only
	config.Producer.Return.Successes = true
	config.Producer.Compression = sarama.CompressionGZIP
	config.Consumer.Offsets.Initial = sarama.OffsetOldest

	client, err := sarama.NewClient([]string{broker.Addr()}, config)
	if err != nil {
		t.Fatal(err)
	}
	producer, err := sarama.NewSyncProducerFromClient(client)
	if err != nil {
		t.Fatal(err)
	}
	produce(t, producer)
	group, err := sarama.NewConsumerGroupFromClient(saramaGroup, client)
	if err != nil {
		t.Fatal(err)
	}
	leave := consume(t, group)
	stop = sync.OnceFunc(func() {
		if err := errors.Join(leave(), group.Close(), producer.Close(), client.Close()); err != nil {
			t.Errorf("stopping the client: %v", err)
		}
	})
	t.Cleanup(stop)
	return config.MetricRegistry, stop
}

func produce(t *testing.T, producer sarama.SyncProducer) {
	t.Helper()
	for i := range saramaRecords {
		topic := []string{saramaTopic, hostileTopic}[i%2]
		value := sarama.StringEncoder(strings.Repeat("an order ", 100))
		if _, _, err := producer.SendMessage(&sarama.ProducerMessage{Topic: topic, Value: value}); err != nil {
			t.Fatal(err)
		}
	}
}

// consume joins the group and returns when it has given all records.
func consume(t *testing.T, group sarama.ConsumerGroup) (leave func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	records, ended := make(chan *sarama.ConsumerMessage), make(chan error, 1)
	go func() {
		ended <- group.Consume(ctx, []string{saramaTopic, hostileTopic}, consumer{records})
	}()
	for range saramaRecords {
		select {
		case <-records:
		case err := <-ended:
			t.Fatalf("consuming ended: %v", err)
		case <-time.After(20 * time.Second):
			t.Fatal("the group gets no records")
		}
	}
	return func() error { cancel(); return <-ended }
}

func metricsOf(registry gometrics.Registry) map[string]any {
	all := map[string]any{}
	registry.Each(func(name string, metric any) { all[name] = metric })
	return all
}

// counts are how often each metric was updated. The numbers of requests in
// flight, which Sarama counts up and down, are not among them.
func counts(registry gometrics.Registry) map[string]float64 {
	all := map[string]float64{}
	for name, metric := range metricsOf(registry) {
		if !strings.HasPrefix(name, "requests-in-flight") {
			all[name] = float64(metric.(interface{ Count() int64 }).Count())
		}
	}
	return all
}

var noNameCharacter = regexp.MustCompile(`[^a-zA-Z0-9_:]`)

// seriesOf are the series that LayoutGauges makes of a metric without any rule.
func seriesOf(name string, metric any) []string {
	suffixes := map[string]float64{"_count": 0}
	switch metric.(type) {
	case gometrics.Meter:
		maps.Copy(suffixes, noRates)
	case gometrics.Histogram:
		maps.Copy(suffixes, noValues)
	}
	return slices.Collect(maps.Keys(named(noNameCharacter.ReplaceAllString(name, "_"), suffixes)))
}

// Whatever the client has registered arrives, and nothing else, while it goes on
// producing and consuming; when it is closed its series go.
func TestSarama(t *testing.T) {
	registry, stop := startClient(t)
	b := newBridge(t, prometheusmetrics.Config{Registry: registry})
	before := counts(registry)
	samples := b.flush(t)
	after, there := counts(registry), metricsOf(registry)

	for name, least := range before {
		count, found := samples[noNameCharacter.ReplaceAllString(name, "_")+"_count"]
		if most := after[name]; !found || count < least || count > most {
			t.Errorf("count of %s is %v (%v), want %v to %v", name, count, found, least, most)
		}
		for _, series := range seriesOf(name, there[name]) {
			if _, found := samples[series]; !found {
				t.Errorf("%s is missing", series)
			}
		}
	}
	expected := map[string]bool{}
	for name, metric := range there {
		for _, series := range seriesOf(name, metric) {
			expected[series] = true
		}
	}
	for series := range samples {
		if !expected[series] {
			t.Errorf("%s comes from nowhere", series)
		}
	}
	if len(before) < 50 || samples["record_send_rate_count"] != saramaRecords {
		t.Errorf("the client has %d metrics and sent %v records", len(before), samples["record_send_rate_count"])
	}
	t.Logf("%d metrics, %d series", len(there), len(samples))

	stop()
	harness.Eventually(t, "Sarama to close its connections", func() error {
		for name := range metricsOf(registry) {
			if strings.HasSuffix(name, "-for-broker-7") {
				return fmt.Errorf("%s is still there", name)
			}
		}
		return nil
	})
	left := metricsOf(registry)
	t.Logf("Sarama leaves %v behind", slices.Collect(maps.Keys(left)))
	samples = b.flush(t)
	for name, metric := range left {
		for _, series := range seriesOf(name, metric) {
			delete(samples, series)
		}
	}
	wantSamples(t, samples, map[string]float64{})
	b.wantErrors(t)
}

// With the rules, every metric has one, brokers, topics, API keys and groups are
// labels, and sums over labels are not doubled, in both layouts.
func TestSaramaRules(t *testing.T) {
	registry, stop := startClient(t)
	for _, layout := range []prometheusmetrics.Layout{prometheusmetrics.LayoutGauges, prometheusmetrics.LayoutTyped} {
		t.Run(layout.String(), func(t *testing.T) {
			b := newBridge(t, prometheusmetrics.Config{
				Registry: registry, Namespace: "kafka", Layout: layout, Rules: prometheusmetrics.SaramaRules(),
			})
			before, least := metricsOf(registry), counts(registry)
			samples := b.flush(t)
			most := counts(registry)
			for _, explanation := range b.Explain() {
				delete(before, explanation.Name)
				if explanation.Rule == "" || len(explanation.Series) == 0 || explanation.Problem != nil {
					t.Errorf("%s", explanation)
				}
			}
			for name := range before {
				t.Errorf("%s is not explained", name)
			}
			checkSaramaSamples(t, layout, samples)
			checkSaramaRequests(t, layout, samples, least, most)
			b.wantErrors(t)
			for _, series := range slices.Sorted(maps.Keys(samples)) {
				t.Log(series, samples[series])
			}
		})
	}
	stop()
}

func checkSaramaSamples(t *testing.T, layout prometheusmetrics.Layout, samples map[string]float64) {
	t.Helper()
	counter, observations, gauge := "_count", "_count", "_gauge"
	if layout == prometheusmetrics.LayoutTyped {
		counter, observations, gauge = "_total", "_observations_total", ""
	}
	median := func(name, labels string) string {
		switch {
		case layout == prometheusmetrics.LayoutGauges:
			return name + "_median{" + labels + "}"
		case labels < "quantile":
			return name + "{" + labels + `,quantile="0.5"}`
		}
		return name + `{quantile="0.5",` + labels + "}"
	}
	for series, want := range map[string]float64{
		`kafka_records_sent` + counter:                                            saramaRecords,
		`kafka_topic_records_sent` + counter + `{topic="orders_new"}`:             saramaRecords / 2,
		`kafka_topic_records_sent` + counter + `{topic="x-for-broker-1"}`:         saramaRecords / 2,
		`kafka_protocol_requests` + counter + `{api_key="0"}`:                     saramaRecords,
		`kafka_broker_protocol_requests` + counter + `{api_key="0",broker="7"}`:   saramaRecords,
		`kafka_consumer_group_joins` + counter + `{group="billing.eu-1"}`:         1,
		`kafka_consumer_group_join_failures` + counter + `{group="billing.eu-1"}`: 0,
		`kafka_consumer_group_syncs` + counter + `{group="billing.eu-1"}`:         1,
		`kafka_consumer_group_sync_failures` + counter + `{group="billing.eu-1"}`: 0,
		`kafka_broker_throttle_time_seconds` + observations + `{broker="7"}`:      1,
		`kafka_topic_compression_ratio` + observations + `{topic="orders_new"}`:   saramaRecords / 2,
		median("kafka_broker_throttle_time_seconds", `broker="7"`):                0.002,
		median("kafka_topic_records_per_request", `topic="orders_new"`):           1,
	} {
		if got, found := samples[series]; !found || !near(got, want) {
			t.Errorf("%s = %v (%v), want %v", series, got, found, want)
		}
	}
	// The broker waits five milliseconds, and 900 bytes of repetition are packed
	// into a tenth at most.
	latency := median("kafka_broker_request_latency_seconds", `broker="7"`)
	if got := samples[latency]; got < 0.005 || got > 1 {
		t.Errorf("%s = %v", latency, got)
	}
	ratio := median("kafka_topic_compression_ratio", `topic="orders_new"`)
	if got := samples[ratio]; got < 10 || got > 100 {
		t.Errorf("%s = %v", ratio, got)
	}
	inFlight, found := samples["kafka_requests_in_flight"+gauge]
	if !found || inFlight < 0 || inFlight > 10 {
		t.Errorf("%v requests in flight (%v)", inFlight, found)
	}
}

// The requests of a broker are not added to the total that Sarama keeps itself. The
// client goes on asking while it is read, so both lie between two readings.
func checkSaramaRequests(t *testing.T, layout prometheusmetrics.Layout, samples, least, most map[string]float64) {
	t.Helper()
	counter := "_count"
	if layout == prometheusmetrics.LayoutTyped {
		counter = "_total"
	}
	for name, series := range map[string]string{
		"request-rate":              "kafka_requests" + counter,
		"request-rate-for-broker-7": "kafka_broker_requests" + counter + `{broker="7"}`,
	} {
		if got, found := samples[series]; !found || got < least[name] || got > most[name] || got == 0 {
			t.Errorf("%s = %v (%v), want %v to %v", series, got, found, least[name], most[name])
		}
	}
}

// documented finds a metric in the tables of Sarama's package documentation.
var documented = regexp.MustCompile(`(?m)^\t\| ([a-z-]+[a-zA-Z<>-]*) +\| (meter|histogram|counter) `)

// Every metric that Sarama documents was seen. A version of Sarama that has more
// needs more rules, and shows it here.
func TestSaramaDocumentation(t *testing.T) {
	folder, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/IBM/sarama").Output()
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(folder)), "sarama.go"))
	if err != nil {
		t.Fatal(err)
	}
	registry, stop := startClient(t)
	seen := metricsOf(registry)
	stop()
	names := strings.NewReplacer("<broker-id>", "7", "<broker>", "7", "<api-key>", "0",
		"<topic>", strings.ReplaceAll(saramaTopic, ".", "_"), "<GroupID>", saramaGroup)
	rows := documented.FindAllStringSubmatch(string(source), -1)
	if len(rows) < 34 {
		t.Errorf("the documentation has only %d metrics", len(rows))
	}
	for _, row := range rows {
		name := names.Replace(row[1])
		if _, found := seen[name]; !found {
			t.Errorf("%s is documented, but the client has no %s", row[1], name)
		}
	}
}
