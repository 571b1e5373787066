package live

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

func TestExemplars(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		registry := prometheus.NewRegistry()
		classic := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "h", Buckets: []float64{1, 2}})
		counter := prometheus.NewCounter(prometheus.CounterOpts{Name: "c_total"})
		registry.MustRegister(classic, counter)
		page := New(registry, Config{})
		r := newReader(t)
		r.poll(page)
		at := time.Now().UnixMilli()
		classic.(prometheus.ExemplarObserver).ObserveWithExemplar(0.5, prometheus.Labels{"trace_id": "abc"})
		counter.(prometheus.ExemplarAdder).AddWithExemplar(1, prometheus.Labels{"trace_id": "def"})
		r.poll(page)
		r.poll(page) // they don't come twice
		var got []string
		for _, s := range r.series {
			got = append(got, s.samples...)
		}
		want := map[string]bool{fmt.Sprint(0.5, float64(at), []any{"trace_id", "abc"}): true, fmt.Sprint(1.0, float64(at), []any{"trace_id", "def"}): true}
		if len(got) != 2 || !want[got[0]] || !want[got[1]] || got[0] == got[1] {
			t.Errorf("got %q, want %v", got, want)
		}
	})
}
