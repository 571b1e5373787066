package integration

import (
	"fmt"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/IBM/sarama"
	gometrics "github.com/rcrowley/go-metrics"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/integration/harness"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
	"github.com/go-metrics-plus/metrics/rcrowley"
)

const brokerLatency = "request-latency-in-ms-for-broker-"

// overheard is a registry that notes what is recorded as latency of a broker, so
// that there is something exact to compare with.
type overheard struct {
	gometrics.Registry
	mu        sync.Mutex
	latencies map[string][]time.Duration // by broker
}

func (o *overheard) GetOrRegister(name string, metric any) any {
	found := o.Registry.GetOrRegister(name, metric)
	broker, ok := strings.CutPrefix(name, brokerLatency)
	if histogram, isHistogram := found.(gometrics.Histogram); ok && isHistogram {
		return &overheardHistogram{histogram, o, broker}
	}
	return found
}

type overheardHistogram struct {
	gometrics.Histogram
	registry *overheard
	broker   string
}

// Update records under the lock, so that whoever holds it sees both agree.
func (h *overheardHistogram) Update(milliseconds int64) {
	h.registry.mu.Lock()
	defer h.registry.mu.Unlock()
	all := h.registry.latencies
	all[h.broker] = append(all[h.broker], time.Duration(milliseconds)*time.Millisecond)
	h.Histogram.Update(milliseconds)
}

// startBrokers starts two brokers that lead a partition each.
func startBrokers(t *testing.T) []*sarama.MockBroker {
	t.Helper()
	brokers := []*sarama.MockBroker{sarama.NewMockBroker(t, 1), sarama.NewMockBroker(t, 2)}
	metadata := sarama.NewMockMetadataResponse(t)
	for i, broker := range brokers {
		t.Cleanup(broker.Close)
		metadata.SetBroker(broker.Addr(), broker.BrokerID()).SetLeader(saramaTopic, int32(i), broker.BrokerID())
	}
	for _, broker := range brokers {
		broker.SetHandlerByMap(map[string]sarama.MockResponse{
			"MetadataRequest": metadata,
			"ProduceRequest":  sarama.NewMockProduceResponse(t),
		})
	}
	return brokers
}

// An unchanged Sarama, told to record into a registry of ours, has latencies by
// broker that histogram_quantile understands.
func TestSaramaHistogramsByBroker(t *testing.T) {
	bucketed := metrics.NewRegistry(metrics.WithSample(func() metrics.Sample { return metrics.NewBucketSample(0.05) }))
	registry := rcrowley.NewRegistry(bucketed)
	heard := &overheard{Registry: registry, latencies: map[string][]time.Duration{}}
	p := scrapeSarama(t, registry)
	produceToBrokers(t, heard)

	heard.mu.Lock()
	exact := maps.Clone(heard.latencies)
	heard.mu.Unlock()
	counts := map[string]float64{}
	for broker, latencies := range exact {
		counts[broker] = float64(len(latencies))
	}
	p.AwaitScrapes(t)
	wantVector(t, p, "sum by (broker) (kafka_broker_request_latency_seconds_count)", by("broker"), counts)
	if len(counts) != 2 {
		t.Fatalf("latencies of brokers %v, want of 1 and 2", slices.Collect(maps.Keys(counts)))
	}
	for broker, latencies := range exact {
		slices.Sort(latencies)
		native := fmt.Sprintf("sum by (broker) (kafka_broker_request_latency_seconds{broker=%q})", broker)
		classic := fmt.Sprintf("sum by (broker, le) (kafka_broker_request_latency_seconds_bucket{broker=%q})", broker)
		for _, q := range []float64{0.5, 0.9, 0.99} {
			// Of so few values, whole milliseconds, neighbours differ by more than the
			// error, and where exactly a quantile lies is a matter of definition.
			rank := 1 / float64(len(latencies))
			below, above := exactQuantile(latencies, q-rank), exactQuantile(latencies, q+rank)
			lower, _ := powerOfFour(below)
			_, upper := powerOfFour(above)
			t.Logf("broker %s, quantile %v: exact %v, native %v, classic %v", broker, q, exactQuantile(latencies, q),
				quantileOf(t, p, q, native, below*0.9, above*1.1), // milliseconds shown as seconds may double the 5 %
				quantileOf(t, p, q, classic, lower, upper))
		}
		wantNear(t, p, "histogram_avg("+native+")", seconds(latencies)/float64(len(latencies)))
	}
}

// powerOfFour returns the bounds of the bucket that a value falls into: powers of
// four milliseconds, in seconds.
func powerOfFour(seconds float64) (lower, upper float64) {
	for upper = 0.001; upper < seconds; upper *= 4 {
		lower = upper
	}
	return lower, upper
}

// scrapeSarama has a Prometheus scrape the registry from the test itself.
func scrapeSarama(t *testing.T, registry prometheusmetrics.Source) *harness.Prometheus {
	t.Helper()
	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Namespace: "kafka",
		Registry:  registry,
		Rules:     prometheusmetrics.SaramaRules(),
		Layout:    prometheusmetrics.LayoutTyped,
		Detached:  true,
		OnError:   func(err error) { t.Error(err) },
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(driver.Handler())
	t.Cleanup(server.Close)
	return harness.StartTypedPrometheus(t, harness.Job{Name: "kafka", Targets: []string{server.Listener.Addr().String()}})
}

// produceToBrokers sends to two brokers of which one is slower. The client stays
// open until the test is over, since Sarama takes its metrics back when it is
// closed.
func produceToBrokers(t *testing.T, registry gometrics.Registry) {
	t.Helper()
	brokers := startBrokers(t)
	config := sarama.NewConfig()
	config.MetricRegistry = registry
	config.Version = sarama.V2_1_0_0
	config.ApiVersionsRequest = false
	config.Metadata.RefreshFrequency = 0 // nothing but what the test sends
	config.Producer.Return.Successes = true
	config.Producer.Partitioner = sarama.NewManualPartitioner
	producer, err := sarama.NewSyncProducer([]string{brokers[0].Addr()}, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := producer.Close(); err != nil {
			t.Error(err)
		}
	})
	for i, latency := range []time.Duration{5 * time.Millisecond, 40 * time.Millisecond} {
		brokers[i].SetLatency(latency)
		for range 50 {
			message := &sarama.ProducerMessage{Topic: saramaTopic, Partition: int32(i), Value: sarama.StringEncoder("an order")}
			if _, _, err := producer.SendMessage(message); err != nil {
				t.Fatal(err)
			}
		}
	}
}
