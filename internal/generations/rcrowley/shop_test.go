package rcrowley

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics"
)

func TestShop(t *testing.T) {
	ordersTotal.Clear()
	r := metrics.NewRegistry()
	s := NewShop(r)
	s.Order(2, time.Second)
	s.Order(4, time.Minute)
	s.dbRunning = false
	var got bytes.Buffer
	Report(r, &got)
	want := `counter orders 2
gauge load 0.500000
gauge open 2
healthcheck db db is down
histogram sizes 2 2 4 3.0 3.0
meter visits 2 true
timer latency 6 true
`
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", &got, want)
	}
	if ordersTotal.Count() != 2 || metrics.Get("orders.total").(metrics.Counter).Count() != 2 {
		t.Error("DefaultRegistry")
	}
	if metrics.Get("stock.level").(metrics.Gauge).Value() != 42 || stockLevel.Snapshot().Value() != 42 {
		t.Error("functional gauge")
	}
	s.dbRunning = true
	r.RunHealthchecks()
	if err := s.db.Error(); err != nil {
		t.Error(err)
	}
	s.orders.Clear()
	s.orders.Dec(1)
	if snapshot := s.orders.Snapshot(); snapshot.Count() != -1 {
		t.Error("snapshot")
	}
	s.visits.Stop()
	s.latency.Stop()
}

func TestDuplicate(t *testing.T) {
	r := metrics.NewRegistry()
	r.Register("x", metrics.NewCounter())
	err := r.Register("x", metrics.NewCounter())
	if _, ok := err.(metrics.DuplicateMetric); !ok || err.Error() != "duplicate metric: x" {
		t.Errorf("error is %v", err)
	}
	counter, ok := r.Get("x").(metrics.Counter)
	if !ok {
		t.Fatal("not a counter")
	}
	counter.Inc(1)
}

func TestPrefixedComponents(t *testing.T) {
	r := metrics.NewPrefixedRegistry("shop.")
	NewComponent("mail", r).Call()
	NewComponent("mail", r).Call()
	NewComponent("mail", nil).Call()
	if got := r.Get("mail.calls").(metrics.Counter).Count(); got != 2 {
		t.Errorf("%d calls", got)
	}
	r.Each(func(name string, _ interface{}) {
		if name != "shop.mail.calls" {
			t.Error(name)
		}
	})
}

func TestCleaningRegistry(t *testing.T) {
	parent := metrics.NewRegistry()
	metrics.NewRegisteredCounter("mine", parent)
	r := NewCleaningRegistry(parent)
	metrics.GetOrRegisterMeter("theirs", r).Mark(1)
	metrics.GetOrRegisterHistogram("sizes", r, metrics.NewUniformSample(100)).Update(1)
	if parent.Get("theirs").(metrics.Meter).Count() != 1 || len(r.registered) != 2 {
		t.Error("not registered through the wrapper")
	}
	r.UnregisterAll()
	if parent.Get("theirs") != nil || parent.Get("sizes") != nil || parent.Get("mine") == nil {
		t.Error("not cleaned")
	}
}

func TestLastSample(t *testing.T) {
	h := metrics.NewHistogram(&LastSample{})
	h.Update(1)
	h.Update(5)
	if h.Count() != 2 || h.Max() != 5 || h.Percentile(0.5) != 5 || h.Snapshot().Mean() != 5 || h.Sample().Size() != 1 {
		t.Errorf("%d %d %f", h.Count(), h.Max(), h.Percentile(0.5))
	}
	timer := metrics.NewCustomTimer(metrics.NewHistogram(&LastSample{}), metrics.NewMeter())
	timer.Update(7)
	if timer.Max() != 7 {
		t.Error("custom timer")
	}
}

func TestJSON(t *testing.T) {
	r := metrics.NewRegistry()
	metrics.GetOrRegisterCounter("x", r).Inc(1)
	var buffer bytes.Buffer
	metrics.WriteJSONOnce(r, &buffer)
	if buffer.String() != "{\"x\":{\"count\":1}}\n" {
		t.Error(buffer.String())
	}
	text, err := json.Marshal(r)
	if err != nil || string(text) != `{"x":{"count":1}}` {
		t.Errorf("%s, %v", text, err)
	}
	if v := r.GetAll()["x"]["count"].(int64); v != 1 {
		t.Error(v)
	}
}

func TestSamplesAndAverages(t *testing.T) {
	values := []int64{1, 2, 3, 4}
	if metrics.SampleMax(values) != 4 || metrics.SampleMean(values) != 2.5 || metrics.SampleMin(values) != 1 ||
		metrics.SampleSum(values) != 10 || metrics.SampleVariance(values) != 1.25 ||
		metrics.SamplePercentile(values, 0.5) != 2.5 {
		t.Error("functions of samples")
	}
	for _, a := range []metrics.EWMA{metrics.NewEWMA1(), metrics.NewEWMA5(), metrics.NewEWMA15(), metrics.NewEWMA(0.5)} {
		a.Update(5)
		a.Tick()
		if a.Rate() != 1 || a.Snapshot().Rate() != 1 {
			t.Error(a.Rate())
		}
	}
}

func TestNil(t *testing.T) {
	metrics.UseNilMetrics = true
	defer func() { metrics.UseNilMetrics = false }()
	c := metrics.NewCounter()
	c.Inc(1)
	timer := metrics.GetOrRegisterTimer("t", metrics.NewRegistry())
	timer.Time(func() {})
	if c.Count() != 0 || timer.Count() != 0 {
		t.Error("no-ops count")
	}
	for _, i := range []interface{}{
		metrics.NilGauge{}, metrics.NilGaugeFloat64{}, metrics.NilMeter{}, metrics.NilHistogram{},
		metrics.NilTimer{}, metrics.NilHealthcheck{},
	} {
		if err := metrics.NewRegistry().Register("x", i); err != nil {
			t.Error(err)
		}
	}
	metrics.NilEWMA{}.Update(1)
	metrics.NewHistogram(metrics.NilSample{}).Update(1)
}
