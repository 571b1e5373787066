package rcrowley_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"net/http/httptest"
	"strings"
	"testing"

	gometrics "github.com/rcrowley/go-metrics"
	"github.com/rcrowley/go-metrics/exp"

	"github.com/go-metrics-plus/metrics"
)

// fill registers one metric of each kind, half of them ours.
func fill(r gometrics.Registry) {
	for _, k := range kinds {
		m := r.GetOrRegister("ours."+k.name, k.constructor)
		k.update(m, 4)
		if k.name == "Healthcheck" {
			continue
		}
		m = k.instance()
		k.update(m, 4)
		r.GetOrRegister("theirs."+k.name, m)
	}
}

// The type switches of rcrowley's reporters find every metric, and write of ours
// what they write of their own.
func TestWriteOnce(t *testing.T) {
	r, _ := newPair()
	fill(r)
	defer r.UnregisterAll()
	var written bytes.Buffer
	gometrics.WriteOnce(r, &written)
	for _, want := range []string{
		"counter ours.Counter\n  count:               4\n",
		"gauge ours.Gauge\n  value:               4\n",
		"gauge ours.GaugeFloat64\n  value:       1.000000\n",
		"healthcheck ours.Healthcheck\n  error:       file already closed\n",
		"histogram ours.Histogram\n  count:               1\n  min:                 4\n",
		"meter ours.Meter\n  count:               4\n",
		"timer ours.Timer\n  count:               1\n  min:                 4\n",
	} {
		if !strings.Contains(written.String(), want) {
			t.Errorf("ours: wanted %q in\n%s", want, written.String())
		}
		want = strings.Replace(want, "ours.", "theirs.", 1)
		if !strings.Contains(written.String(), want) && !strings.HasPrefix(want, "healthcheck") {
			t.Errorf("theirs: wanted %q in\n%s", want, written.String())
		}
	}
}

// This one panics if it doesn't know a type.
func TestExpHandler(t *testing.T) {
	r, _ := newPair()
	fill(r)
	defer r.UnregisterAll()
	r.Unregister("ours.Healthcheck")
	response := httptest.NewRecorder()
	exp.ExpHandler(r).ServeHTTP(response, httptest.NewRequest("GET", "/debug/metrics", nil))
	for _, want := range []string{`"ours.Meter.count": 4`, `"theirs.Timer.max": 4`} {
		if !strings.Contains(response.Body.String(), want) {
			t.Errorf("wanted %s in %s", want, response.Body)
		}
	}
}

func TestJSON(t *testing.T) {
	r, base := newPair()
	fill(r)
	defer r.UnregisterAll()
	gometrics.GetOrRegisterGaugeFloat64("theirs.nan", r).Update(math.NaN())
	metrics.GetOrRegisterGaugeFloat64("ours.inf", base).Update(math.Inf(1))
	gometrics.NewRegisteredFunctionalGauge("broken", r, func() int64 { panic("broken") })

	var written bytes.Buffer
	gometrics.WriteJSONOnce(r, &written)
	var all map[string]map[string]any
	if err := json.Unmarshal(written.Bytes(), &all); err != nil {
		t.Fatalf("%v in %s", err, written.String())
	}
	for name, want := range map[string]map[string]any{
		"ours.Counter":     {"count": 4.},
		"theirs.Counter":   {"count": 4.},
		"ours.Healthcheck": {"error": "file already closed"},
		"theirs.nan":       {"value": nil},
		"ours.inf":         {"value": nil},
	} {
		for key, value := range want {
			if got, there := all[name][key]; got != value || !there {
				t.Errorf("%s of %s: got %v, want %v", key, name, got, value)
			}
		}
	}
	if all["broken"] != nil {
		t.Errorf("a gauge that panics shows %v", all["broken"])
	}
	for _, k := range kinds {
		if k.name == "Healthcheck" {
			continue
		}
		for key := range all["theirs."+k.name] {
			if _, ok := all["ours."+k.name][key]; !ok {
				t.Errorf("%s: ours has no %s", k.name, key)
			}
		}
	}
}

func TestHealthchecks(t *testing.T) {
	r, base := newPair()
	var up error
	check := gometrics.NewHealthcheck(func(h gometrics.Healthcheck) {
		if up == nil {
			h.Healthy()
		} else {
			h.Unhealthy(up)
		}
	})
	broken := gometrics.NewHealthcheck(func(gometrics.Healthcheck) { panic("broken") })
	for name, h := range map[string]any{"check": check, "broken": broken, "nil": gometrics.NilHealthcheck{}} {
		if err := r.Register(name, h); err != nil {
			t.Fatal(err)
		}
		if r.Get(name) != h || base.Get(name) != h {
			t.Errorf("%s is not kept as it is", name)
		}
	}
	up = errors.New("down")
	r.RunHealthchecks()
	if check.Error() != up || broken.Error() == nil {
		t.Errorf("got %v and %v", check.Error(), broken.Error())
	}
	if err := r.Register("check", check); err != gometrics.DuplicateMetric("check") {
		t.Errorf("got %v", err)
	}
	up = nil
	if got := r.GetAll()["check"]; got["error"] != nil || check.Error() != nil {
		t.Errorf("got %v", got)
	}
	r.Unregister("check")
	if r.Get("check") != nil || base.Get("check") != nil {
		t.Error("still there after Unregister")
	}

	gometrics.NewRegisteredGauge("kept", r)
	if err := r.Register("kept", check); err != gometrics.DuplicateMetric("kept") {
		t.Errorf("under the name of a kept metric: got %v", err)
	}
}
