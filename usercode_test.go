package metrics

import "testing"

// userSample is a sample of a user's making.
type userSample struct{ Sample }

func TestRunsUserCode(t *testing.T) {
	own := func() int64 { return 1 }
	made := NewHistogram(userSample{NewUniformSample(10)})
	for name, test := range map[string]struct {
		metric any
		want   bool
	}{
		"counter":                    {NewCounter(), false},
		"no-op counter":              {Counter{}, false},
		"gauge":                      {NewGauge(), false},
		"no-op gauge":                {Gauge{}, false},
		"functional gauge":           {NewFunctionalGauge(own), true},
		"functional float gauge":     {NewFunctionalGaugeFloat64(func() float64 { return 1 }), true},
		"gauge snapshot":             {NewFunctionalGauge(own).Snapshot(), false},
		"meter":                      {NewMeter(), false},
		"histogram":                  {NewHistogram(nil), false},
		"histogram of user's sample": {made, true},
		"timer":                      {NewTimer(), false},
		"no-op timer":                {Timer{}, false},
		"custom timer":               {NewCustomTimer(NewHistogram(nil), NewMeter()), false},
		"timer of user's sample":     {NewCustomTimer(made, NewMeter()), true},
		"healthcheck":                {NewHealthcheck(nil), true},
		"unknown":                    {42, true},
		"nil":                        {nil, true},
	} {
		if got := RunsUserCode(test.metric); got != test.want {
			t.Errorf("RunsUserCode(%s) = %v", name, got)
		}
	}
}
