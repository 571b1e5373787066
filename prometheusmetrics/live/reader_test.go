package live

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
)

// reader is a viewer as PROTOCOL.md describes one, written from that page alone.
type reader struct {
	t       *testing.T
	session string
	seq     uint64
	times   []int64
	names   map[int]string         // of families, by id
	series  map[int]*readSeries    // by id
	slots   map[int]readSlot       // columns
	seen    map[string]int         // how often each member of a frame came
	answer  map[string]interface{} // the last answer's head
	last    []byte                 // the last answer
}

type readSeries struct {
	key     string
	columns map[string]float64
	native  map[string]any
	samples []string // exemplars
}

type readSlot struct {
	series *readSeries
	column string
}

func newReader(t *testing.T) *reader {
	return &reader{t: t, seen: make(map[string]int)}
}

// poll asks the page for what is new and applies it.
func (r *reader) poll(page http.Handler) {
	r.t.Helper()
	code, body := get(r.t, page, fmt.Sprintf("/debug/metrics/data?v=1&viewer=reader&since=%s.%d", r.session, r.seq))
	if code != http.StatusOK {
		r.t.Fatalf("answered %d: %s", code, body)
	}
	r.take(body)
}

func (r *reader) take(body []byte) {
	r.t.Helper()
	r.last, r.answer = body, nil
	var answer struct {
		Session string
		Seq     uint64
		Frames  []map[string]json.RawMessage
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		r.t.Fatalf("%v in %.400s", err, body)
	}
	if err := json.Unmarshal(body, &r.answer); err != nil {
		r.t.Fatal(err)
	}
	if answer.Session != "" {
		r.session, r.seq = answer.Session, answer.Seq
	}
	for _, frame := range answer.Frames {
		r.apply(frame)
	}
}

func (r *reader) apply(frame map[string]json.RawMessage) {
	r.t.Helper()
	for member := range frame {
		r.seen[member]++
	}
	if frame["key"] != nil {
		r.names, r.series, r.slots = make(map[int]string), make(map[int]*readSeries), make(map[int]readSlot)
	}
	decode(r.t, frame["times"], &r.times)
	var gone []int
	decode(r.t, frame["gone"], &gone)
	for _, id := range gone {
		delete(r.series, id)
	}
	for _, family := range list(r.t, frame["families"]) {
		r.names[integer(family[0])] = family[2].(string)
	}
	for _, s := range list(r.t, frame["series"]) {
		r.addSeries(s)
	}
	for _, c := range list(r.t, frame["columns"]) {
		r.slots[integer(c[1])] = readSlot{r.series[integer(c[0])], c[2].(string)}
	}
	for _, e := range list(r.t, frame["exemplars"]) {
		s := r.series[integer(e[0])]
		s.samples = append(s.samples, fmt.Sprint(e[1:]...))
	}
	r.setValues(frame)
}

func (r *reader) addSeries(s []any) {
	added := &readSeries{key: fmt.Sprint(r.names[integer(s[1])], s[2]), columns: make(map[string]float64)}
	if len(s) > 5 {
		added.native = s[5].(map[string]any)
	}
	columns, slots := s[3].([]any), s[4].([]any)
	for i := range columns {
		r.slots[integer(slots[i])] = readSlot{added, columns[i].(string)}
		added.columns[columns[i].(string)] = math.NaN()
	}
	r.series[integer(s[0])] = added
}

func (r *reader) setValues(frame map[string]json.RawMessage) {
	var slots []int
	var values []any
	decode(r.t, frame["slots"], &slots)
	decode(r.t, frame["values"], &values)
	at := 0
	for i := range slots {
		at += slots[i]
		value := math.NaN()
		switch v := values[i].(type) {
		case float64:
			value = v
		case string:
			value = map[string]float64{"Inf": math.Inf(1), "-Inf": math.Inf(-1)}[v]
		}
		slot := r.slots[at]
		slot.series.columns[slot.column] = value
	}
}

// values are all that the reader knows, as text that can be compared.
func (r *reader) values() map[string]string {
	found := make(map[string]string)
	for _, s := range r.series {
		for column, value := range s.columns {
			found[s.key+" "+column] = number(value)
		}
	}
	return found
}

func decode(t *testing.T, raw json.RawMessage, into any) {
	t.Helper()
	if raw == nil {
		return
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatal(err)
	}
}

func list(t *testing.T, raw json.RawMessage) (found [][]any) {
	t.Helper()
	decode(t, raw, &found)
	return found
}

func integer(v any) int { return int(v.(float64)) }

// get asks a handler, without compression.
func get(t *testing.T, h http.Handler, url string) (int, []byte) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, url, nil).WithContext(t.Context()))
	return w.Code, w.Body.Bytes()
}

// families is a gatherer whose families a test sets.
type families struct {
	gathered int
	all      []*dto.MetricFamily
	err      error
	hook     func()
}

var _ prometheus.Gatherer = (*families)(nil)

func (f *families) Gather() ([]*dto.MetricFamily, error) {
	f.gathered++
	if f.hook != nil {
		f.hook()
	}
	return f.all, f.err
}

// gauge makes a family of gauges, one for each pair of a label's value and a value.
func gauge(name string, values map[string]float64) *dto.MetricFamily {
	family := &dto.MetricFamily{Name: &name, Type: dto.MetricType_GAUGE.Enum(), Help: proto.String("Help of " + name)}
	for _, label := range sorted(values) {
		family.Metric = append(family.Metric, &dto.Metric{
			Label: []*dto.LabelPair{{Name: proto.String("l"), Value: proto.String(label)}},
			Gauge: &dto.Gauge{Value: proto.Float64(values[label])},
		})
	}
	return family
}

func sorted(values map[string]float64) []string { return slices.Sorted(maps.Keys(values)) }
