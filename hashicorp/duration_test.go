package hashicorp

import (
	"testing"
	"time"

	gometrics "github.com/hashicorp/go-metrics"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// TestMeasureSince reports durations and other samples by the real library, which adds
// all of them alike.
func TestMeasureSince(t *testing.T) {
	for _, test := range []struct {
		name        string
		granularity time.Duration // of the library
		config      Config
		wrap        func(*Sink) gometrics.MetricSink
	}{
		{name: "milliseconds", granularity: time.Millisecond},
		{name: "microseconds", granularity: time.Microsecond, config: Config{TimerGranularity: time.Microsecond}},
		{name: "fanout", granularity: time.Millisecond, wrap: func(s *Sink) gometrics.MetricSink {
			return gometrics.FanoutSink{&gometrics.BlackholeSink{}, gometrics.FanoutSink{s}}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			registry := metrics.NewRegistry()
			s := NewSink(registry, test.config)
			var sink gometrics.MetricSink = s
			if test.wrap != nil {
				sink = test.wrap(s)
			}
			m, err := gometrics.New(&gometrics.Config{TimerGranularity: test.granularity, FilterDefault: true}, sink)
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now().Add(-time.Hour)
			m.MeasureSince([]string{"shop", "checkout"}, start)
			m.MeasureSinceWithLabels([]string{"shop", "charge"}, start, []gometrics.Label{{Name: "bank", Value: "a"}})
			m.MeasureSince([]string{"raft", "commitTime"}, start)
			m.AddSample([]string{"shop", "basket"}, 5)
			m.AddSampleWithLabels([]string{"shop", "charge"}, 1, []gometrics.Label{{Name: "bank", Value: "b"}})

			for name, labels := range map[string]metrics.Labels{
				"shop.checkout": nil, "shop.charge": {"bank": "a"}, "raft.commitTime": nil,
			} {
				if count, sum := distribution(t, registry, name, labels); count != 1 || sum < 3599 || sum > 3700 {
					t.Errorf("%s: count %d and sum %v, want an hour in seconds", name, count, sum)
				}
			}
			if _, sum := distribution(t, registry, "shop.basket", nil); sum != 5 {
				t.Errorf("what is no duration was changed to %v", sum)
			}
			// A name is one thing: what the first sample was, the others are.
			if _, sum := distribution(t, registry, "shop.charge", metrics.Labels{"bank": "b"}); sum >= 1 {
				t.Errorf("the second series of a duration has %v", sum)
			}
			text := expose(t, newDriver(t, registry, prometheusmetrics.LayoutTyped))
			wantLines(t, text, "shop_checkout_seconds_count 1", `shop_charge_seconds_count{bank="a"} 1`,
				"raft_commitTime_seconds_count 1", "shop_basket_count 1")
		})
	}
}

// forwarder hands samples on from another goroutine, as a sink with a queue does.
type forwarder struct{ gometrics.MetricSink }

func (f forwarder) AddSampleWithLabels(key []string, val float32, labels []gometrics.Label) {
	done := make(chan struct{})
	go func() {
		f.MetricSink.AddSampleWithLabels(key, val, labels)
		close(done)
	}()
	<-done
}

// Where the call stack doesn't tell, a rule does.
func TestMeasuredElsewhere(t *testing.T) {
	registry := metrics.NewRegistry()
	s := NewSink(registry, Config{Rules: []Rule{{Match: "shop.checkout", Unit: "seconds", Scale: 0.001}}})
	m := newMetrics(t, forwarder{s})
	start := time.Now().Add(-time.Hour)
	m.MeasureSince([]string{"shop", "checkout"}, start)
	m.MeasureSince([]string{"shop", "charge"}, start)
	if _, sum := distribution(t, registry, "shop.checkout", nil); sum < 3599 || sum > 3700 {
		t.Errorf("sum %v, want an hour in seconds", sum)
	}
	if _, sum := distribution(t, registry, "shop.charge", nil); sum < 3599_000 || sum > 3700_000 {
		t.Errorf("sum %v, want an hour in milliseconds", sum)
	}
}

// A rule outweighs where a sample comes from.
func TestRuleForMeasured(t *testing.T) {
	registry := metrics.NewRegistry()
	s := NewSink(registry, Config{Rules: []Rule{
		{Match: "a", Unit: "milliseconds"}, {Match: "b", Unit: "minutes", Scale: 1. / 60_000}, {Match: "c", Unit: "seconds"},
	}})
	m := newMetrics(t, s)
	start := time.Now().Add(-time.Hour)
	for name, want := range map[string]float64{"a": 3.6e6, "b": 60, "c": 3600} {
		m.MeasureSince([]string{name}, start)
		if _, sum := distribution(t, registry, name, nil); sum < 0.99*want || sum > 1.05*want {
			t.Errorf("%s has %v, want %v", name, sum, want)
		}
	}
}
