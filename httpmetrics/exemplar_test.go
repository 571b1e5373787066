package httpmetrics

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/internal/logtest"
)

const (
	trace  = "4bf92f3577b34da6a3ce929d0e0e4736"
	parent = "00f067aa0ba902b7"
)

func TestTraceOf(t *testing.T) {
	for _, test := range []struct{ header, want string }{
		{"00-" + trace + "-" + parent + "-01", trace},
		{"00-" + trace + "-" + parent + "-03", trace},
		{"00-" + trace + "-" + parent + "-0b", trace},
		{"00-" + trace + "-" + parent + "-00", ""}, // not sampled
		{"00-" + trace + "-" + parent + "-0a", ""},
		{"00-" + trace + "-" + parent + "-1", ""},
		{"00-" + trace + "-" + parent + "-0g", ""},
		{"00-" + trace + "-" + parent + "-01-more", ""},
		{"cc-" + trace + "-" + parent + "-01-more", trace}, // of a version to come
		{"cc-" + trace + "-" + parent + "-01.more", ""},
		{"ff-" + trace + "-" + parent + "-01", ""},
		{"0x-" + trace + "-" + parent + "-01", ""},
		{"00-" + strings.ToUpper(trace) + "-" + parent + "-01", ""},
		{"00-" + strings.Repeat("0", 32) + "-" + parent + "-01", ""},
		{"00-" + trace + "-" + strings.Repeat("0", 16) + "-01", ""},
		{"00-" + trace + "-" + parent[1:] + "x-01", ""},
		{"00." + trace + "-" + parent + "-01", ""},
		{"00-" + trace + "." + parent + "-01", ""},
		{"00-" + trace + "-" + parent + ".01", ""},
		{"00-" + trace + "-01", ""},
		{"", ""},
	} {
		if got := traceOf(http.Header{"Traceparent": {test.header}}); got != test.want {
			t.Errorf("%q gave %q, want %q", test.header, got, test.want)
		}
	}
	twice := "00-" + trace + "-" + parent + "-01"
	if got := traceOf(http.Header{"Traceparent": {twice, twice}}); got != "" {
		t.Errorf("of two headers it took %q", got)
	}
}

// FuzzTraceOf holds the parser against the specification's grammar.
func FuzzTraceOf(f *testing.F) {
	grammar := regexp.MustCompile(`^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f][13579bdf])(-.*)?$`)
	zeros := regexp.MustCompile(`^0+$`)
	for _, seed := range []string{"00", "cc", "ff"} {
		f.Add(seed + "-" + trace + "-" + parent + "-01")
		f.Add(seed + "-" + trace + "-" + parent + "-01-")
	}
	f.Fuzz(func(t *testing.T, header string) {
		want := ""
		if parts := grammar.FindStringSubmatch(strings.ReplaceAll(header, "\n", "x")); parts != nil &&
			parts[1] != "ff" && !(parts[1] == "00" && parts[5] != "") && !zeros.MatchString(parts[2]) && !zeros.MatchString(parts[3]) {
			want = parts[2]
		}
		if got := traceOf(http.Header{"Traceparent": {header}}); got != want {
			t.Errorf("%q gave %q, want %q", header, got, want)
		}
	})
}

func exemplarsOf(t *testing.T, r metrics.Registry) (all []string) {
	t.Helper()
	for exemplar := range r.Get("http.server.request.duration").(metrics.Timer).Snapshot().Exemplars() {
		all = append(all, fmt.Sprint(exemplar.Labels))
	}
	return all
}

func TestExemplars(t *testing.T) {
	type key struct{}
	fromContext := func(ctx context.Context) metrics.Labels {
		if id, ok := ctx.Value(key{}).(string); ok {
			return metrics.Labels{"trace": id}
		}
		return nil
	}
	traced := http.Header{"Traceparent": {"00-" + trace + "-" + parent + "-01"}}
	for _, test := range []struct {
		name     string
		exemplar func(context.Context) metrics.Labels
		header   http.Header
		context  any
		want     string
	}{
		{"by default", nil, traced, nil, `[{trace_id="` + trace + `"}]`},
		{"not traced", nil, http.Header{}, "ours", "[]"},
		{"from the context", fromContext, traced, "ours", `[{trace="ours"}]`},
		{"not in the context", fromContext, traced, nil, "[]"},
		{"panics", func(context.Context) metrics.Labels { panic("no") }, traced, nil, "[]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			logtest.Capture(t)
			r := metrics.NewRegistry()
			request := httptest.NewRequestWithContext(context.WithValue(t.Context(), key{}, test.context), "GET", "/items/7", nil)
			request.Header = test.header
			Config{Registry: r, Exemplar: test.exemplar}.Handler(newMux()).ServeHTTP(httptest.NewRecorder(), request)
			if got := fmt.Sprint(exemplarsOf(t, r)); got != test.want {
				t.Errorf("exemplars %s, want %s", got, test.want)
			}
		})
	}
}
