package metrics

import (
	"fmt"
	"slices"
	"testing"
)

func TestSinkOnce(t *testing.T) {
	r := NewRegistry()
	GetOrRegisterTimer("t", r)
	c := GetOrRegisterCounter("c", r, Labels{"a": "1"})
	if err := r.Register("h", NewHealthcheck(func(h Healthcheck) { h.Unhealthy(nil) })); err != nil {
		t.Fatal(err)
	}
	if err := r.Register("s", NewGauge().Snapshot()); err != nil {
		t.Fatal(err)
	}
	var got []string
	r.SinkOnce(func(name string, snapshot any) {
		c.Inc(1) // all snapshots have been taken
		if h, ok := snapshot.(Healthcheck); ok {
			h.Unhealthy(nil) // not on the original
		}
		got = append(got, fmt.Sprintf("%s %T", name, snapshot))
		if s, ok := snapshot.(CounterSnapshot); ok && (s.Count() != 0 || s.Labels()["a"] != "1") {
			t.Errorf("counter shows %d %v", s.Count(), s.Labels())
		}
	})
	want := []string{
		"t metrics.TimerSnapshot", "c metrics.CounterSnapshot", "h *metrics.StandardHealthcheck", "s metrics.GaugeSnapshot",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := r.Get("h").(Healthcheck).Error(); err != nil {
		t.Errorf("the health check itself was changed: %v", err)
	}
}
