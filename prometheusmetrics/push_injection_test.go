package prometheusmetrics

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/prometheus/common/expfmt"

	"github.com/go-metrics-plus/metrics/internal/hostile"
)

// groupOf reads the labels of a group from a path as a Pushgateway does, which gets it
// unescaped.
func groupOf(t *testing.T, path string) map[string]string {
	t.Helper()
	rest, found := strings.CutPrefix(path, "/metrics/")
	parts := strings.Split(rest, "/")
	if !found || len(parts)%2 != 0 {
		t.Fatalf("path %.200q has no pairs", path)
	}
	group := map[string]string{}
	for i := 0; i < len(parts); i += 2 {
		name, encoded := strings.CutSuffix(parts[i], "@base64")
		if group[name] = parts[i+1]; encoded {
			value, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[i+1], "="))
			if err != nil {
				t.Fatal(err)
			}
			group[name] = string(value)
		}
	}
	return group
}

// TestInjectionIntoPush: whatever texts are, a gateway gets the metrics that were put in,
// no more, for the group that was meant.
func TestInjectionIntoPush(t *testing.T) {
	var path string
	var body []byte
	var format expfmt.Format
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		path, format = r.URL.Path, expfmt.ResponseFormat(r.Header)
		body, _ = io.ReadAll(r.Body)
	}))
	defer server.Close()
	for _, layout := range layouts {
		log := &errorLog{}
		d := newDetached(t, Config{Registry: hostileRegistry(t), Layout: layout, FlushInterval: time.Hour, OnError: log.add})
		for range 2 {
			if err := d.Push(t.Context(), PushOptions{URL: server.URL, Job: "j"}); err != nil {
				t.Fatal(err)
			}
			checkHostile(t, layout, decode(t, string(body), format))
		}
		for _, reason := range log.reasons() {
			t.Errorf("reported %q", reason)
		}
	}
	d := newDetached(t, Config{})
	for _, text := range hostile.Texts {
		err := d.Push(t.Context(), PushOptions{URL: server.URL, Job: text, Grouping: map[string]string{"instance": text, "x": "y"}})
		switch {
		case !utf8.ValidString(text):
			if err == nil || hostile.Controls(err.Error()) {
				t.Errorf("job %.60q: %v", text, err)
			}
		case err != nil:
			t.Errorf("job %.60q: %v", text, err)
		default:
			want := map[string]string{"job": text, "instance": text, "x": "y"}
			if got := groupOf(t, path); !maps.Equal(got, want) {
				t.Errorf("job %.60q was pushed as %.200q", text, got)
			}
		}
	}
}

// TestInjectionIntoPushErrors: whatever a gateway answers, an error is one line without
// escapes of a terminal.
func TestInjectionIntoPushErrors(t *testing.T) {
	d := newDetached(t, Config{})
	for _, text := range hostile.Texts {
		for name, answer := range map[string]func() (*http.Response, error){
			"text": func() (*http.Response, error) { return respond(http.StatusBadRequest, text) },
			"redirect": func() (*http.Response, error) {
				return &http.Response{StatusCode: http.StatusFound, Header: http.Header{"Location": {text}}}, nil
			},
			"error":         func() (*http.Response, error) { return nil, errors.New(text) },
			"wrapped error": func() (*http.Response, error) { return nil, &url.Error{Op: "Put", URL: text, Err: errors.New(text)} },
			"panic":         func() (*http.Response, error) { panic(text) },
		} {
			gateway := &gatewayDouble{answer: func(int, *http.Request) (*http.Response, error) { return answer() }}
			err := d.Push(t.Context(), to(gateway, PushOptions{Job: text, Grouping: map[string]string{"instance": text}}))
			if err == nil || hostile.Controls(err.Error()) {
				t.Errorf("%s: %.200q", name, fmt.Sprint(err))
			}
		}
	}
}
