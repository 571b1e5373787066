package prometheusmetrics

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
)

func TestExplain(t *testing.T) {
	d, source, registry, _ := newTestDriver(t, Config{
		Namespace: "n",
		Rules: []Rule{
			{Match: "dropped", Drop: true},
			{Match: "request-rate-for-broker-{broker}", Name: "requests", Labels: map[string]string{"broker": "{broker}"}},
		},
	})
	registry.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "n_mine_rate_1min"}))
	metrics.GetOrRegisterCounter("a.b", source).Inc(1)
	metrics.GetOrRegisterCounter("a_b", source).Inc(1)
	metrics.GetOrRegisterCounter("dropped", source).Inc(1)
	metrics.GetOrRegisterCounter("request-rate-for-broker-1", source).Inc(1)
	metrics.GetOrRegisterMeter("mine", source, metrics.Labels{"x": "y"}).Mark(1)
	var lines []string
	for _, explanation := range d.Explain() {
		lines = append(lines, explanation.String())
	}
	want := `a.b (counter, metrics.Counter)
	n_a_b_count
a_b (counter, metrics.Counter) is left out: series n_a_b_count is exposed by metric a.b
dropped (counter, metrics.Counter) by rule "dropped" is dropped
mine{x="y"} (meter, metrics.Meter) is left out: family n_mine_rate_1min is left out: the application registered n_mine_rate_1min itself
	n_mine_count{x="y"}
	n_mine_rate_5min{x="y"}
	n_mine_rate_15min{x="y"}
	n_mine_rate_mean{x="y"}
request-rate-for-broker-1 (counter, metrics.Counter) by rule "request-rate-for-broker-{broker}"
	n_requests_count{broker="1"}`
	if got := strings.Join(lines, "\n"); got != want {
		t.Errorf("explained\n%s\nwant\n%s", got, want)
	}
}

func TestDecreasingCounter(t *testing.T) {
	d, source, registry, log := newTestDriver(t, Config{
		Layout: LayoutTyped,
		Rules:  []Rule{{Match: "gauge", Kind: AsGauge}},
	})
	for _, name := range []string{"down", "gauge", "cleared"} {
		metrics.GetOrRegisterCounter(name, source).Inc(5)
	}
	once(t, d)
	metrics.GetOrRegisterCounter("down", source).Dec(1)
	metrics.GetOrRegisterCounter("gauge", source).Dec(1)
	metrics.GetOrRegisterCounter("cleared", source).Clear()
	once(t, d)
	metrics.GetOrRegisterCounter("down", source).Dec(1)
	once(t, d)
	got := figures(expose(t, registry))
	if got["down_total"] != "3" || got["gauge"] != "4" || got["cleared_total"] != "0" {
		t.Errorf("exposed %v", got)
	}
	if want := []string{"down: decreased"}; !slices.Equal(log.reasons(), want) {
		t.Errorf("reported %q, want %q", log.reasons(), want)
	}
}

// What the driver makes of each metric, and what is wrong with it.
func ExampleDriver_Explain() {
	source := metrics.NewRegistry()
	metrics.GetOrRegisterGauge("queue.length", source, metrics.Labels{"queue": "mail"}).Update(3)
	metrics.GetOrRegisterGauge("queue_length", source, metrics.Labels{"queue": "mail"}).Update(4)

	driver, err := NewWithConfig(Config{Registry: source, FlushInterval: time.Second, OnError: func(error) {}}, prometheus.NewRegistry())
	if err != nil {
		panic(err)
	}
	for _, explanation := range driver.Explain() {
		fmt.Println(explanation)
	}
	// Output:
	// queue.length{queue="mail"} (gauge, metrics.Gauge)
	// 	queue_length_gauge{queue="mail"}
	// queue_length{queue="mail"} (gauge, metrics.Gauge) is left out: series queue_length_gauge{queue="mail"} is exposed by metric queue.length{queue="mail"}
}

// TestDecreasingObservations: a foreign histogram that starts over has no
// creation time to tell that it did.
func TestDecreasingObservations(t *testing.T) {
	source := &given{}
	d, _, _, log := newTestDriver(t, Config{Registry: source, Layout: LayoutTyped})
	source.add("h", &foreignHistogram{count: 5})
	once(t, d)
	(*source)[0].metric.(*foreignHistogram).count = 2
	once(t, d)
	if want := []string{"h: decreased"}; !slices.Equal(log.reasons(), want) {
		t.Errorf("reported %q, want %q", log.reasons(), want)
	}
}

type foreignHistogram struct{ count int64 }

func (h *foreignHistogram) Count() int64                       { return h.count }
func (h *foreignHistogram) StdDev() float64                    { return 0 }
func (h *foreignHistogram) Percentiles(ps []float64) []float64 { return make([]float64, len(ps)) }
