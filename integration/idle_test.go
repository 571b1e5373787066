package integration

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gethmetrics "github.com/ethereum/go-ethereum/metrics"
	rcrowley "github.com/rcrowley/go-metrics"

	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// The types of other libraries are idle when nothing is recorded in them, save
// those that ask a function or hold a set of pairs.
func TestIdleAfterOfOtherLibraries(t *testing.T) {
	theirs, geths := rcrowley.NewRegistry(), gethmetrics.NewRegistry()
	for name, test := range map[string]struct {
		source prometheusmetrics.Source
		record func()
		stay   []string
	}{
		"rcrowley": {theirs, func() {
			rcrowley.GetOrRegisterCounter("counter", theirs).Inc(1)
			rcrowley.GetOrRegisterGauge("gauge", theirs).Update(7)
			rcrowley.GetOrRegisterGaugeFloat64("fraction", theirs).Update(0.5)
			rcrowley.GetOrRegisterHistogram("histogram", theirs, rcrowley.NewUniformSample(10)).Update(1)
			rcrowley.NewRegisteredFunctionalGauge("function", theirs, func() int64 { return 1 })
			rcrowley.NewRegisteredFunctionalGaugeFloat64("function.fraction", theirs, func() float64 { return 1 })
		}, []string{"function", "function_fraction"}},
		"go-ethereum": {geths, func() {
			gethmetrics.GetOrRegisterCounter("counter", geths).Inc(1)
			gethmetrics.GetOrRegisterGauge("gauge", geths).Update(7)
			gethmetrics.GetOrRegisterHistogram("histogram", geths, gethmetrics.NewUniformSample(10)).Update(1)
			gethmetrics.GetOrRegisterGaugeInfo("info", geths).Update(gethmetrics.GaugeInfoValue{"a": "b"})
		}, []string{`info_info{a="b"}`}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBridge(t, prometheusmetrics.Config{
					Registry: test.source, Layout: prometheusmetrics.LayoutTyped, IdleAfter: time.Minute,
				})
				series := func() (all []string) {
					for s := range b.flush(t) {
						all = append(all, s)
					}
					slices.Sort(all)
					return all
				}
				test.record()
				first := series()
				time.Sleep(time.Minute)
				if got := series(); !slices.Equal(got, test.stay) {
					t.Errorf("idle: %q, want %q", got, test.stay)
				}
				test.record()
				after := series()
				// A gauge that was set to the value that it has is idle all the same.
				want := slices.DeleteFunc(first, func(s string) bool {
					return s == "gauge" || s == "fraction"
				})
				if !slices.Equal(after, want) {
					t.Errorf("recorded again:\n%s\nwant\n%s", strings.Join(after, "\n"), strings.Join(want, "\n"))
				}
				b.wantErrors(t)
			})
		})
	}
}
