package metrics

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// shown is a registry with one of each, in a state in which nothing moves.
func shown(t *testing.T) Registry {
	r := NewRegistry()
	GetOrRegisterCounter("requests", r, Labels{"code": "200"}).Inc(3)
	GetOrRegisterCounter("requests", r, Labels{"code": "500"}).Inc(1)
	GetOrRegisterGauge("queue", r).Update(-4)
	GetOrRegisterGaugeFloat64("load", r).Update(2.5)
	GetOrRegisterMeter("visits", r)
	for i := range int64(3) {
		GetOrRegisterHistogram("size", r, NewUniformSample(10)).Update(10 * i)
	}
	timer := NewCustomTimer(NewHistogram(NewUniformSample(10)), NewMeter())
	timer.Update(1500 * time.Microsecond)
	for name, metric := range map[string]any{
		"latency": timer.Snapshot(),
		"ill":     NewHealthcheck(func(h Healthcheck) { h.Unhealthy(errors.New("no disk")) }),
		"well":    NewHealthcheck(nil),
		"panics":  NewFunctionalGauge(func() int64 { panic("oh") }),
	} {
		if err := r.Register(name, metric); err != nil {
			t.Fatal(err)
		}
	}
	r.SinkOnce("a.last", NewGauge().Snapshot())
	return r
}

// written is what WriteOnce makes of it, in the columns of rcrowley's.
const written = `gauge a.last
  value:               0
healthcheck ill
  error:       no disk
timer latency
  count:               1
  min:           1500000
  max:           1500000
  mean:          1500000.00
  stddev:              0.00
  median:        1500000.00
  75%:           1500000.00
  95%:           1500000.00
  99%:           1500000.00
  99.9%:         1500000.00
  1-min rate:          0.00
  5-min rate:          0.00
  15-min rate:         0.00
  mean rate:           0.00
gauge load
  value:       2.500000
gauge queue
  value:              -4
counter requests{code="200"}
  count:               3
counter requests{code="500"}
  count:               1
histogram size
  count:               3
  min:                 0
  max:                20
  mean:               10.00
  stddev:              8.16
  median:             10.00
  75%:                20.00
  95%:                20.00
  99%:                20.00
  99.9%:              20.00
meter visits
  count:               0
  1-min rate:          0.00
  5-min rate:          0.00
  15-min rate:         0.00
  mean rate:           0.00
healthcheck well
  error:       <nil>
`

func TestWriteOnce(t *testing.T) {
	log := captureLog(t)
	synctest.Test(t, func(t *testing.T) { // the mean rate of a timer at work would move
		r := shown(t)
		var text bytes.Buffer
		if err := WriteOnce(r, &text); err != nil {
			t.Fatal(err)
		}
		if got := text.String(); got != written {
			t.Errorf("got\n%s\nwant\n%s", got, written)
		}
		text.Reset()
		if err := WriteOnce(r, &text); err != nil || strings.Contains(text.String(), "a.last") {
			t.Errorf("second time: %v\n%s", err, text.String())
		}
	})
	wantLog(t, log, "metric=panics")
}

// countingWriter fails the third time.
type countingWriter struct{ calls int }

func (w *countingWriter) Write(p []byte) (int, error) {
	if w.calls++; w.calls == 3 {
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

func TestWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := NewRegistry()
		GetOrRegisterCounter("c", r)
		start := time.Now()
		var w countingWriter
		if err := Write(r, time.Second, &w); err == nil || err.Error() != "disk full" || time.Since(start) != 3*time.Second {
			t.Errorf("ended after %v with %v", time.Since(start), err)
		}
		if err := Write(r, 0, &w); err != nil || w.calls != 4 || time.Since(start) != 3*time.Second {
			t.Errorf("%d writes, %v", w.calls, err)
		}
	})
}

func TestUnitName(t *testing.T) {
	for unit, want := range map[time.Duration]string{
		time.Nanosecond: "ns", time.Microsecond: "µs", time.Millisecond: "ms", time.Second: "s", time.Minute: "m",
		time.Hour: "h", 20 * time.Millisecond: "×20ms", 10 * time.Second: "×10s", 1500 * time.Microsecond: "×1.5ms",
		61 * time.Minute: "×1h1m0s",
	} {
		if got := unitName(unit); got != want {
			t.Errorf("%v: %q, want %q", unit, got, want)
		}
	}
}
