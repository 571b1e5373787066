package rcrowley_test

import (
	"bytes"
	"log"
	"strings"
	"testing"

	gometrics "github.com/rcrowley/go-metrics"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/internal/logtest"
	"github.com/go-metrics-plus/metrics/rcrowley"
)

// A registry of ours has the methods of rcrowley's, so that reporters which import
// rcrowley's take it and show nothing. This is logged once, and the adapter is the
// cure.
func TestReportersInVain(t *testing.T) {
	for name, report := range map[string]func(gometrics.Registry){
		"WriteOnce": func(r gometrics.Registry) { gometrics.WriteOnce(r, &bytes.Buffer{}) },
		"Log": func(r gometrics.Registry) {
			cue := make(chan any, 1)
			cue <- nil
			close(cue)
			gometrics.LogOnCue(r, cue, log.New(&bytes.Buffer{}, "", 0))
		},
	} {
		t.Run(name, func(t *testing.T) {
			logged := logtest.Capture(t)
			base := metrics.NewRegistry()
			wrapper := struct{ metrics.Registry }{base}
			for _, r := range []metrics.Registry{base, metrics.NewPrefixedChildRegistry(base, "p."), wrapper} {
				metrics.GetOrRegisterCounter("c", r)
				report(r)
				r.Each(func(string, any) {}) // somebody else
				report(r)
			}
			if got := logged.String(); strings.Count(got, "\n") != 1 ||
				!strings.Contains(got, "github.com/rcrowley/go-metrics doesn't know the types of this module and shows nothing") {
				t.Errorf("logged:\n%s", got)
			}
			logged.Reset()
			report(rcrowley.NewRegistry(metrics.NewRegistry()))
			if logged.String() != "" {
				t.Errorf("logged of the adapter:\n%s", logged)
			}
		})
	}
}

// What rcrowley's library made can't be registered in a registry of ours, and the
// error says whose type it is.
func TestTypesOfRcrowley(t *testing.T) {
	logged := logtest.Capture(t)
	base := metrics.NewRegistry()
	gometrics.GetOrRegisterCounter("c", base).Inc(1) // works, unseen
	if got := logged.String(); !strings.Contains(got, "can't register a *github.com/rcrowley/go-metrics.StandardCounter") {
		t.Errorf("logged:\n%s", got)
	}
}
