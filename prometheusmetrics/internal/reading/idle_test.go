package reading

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-metrics-plus/metrics"
)

type functionField struct{ f func() int64 }

func (g functionField) Value() int64 { return g.f() }

type functionType func() int64

func (g functionType) Value() int64 { return g() }

func TestIsNeverIdle(t *testing.T) {
	one := func() int64 { return 1 }
	for name, test := range map[string]struct {
		metric any
		want   bool
	}{
		"counter":                      {metrics.NewCounter(), false},
		"gauge":                        {metrics.NewGauge(), false},
		"functional gauge":             {functional(one), true},
		"timer":                        {metrics.NewTimer(), false},
		"health check":                 {metrics.NewHealthcheck(nil), true},
		"struct with a function":       {functionField{one}, true},
		"pointer to one":               {&functionField{one}, true},
		"function":                     {functionType(one), true},
		"value of its own":             {nan(1), false},
		"function of what is no gauge": {metrics.NewHistogram(nil), false},
	} {
		kind := ownKind(test.metric)
		if kind == Unknown {
			kind = shapeOf(test.metric).kind
		}
		if got := isNeverIdle(test.metric, kind); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

// A metric that can't be read is neither idle nor recorded in by that.
func TestIdleWhileUnreadable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &failingGauge{value: 1}
		r := New([]Source{{Source: given{{"g", g}}, Wanted: Wanted{IdleAfter: time.Minute}}}, nil)
		idle := func() bool { return byName(r.Read(limit()))["g"].Idle }
		if idle() {
			t.Error("idle at once")
		}
		time.Sleep(time.Hour)
		if !idle() {
			t.Error("not idle after an hour")
		}
		g.fails = true
		if !idle() {
			t.Error("not idle any more when it could not be read")
		}
		g.fails, g.value = false, 2
		if idle() {
			t.Error("idle with a new value")
		}
		time.Sleep(30 * time.Second)
		g.fails = true
		if idle() {
			t.Error("idle when it could not be read")
		}
		time.Sleep(30 * time.Second)
		if g.fails = false; !idle() {
			t.Error("not idle, a minute after its value changed")
		}
	})
}

// What SinkOnce left is not idle before it was seen, unless it was idle already.
func TestSunkIsNotIdleUnseen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := metrics.NewRegistry()
		r := New([]Source{{Source: source, Wanted: Wanted{IdleAfter: time.Minute}}}, nil)
		want := func(when, name string, idle bool) {
			t.Helper()
			if m := byName(r.Read(limit()))[name]; m == nil || m.Idle != idle {
				t.Errorf("%s: %s is %+v", when, name, m)
			}
		}
		registered := counter(1)
		source.Register("registered", registered)
		source.SinkOnce("left", counter(2))
		want("at first", "left", false)
		time.Sleep(time.Hour)
		want("unseen for an hour", "left", false)
		want("an hour later", "registered", true)

		source.Unregister("registered")
		source.SinkOnce("registered", registered)
		want("left when it was idle", "registered", true)
		r.Saw(r.Reading())
		registered.Inc(1)
		source.SinkOnce("registered", registered)
		want("left once more, with another value", "registered", false)
		r.Saw(r.Reading())
		if all := r.Read(limit()).Metrics; len(all) != 0 {
			t.Errorf("%d metrics are kept that were seen", len(all))
		}
	})
}

type failingGauge struct {
	value float64
	fails bool
}

func (g *failingGauge) Value() float64 {
	if g.fails {
		panic("no")
	}
	return g.value
}
