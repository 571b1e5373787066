package prometheusmetrics

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
)

func TestConstructorErrors(t *testing.T) {
	var nilRegistry *prometheus.Registry
	registry := prometheus.NewRegistry()
	for name, test := range map[string]struct {
		config     Config
		registerer prometheus.Registerer
		want       string // in the error; empty for none
	}{
		"zero configuration":   {Config{}, registry, ""},
		"nil registerer":       {Config{}, nil, "registerer is nil"},
		"nil *Registry":        {Config{}, nilRegistry, "registerer is nil"},
		"detached without one": {Config{Detached: true}, nil, ""},
		"negative interval":    {Config{FlushInterval: -1}, registry, "flush interval -1ns is negative"},
		"negative unit":        {Config{DurationUnit: -time.Second}, registry, "duration unit -1s is negative"},
		"negative timeout":     {Config{CallTimeout: -1}, registry, "call timeout -1ns is negative"},
		"negative limit":       {Config{MaxSeries: -1}, registry, "-1 series is negative"},
		"negative idle time":   {Config{IdleAfter: -1}, registry, "until metrics are idle is negative"},
		"unknown layout":       {Config{Layout: 7}, registry, "no Layout(7)"},
		"percentile beyond 1":  {Config{Percentiles: []float64{0.5, 99}}, registry, "percentile 99"},
		"constant label":       {Config{ConstLabels: prometheus.Labels{"a-b": "x"}}, registry, `"a-b"`},
		"reserved label":       {Config{ConstLabels: prometheus.Labels{"__name__": "x"}}, registry, `"__name__"`},
		"nil source in list":   {Config{Sources: []LabelledSource{{}}}, registry, "source 0 is nil"},
		"label of a source":    {Config{Sources: []LabelledSource{{Source: metrics.NewRegistry(), Labels: prometheus.Labels{"__a": "x"}}}}, registry, "source 0"},
		"rule":                 {Config{Rules: []Rule{{Match: "a{b"}}}, registry, `rule 0 (match "a{b")`},
		"registerer that wraps nil": {Config{},
			prometheus.WrapRegistererWith(prometheus.Labels{"a": "b"}, nil), ""},
	} {
		d, err := NewWithConfig(test.config, test.registerer)
		switch {
		case test.want == "" && (err != nil || d == nil):
			t.Errorf("%s: %v", name, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: error is %v, want %q in it", name, err, test.want)
		}
	}
}

func TestNilSourceIsDefaultRegistry(t *testing.T) {
	defer func(r metrics.Registry) { metrics.DefaultRegistry = r }(metrics.DefaultRegistry)
	metrics.DefaultRegistry = metrics.NewRegistry()
	metrics.GetOrRegisterGauge("g", nil).Update(4)
	registry := prometheus.NewRegistry()
	d, err := New(nil, time.Hour, "", "", registry)
	if err != nil {
		t.Fatal(err)
	}
	once(t, d)
	if got := figures(expose(t, registry))["g_gauge"]; got != "4" {
		t.Errorf("g_gauge = %q", got)
	}
}

// TestPercentiles are sorted, each once, and both ends are allowed.
func TestPercentiles(t *testing.T) {
	for _, test := range []struct{ given, want []float64 }{
		{nil, defaultPercentiles},
		{[]float64{}, []float64{}},
		{[]float64{1, 0, 0.5, 0.5}, []float64{0, 0.5, 1}},
	} {
		config := Config{Percentiles: test.given}
		if err := config.completePercentiles(); err != nil || !slices.Equal(config.Percentiles, test.want) {
			t.Errorf("percentiles %v become %v (%v), want %v", test.given, config.Percentiles, err, test.want)
		}
	}
	for _, p := range []float64{-1e-9, 1 + 1e-9, math.NaN(), math.Inf(1)} {
		if err := (&Config{Percentiles: []float64{p}}).completePercentiles(); err == nil {
			t.Errorf("percentile %v is accepted", p)
		}
	}
}
