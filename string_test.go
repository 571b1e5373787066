package metrics

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"
)

func TestString(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		labels := Labels{"code": "200"}
		c := NewCounter(labels)
		c.Inc(3)
		f := NewGaugeFloat64()
		f.Update(0.5)
		m, h, timer := NewMeter(labels), NewHistogram(NewUniformSample(10)), NewTimer(labels)
		buckets := NewHistogram(NewBucketSample(0.05))
		for i := range int64(3) {
			m.Mark(1)
			h.Update(10 + 10*i)
			buckets.Update(7)
			timer.Update(time.Duration(10+10*i) * time.Millisecond)
		}
		ewma := NewEWMA1()
		ewma.Update(3)
		ewma.Tick()
		time.Sleep(6 * time.Second)
		check := NewHealthcheck(nil, Labels{"disk": "a"})
		ill := NewHealthcheck(nil)
		ill.Unhealthy(errors.New("full"))
		const distribution = `min=10 max=30 mean=20 stddev=8.16497 median=20 95%=30 99%=30`
		for _, test := range []struct {
			value, snapshot any
			want            string
		}{
			{c, c.Snapshot(), `counter{code="200"} count=3`},
			{Counter{}, CounterSnapshot{}, `counter count=0`},
			{NewFunctionalGauge(func() int64 { return 7 }), GaugeSnapshot{value: 7}, `gauge value=7`},
			{f, f.Snapshot(), `gauge value=0.5`},
			{m, m.Snapshot(), `meter{code="200"} count=3 rate1=0.6 rate5=0.6 rate15=0.6 ratemean=0.5`},
			{h, h.Snapshot(), `histogram count=3 sum=60 ` + distribution},
			{h.Snapshot().Sample(), nil, `sample count=3 size=3 ` + distribution},
			{buckets.Snapshot().Sample(), nil, `buckets count=3 size=1 min=7 max=7 mean=7 stddev=0 median=7 95%=7 99%=7`},
			{timer, timer.Snapshot(), `timer{code="200"} count=3 sum=60ms min=10ms max=30ms mean=20ms stddev=8.16497ms ` +
				`median=20ms 95%=30ms 99%=30ms rate1=0.6 rate5=0.6 rate15=0.6 ratemean=0.5`},
			{Timer{}, TimerSnapshot{}, `timer count=0 sum=0s min=0s max=0s mean=0s stddev=0s median=0s 95%=0s 99%=0s ` +
				`rate1=0 rate5=0 rate15=0 ratemean=0`},
			{check, nil, `healthcheck{disk="a"} healthy`},
			{ill, ill.WithLabels(labels), `healthcheck unhealthy: full`},
			{ewma, EWMA{}, `ewma rate=0.6`},
			{labels, nil, `{code="200"}`},
			{Labels{"b": "2", "a": `"`, "empty": ""}, nil, `{a="\"",b="2"}`},
			{Labels(nil), nil, `{}`},
		} {
			if got := fmt.Sprint(test.value); got != test.want {
				t.Errorf("%T: %s, want %s", test.value, got, test.want)
			}
			if got := fmt.Sprint(test.snapshot); kindOf(test.snapshot)&kindSnapshot != 0 && got != test.want {
				t.Errorf("%T: %s, want %s", test.snapshot, got, test.want)
			}
		}
	})
}

func TestShortDuration(t *testing.T) {
	for nanoseconds, want := range map[float64]string{
		0: "0s", 1: "1ns", -1500: "-1.5µs", 1234567.8: "1.23457ms", 60e9: "1m0s", 3.6e12 + 1: "1h0m0s",
		1e19: "1e+10s", math.Inf(1): "+Infs", math.NaN(): "NaNs",
	} {
		if got := shortDuration(nanoseconds); got != want {
			t.Errorf("%v: %s, want %s", nanoseconds, got, want)
		}
	}
}
