package remotewrite

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/exp/api/remote"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// receiver stands in for one that keeps what it gets. It is a RoundTripper, so that
// tests with it can run in a bubble of synctest.
type receiver struct {
	http.Handler
	before func(http.ResponseWriter, *http.Request) bool // answers, or passes on by false
	take   int                                           // samples to take of a request at most; 0 means all

	mu       sync.Mutex
	requests []*http.Request
	lines    []string // one a sample, and one a piece of metadata of 1.0
}

func newReceiver(versions ...remote.WriteMessageType) *receiver {
	r := &receiver{}
	r.Handler = remote.NewWriteHandler(r, versions)
	return r
}

// RoundTrip answers without a network.
func (r *receiver) RoundTrip(request *http.Request) (*http.Response, error) {
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	recorder := httptest.NewRecorder()
	r.mu.Lock()
	r.requests = append(r.requests, request)
	r.mu.Unlock()
	if r.before == nil || !r.before(recorder, request) {
		r.ServeHTTP(recorder, request)
	}
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	return recorder.Result(), nil
}

// Store is what remote.NewWriteHandler wants.
func (r *receiver) Store(request *http.Request, kind remote.WriteMessageType) (*remote.WriteResponse, error) {
	encoded, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	var lines []string
	response := remote.NewWriteResponse()
	if kind == remote.WriteV1MessageType {
		lines, err = lines1(encoded)
	} else {
		lines, err = lines2(encoded)
	}
	if err != nil {
		response.SetStatusCode(http.StatusBadRequest)
		return response, err
	}
	if r.take > 0 {
		lines = lines[:min(len(lines), r.take)]
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, lines...)
	response.Samples = len(lines)
	return response, nil
}

// got returns what came since it was last called.
func (r *receiver) got() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	lines := r.lines
	r.lines = nil
	return lines
}

// tries returns how many requests came.
func (r *receiver) tries() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.requests)
}

// newTestDriver sends to a receiver, and notes what OnError gets.
func newTestDriver(t *testing.T, r *receiver, config Config) (*Driver, func() []string) {
	t.Helper()
	var mu sync.Mutex
	var told []string
	config.URL = "http://receiver.test/api/v1/write"
	config.Client = &http.Client{Transport: r}
	if config.Labels == nil {
		config.Labels = map[string]string{"job": "j", "instance": "i"}
	}
	config.OnError = func(err error) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, err.Error())
	}
	d, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d, func() []string {
		mu.Lock()
		defer mu.Unlock()
		all := told
		told = nil
		return all
	}
}

func lines1(encoded []byte) ([]string, error) {
	request, err := decode("WriteRequest", encoded)
	if err != nil {
		return nil, err
	}
	var lines []string
	each(request, "timeseries", func(series protoreflect.Message) {
		labels := labels1(series)
		each(series, "samples", func(m protoreflect.Message) { lines = append(lines, labels+" "+line(m)) })
		each(series, "histograms", func(m protoreflect.Message) { lines = append(lines, labels+" "+line(m)) })
		each(series, "exemplars", func(m protoreflect.Message) {
			lines[len(lines)-1] += " # " + labels1(m) + " " + line(m)
		})
	})
	each(request, "metadata", func(m protoreflect.Message) {
		lines = append(lines, fmt.Sprintf("# %s type %d, help %q, unit %q", str(m, "metric_family_name"),
			get(m, "type").Int(), str(m, "help"), str(m, "unit")))
	})
	return lines, nil
}

func labels1(m protoreflect.Message) string {
	var pairs []string
	each(m, "labels", func(l protoreflect.Message) { pairs = append(pairs, str(l, "name"), str(l, "value")) })
	return rendered(pairs)
}

func lines2(encoded []byte) (lines []string, err error) {
	request, err := decode("Request", encoded)
	if err != nil {
		return nil, err
	}
	var symbols []string
	list := get(request, "symbols").List()
	for i := range list.Len() {
		symbols = append(symbols, list.Get(i).String())
	}
	if len(symbols) == 0 || symbols[0] != "" {
		return nil, errors.New("the first symbol is not empty")
	}
	each(request, "timeseries", func(series protoreflect.Message) {
		before := len(lines)
		labels := labels2(series, symbols)
		each(series, "samples", func(m protoreflect.Message) { lines = append(lines, labels+" "+line(m)) })
		each(series, "histograms", func(m protoreflect.Message) { lines = append(lines, labels+" "+line(m)) })
		if len(lines) != before+1 {
			err = errors.New("not one sample in a series")
			return
		}
		meta := get(series, "metadata").Message()
		last := &lines[before]
		*last += fmt.Sprintf(" type %d, help %q, unit %q, created %d", get(meta, "type").Int(),
			symbols[get(meta, "help_ref").Uint()], symbols[get(meta, "unit_ref").Uint()],
			get(series, "created_timestamp").Int())
		each(series, "exemplars", func(m protoreflect.Message) { *last += " # " + labels2(m, symbols) + " " + line(m) })
	})
	return lines, err
}

func labels2(m protoreflect.Message, symbols []string) string {
	var pairs []string
	list := get(m, "labels_refs").List()
	for i := range list.Len() {
		pairs = append(pairs, symbols[list.Get(i).Uint()])
	}
	return rendered(pairs)
}

// rendered shows the labels as they came, and says if they are not in order.
func rendered(pairs []string) string {
	var names, texts []string
	for pair := range slices.Chunk(pairs, 2) {
		names = append(names, pair[0])
		texts = append(texts, fmt.Sprintf("%s=%q", pair[0], pair[1]))
	}
	if !slices.IsSorted(names) {
		return "NOT SORTED " + strings.Join(texts, ",")
	}
	return "{" + strings.Join(texts, ",") + "}"
}

// line shows the fields of a message that are not labels.
func line(m protoreflect.Message) string {
	var parts []string
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		if !m.Has(f) || strings.HasPrefix(string(f.Name()), "labels") {
			continue
		}
		text := fmt.Sprint(m.Get(f).Interface())
		if list, ok := m.Get(f).Interface().(protoreflect.List); ok {
			text = listed(list)
		} else if number, ok := m.Get(f).Interface().(float64); ok {
			text = strconv.FormatFloat(number, 'g', -1, 64)
			if isStale(number) {
				text = "STALE"
			}
		}
		parts = append(parts, fmt.Sprintf("%s:%s", f.Name(), text))
	}
	if len(m.GetUnknown()) > 0 {
		parts = append(parts, "UNKNOWN FIELDS")
	}
	return strings.Join(parts, " ")
}

func listed(list protoreflect.List) string {
	var texts []string
	for i := range list.Len() {
		if m, ok := list.Get(i).Interface().(protoreflect.Message); ok {
			texts = append(texts, "{"+line(m)+"}")
		} else {
			texts = append(texts, fmt.Sprint(list.Get(i).Interface()))
		}
	}
	return "[" + strings.Join(texts, " ") + "]"
}

func get(m protoreflect.Message, name protoreflect.Name) protoreflect.Value {
	return m.Get(m.Descriptor().Fields().ByName(name))
}

func str(m protoreflect.Message, name protoreflect.Name) string { return get(m, name).String() }

func each(m protoreflect.Message, name protoreflect.Name, f func(protoreflect.Message)) {
	list := get(m, name).List()
	for i := range list.Len() {
		f(list.Get(i).Message())
	}
}
