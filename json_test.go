package metrics

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"
)

// everything is a registry with one of each, in a known state.
func everything(t *testing.T) Registry {
	r := NewRegistry()
	GetOrRegisterCounter("counter", r, Labels{"code": "200"}).Inc(3)
	GetOrRegisterGauge("gauge", r).Update(-4)
	GetOrRegisterGaugeFloat64("float", r).Update(2.5)
	GetOrRegisterGaugeFloat64("nan", r).Update(math.NaN())
	GetOrRegisterGaugeFloat64("inf", r).Update(math.Inf(-1))
	GetOrRegisterMeter("meter", r)
	for i := range int64(3) {
		GetOrRegisterHistogram("histogram", r, NewUniformSample(10)).Update(i)
	}
	GetOrRegisterTimer("timer", r)
	for name, metric := range map[string]any{
		"well":     NewHealthcheck(func(h Healthcheck) { h.Healthy() }),
		"ill":      NewHealthcheck(func(h Healthcheck) { h.Unhealthy(errors.New("no disk")) }, Labels{"disk": "a"}),
		"panics":   NewFunctionalGauge(func() int64 { panic("oh") }),
		"snapshot": NewCounter().Snapshot(),
	} {
		if err := r.Register(name, metric); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

const everythingJSON = `{"counter{code=\"200\"}":{"count":3},` +
	`"float":{"value":2.5},` +
	`"gauge":{"value":-4},` +
	`"histogram":{"75%":2,"95%":2,"99%":2,"99.9%":2,"count":3,"max":2,` +
	`"mean":1,"median":1,"min":0,"stddev":0.816496580927726},` +
	`"ill{disk=\"a\"}":{"error":"no disk"},` +
	`"inf":{"value":null},` +
	`"meter":{"15m.rate":0,"1m.rate":0,"5m.rate":0,"count":0,"mean.rate":0},` +
	`"nan":{"value":null},` +
	`"snapshot":{"count":0},` +
	`"timer":{"15m.rate":0,"1m.rate":0,"5m.rate":0,"75%":0,"95%":0,"99%":0,"99.9%":0,` +
	`"count":0,"max":0,"mean":0,"mean.rate":0,"median":0,"min":0,"stddev":0},` +
	`"well":{"error":null}}`

func TestJSON(t *testing.T) {
	log := captureLog(t)
	r := everything(t)
	for kind, r := range map[string]Registry{
		"standard": r, "prefixed": NewPrefixedChildRegistry(r, ""), "wrapper": wrapper{r},
	} {
		var buffer bytes.Buffer
		if err := WriteJSONOnce(r, &buffer); err != nil {
			t.Error(err)
		}
		if got := strings.TrimSpace(buffer.String()); got != everythingJSON {
			t.Errorf("%s:\n got %s\nwant %s", kind, got, everythingJSON)
		}
	}
	got, err := json.Marshal(map[string]any{"metrics": r})
	if err != nil || string(got) != `{"metrics":`+everythingJSON+`}` {
		t.Errorf("Marshal gave %s, %v", got, err)
	}
	wantLog(t, log, "metric=panics")
}

func TestGetAll(t *testing.T) {
	captureLog(t)
	all := everything(t).GetAll()
	keys := slices.Sorted(maps.Keys(all))
	want := []string{
		`counter{code="200"}`, "float", "gauge", "histogram", `ill{disk="a"}`,
		"inf", "meter", "nan", "snapshot", "timer", "well",
	}
	if !slices.Equal(keys, want) {
		t.Errorf("keys %q, want %q", keys, want)
	}
	for key, types := range map[string]map[string]any{
		`counter{code="200"}`: {"count": int64(3)},
		"gauge":               {"value": int64(-4)},
		"float":               {"value": 2.5},
		`ill{disk="a"}`:       {"error": "no disk"},
		"well":                {"error": nil},
	} {
		if !maps.Equal(all[key], types) {
			t.Errorf("%s is %v, want %v", key, all[key], types)
		}
	}
	if value, ok := all["nan"]["value"].(float64); !ok || !math.IsNaN(value) {
		t.Errorf("GetAll changed NaN to %v", all["nan"]["value"])
	}
}

type failAfter struct {
	writes int
	bytes.Buffer
}

func (w *failAfter) Write(p []byte) (int, error) {
	if w.writes--; w.writes < 0 {
		return 0, errors.New("full")
	}
	return w.Buffer.Write(p)
}

func TestWriteJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := NewRegistry()
		c := GetOrRegisterCounter("c", r)
		start := time.Now()
		w := &failAfter{writes: 3}
		go func() {
			for range 4 {
				c.Inc(1)
				time.Sleep(time.Second)
			}
		}()
		if err := WriteJSON(r, time.Second+time.Millisecond, w); err == nil || err.Error() != "full" {
			t.Errorf("error is %v", err)
		}
		if got := time.Since(start); got != 4*(time.Second+time.Millisecond) {
			t.Errorf("it took %v", got)
		}
		want := "{\"c\":{\"count\":2}}\n{\"c\":{\"count\":3}}\n{\"c\":{\"count\":4}}\n"
		if got := w.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	for _, d := range []time.Duration{0, -1} {
		var buffer bytes.Buffer
		if err := WriteJSON(NewRegistry(), d, &buffer); err != nil || buffer.String() != "{}\n" {
			t.Errorf("WriteJSON with %v wrote %q, %v", d, &buffer, err)
		}
	}
}

// FuzzJSON checks that whatever names and labels are, JSON is valid, and gives
// them back if they are text.
func FuzzJSON(f *testing.F) {
	f.Add("requests", "code", "200")
	f.Add("", "", "")
	f.Add("a\"b\\c\n", "{}", "\",=")
	f.Add("\xff\xfe", "\x00", "\u2028<>&")
	f.Fuzz(func(t *testing.T, name, label, value string) {
		r := NewRegistry()
		c := GetOrRegisterCounter(name, r, Labels{label: value})
		c.Inc(7)
		var buffer bytes.Buffer
		if err := WriteJSONOnce(r, &buffer); err != nil {
			t.Fatal(err)
		}
		var got map[string]map[string]int64
		if err := json.Unmarshal(buffer.Bytes(), &got); err != nil {
			t.Fatalf("%s: %v", &buffer, err)
		}
		key := name + c.provenance().labels.String()
		if len(got) != 1 || utf8.ValidString(key) && got[key]["count"] != 7 {
			t.Errorf("%q became %v", key, got)
		}
	})
}
