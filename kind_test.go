package metrics

import (
	"fmt"
	"testing"
)

// TestKindOf has everything that can be registered, and what can't.
func TestKindOf(t *testing.T) {
	labels := Labels{"a": "b"}
	var none *StandardHealthcheck
	for _, test := range []struct {
		metric any
		want   string
	}{
		{NewCounter(labels), "Counter"},
		{NewGauge(labels), "Gauge"},
		{NewGaugeFloat64(labels), "GaugeFloat64"},
		{NewMeter(labels), "Meter"},
		{NewHistogram(nil, labels), "Histogram"},
		{NewTimer(labels), "Timer"},
		{NewCounter(labels).Snapshot(), "CounterSnapshot"},
		{NewGauge(labels).Snapshot(), "GaugeSnapshot"},
		{NewGaugeFloat64(labels).Snapshot(), "GaugeFloat64Snapshot"},
		{NewMeter(labels).Snapshot(), "MeterSnapshot"},
		{NewHistogram(nil, labels).Snapshot(), "HistogramSnapshot"},
		{NewTimer(labels).Snapshot(), "TimerSnapshot"},
		{NewHealthcheck(nil, labels), "Healthcheck"},
	} {
		if got := kindOf(test.metric).String(); got != test.want {
			t.Errorf("%T is a %s", test.metric, got)
		}
		if got := labelsOf(test.metric).String(); got != `{a="b"}` {
			t.Errorf("%T has the labels %s", test.metric, got)
		}
	}
	for _, metric := range []any{nil, 3, none, NewCounter} {
		if got := kindOf(metric); got != kindNone || got.String() != "unknown" {
			t.Errorf("%T is a %v", metric, got)
		}
	}
}

// TestProduce gives constructors that work, and some that don't.
func TestProduce(t *testing.T) {
	counter := NewCounter()
	for name, test := range map[string]struct {
		i, want any
		err     string
	}{
		"instrument":    {counter, counter, ""},
		"constructor":   {func() Counter { return counter }, counter, ""},
		"variadic":      {func(...Labels) Counter { return counter }, counter, ""},
		"arguments":     {func(int) Counter { return counter }, Counter{}, "func(int) metrics.Counter is no constructor"},
		"panicking":     {func() Counter { panic("oh") }, Counter{}, "func() metrics.Counter panicked: oh"},
		"other results": {func() (Gauge, error) { return Gauge{}, nil }, Gauge{}, "func() (metrics.Gauge, error) is no"},
	} {
		got, err := produce(test.i)
		if got != test.want {
			t.Errorf("%s: produced %v", name, got)
		}
		if (err == nil) != (test.err == "") || err != nil && fmt.Sprint(err)[:len(test.err)] != test.err {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// labelledCheck embeds a health check of ours, and has labels of its own.
type labelledCheck struct{ *StandardHealthcheck }

func (labelledCheck) Labels() Labels { return Labels{"own": "1"} }

func TestLabelsOfWhatEmbeds(t *testing.T) {
	ours := NewHealthcheck(nil, Labels{"ours": "1"}).(*StandardHealthcheck)
	r := NewRegistry()
	if err := r.Register("up", labelledCheck{ours}); err != nil {
		t.Fatal(err)
	}
	if err := r.Register("up", struct{ *StandardHealthcheck }{ours}); err != nil {
		t.Fatal(err)
	}
	wantListing(t, r, `up{own="1"}`, `up{ours="1"}`)
	if err := r.Register("up", labelledCheck{}); err != DuplicateMetric(`up{own="1"}`) {
		t.Error(err)
	}
}
