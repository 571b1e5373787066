package prometheusmetrics

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-metrics-plus/metrics"
)

func TestStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := metrics.NewRegistry()
		metrics.GetOrRegisterCounter("a", r).Inc(1)
		metrics.NewRegisteredFunctionalGauge("slow", r, func() int64 { time.Sleep(40 * time.Millisecond); return 1 })
		d, err := NewWithConfig(Config{Registry: r, FlushInterval: time.Second, MaxSeries: 10, Detached: true}, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if got, want := d.Status(), (Status{FlushInterval: time.Second, MaxSeries: 10}); got != want {
			t.Errorf("before the first flush %+v, want %+v", got, want)
		}
		for series := 2; series < 4; series++ { // a second flush brings another status
			time.Sleep(time.Second)
			began := time.Now()
			d.Once()
			want := Status{LastFlush: began, FlushDuration: 40 * time.Millisecond, FlushInterval: time.Second, Series: series, MaxSeries: 10}
			if got := d.Status(); got != want || !d.LastFlush().Equal(began) {
				t.Errorf("got %+v, want %+v", got, want)
			}
			metrics.GetOrRegisterCounter("b", r).Inc(1)
		}
	})
}
