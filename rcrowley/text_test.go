package rcrowley_test

import (
	"bytes"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	gometrics "github.com/rcrowley/go-metrics"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/rcrowley"
)

// What our writers make of a registry is what rcrowley's make of the adapter.
func TestSameText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, base := newPair()
		metrics.GetOrRegisterCounter("counter", base).Inc(4)
		metrics.GetOrRegisterGauge("gauge", base).Update(4)
		metrics.GetOrRegisterGaugeFloat64("float", base).Update(1.25)
		metrics.GetOrRegisterMeter("meter", base).Mark(4)
		if err := base.Register("check", metrics.NewHealthcheck(nil)); err != nil {
			t.Error(err)
		}
		metrics.GetOrRegisterTimer("latency", base).Update(1500 * time.Microsecond)
		metrics.GetOrRegisterHistogram("size", base, nil).Update(-3)
		time.Sleep(time.Minute)
		var ours, theirs bytes.Buffer
		gometrics.WriteOnce(r, &theirs)
		if err := metrics.WriteOnce(base, &ours); err != nil || ours.String() != theirs.String() {
			t.Errorf("%v\n%s\nrcrowley's:\n%s", err, &ours, &theirs)
		}
		for _, scale := range []time.Duration{time.Nanosecond, time.Millisecond, time.Second} {
			var ours, theirs printer
			cue := make(chan any, 1)
			cue <- nil
			close(cue)
			gometrics.LogScaledOnCue(r, cue, scale, &theirs)
			metrics.LogScaled(base, 0, scale, &ours)
			if ours.String() != theirs.String() {
				t.Errorf("scale %v:\n%s\nrcrowley's:\n%s", scale, &ours, &theirs)
			}
		}
	})
}

// printer is a logger of both libraries.
type printer struct{ bytes.Buffer }

func (p *printer) Printf(format string, v ...any) { fmt.Fprintf(p, format, v...) }

// What is left for the next Each comes out of the adapter once, as rcrowley's type.
func TestSinkOnce(t *testing.T) {
	r, base := newPair()
	gauge := metrics.NewGauge()
	gauge.Update(7)
	base.SinkOnce("ours", gauge)
	r.(*rcrowley.Registry).SinkOnce("wrapped", r.GetOrRegister("held", gometrics.NewCounter))
	r.(*rcrowley.Registry).SinkOnce("theirs", gometrics.NewCounter())
	r.Unregister("held")
	if len(r.GetAll()) != 0 {
		t.Error("what was left is registered")
	}
	all := each(r)
	if g, ok := all["ours"][0].(gometrics.Gauge); !ok || g.Value() != 7 {
		t.Errorf("ours came out as %T", all["ours"][0])
	}
	for _, name := range []string{"wrapped", "theirs"} {
		if _, ok := all[name][0].(gometrics.Counter); !ok {
			t.Errorf("%s came out as %T", name, all[name][0])
		}
	}
	if all := each(r); len(all) != 0 {
		t.Errorf("%v came out again", all)
	}
}
