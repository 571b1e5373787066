package labelled

import (
	"slices"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics"
)

func TestAPI(t *testing.T) {
	r := metrics.NewRegistry()
	a := New(r, "one")
	a.Serve("/", 100, time.Second)
	a.Serve("/", 200, 2*time.Second)
	a.Serve("/users", 300, 3*time.Second)
	got := a.Export()
	slices.Sort(got)
	want := []string{
		`in_flight {env="test",instance="one"} 1`,
		`latency {env="test",instance="one",route="/"} 2000000000`,
		`latency {env="test",instance="one",route="/users"} 3000000000`,
		`limit {env="test",instance="one"} 0.5`,
		`load {env="test"} 0.5`,
		`rate {env="test",instance="one",route="/"} 2`,
		`rate {env="test",instance="one",route="/users"} 1`,
		`requests {env="test",instance="one",route="/"} 2`,
		`requests {env="test",instance="one",route="/users"} 1`,
		`size {env="test",instance="one",route="/"} 200`,
		`size {env="test",instance="one",route="/users"} 300`,
		`starts {env="test",instance="one"} 1`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if labels := a.inFlight.Labels(); len(labels) != 1 || labels["instance"] != "one" {
		t.Errorf("WithLabels changed the original to %v", labels)
	}
}

func TestUnlabelled(t *testing.T) {
	metrics.DefaultRegistry.UnregisterAll()
	if got := Unlabelled(); got != 53 {
		t.Errorf("counted %d", got)
	}
	if got := metrics.Get("labelled.timer").(metrics.Timer).Count(); got != 1 {
		t.Errorf("timer counted %d", got)
	}
}

func TestSinkOnce(t *testing.T) {
	a := New(metrics.NewRegistry(), "one")
	a.Serve("/", 100, time.Second)
	gone := metrics.NewGauge(metrics.Labels{"connection": "7"})
	gone.Update(1)
	a.registry.SinkOnce("closed", gone)
	for pass, want := range []int{1, 0} {
		names := map[string]int{}
		a.registry.Each(func(name string, _ any) { names[name]++ })
		if names["closed"] != want || names["requests"] != 1 {
			t.Errorf("pass %d: Each gave %v", pass, names)
		}
	}
}
