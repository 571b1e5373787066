package httpmetrics

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/internal/logtest"
)

func newMux() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /items/{id}", func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("id") == "0" {
			http.Error(w, "none", http.StatusNotFound)
			return
		}
		fmt.Fprint(w, "item")
	})
	mux.HandleFunc("POST /items", func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusCreated)
		io.WriteString(w, strings.Repeat("x", int(n)*2))
	})
	mux.HandleFunc("/", func(http.ResponseWriter, *http.Request) {})
	return mux
}

func TestServer(t *testing.T) {
	for _, protocol := range protocols {
		for _, test := range []struct {
			method, path, body    string
			route, status         string
			requested, responding int64
		}{
			{"GET", "/items/7", "", "/items/{id}", "200", 0, 4},
			{"GET", "/items/8", "", "/items/{id}", "200", 0, 4},
			{"GET", "/items/0", "", "/items/{id}", "404", 0, 5},
			{"HEAD", "/items/7", "", "/items/{id}", "200", 0, 0},
			{"POST", "/items", "twelve bytes", "/items", "201", 12, 24},
			{"DELETE", "/anything", "", "/", "200", 0, 0},
			{"BREW", "/pot", "", "/", "200", 0, 0},
		} {
			t.Run(protocol+" "+test.method+" "+test.path, func(t *testing.T) {
				s := startServer(t, protocol, Config{}, newMux())
				method := test.method
				if method == "BREW" {
					method = "_OTHER"
				}
				for n := range int64(2) {
					s.do(newRequest(t, test.method, s.URL+test.path, test.body))
					s.wait()
					s.want(n+1, method, test.route, test.status)
					if got := s.size("http.server.request.body.size", method, test.route, test.status); got != test.requested*(n+1) {
						t.Errorf("request bodies of %d bytes, want %d", got, test.requested*(n+1))
					}
					if got := s.size("http.server.response.body.size", method, test.route, test.status); got != test.responding*(n+1) {
						t.Errorf("response bodies of %d bytes, want %d", got, test.responding*(n+1))
					}
				}
			})
		}
	}
}

func TestServerRoutes(t *testing.T) {
	t.Run("unmatched", func(t *testing.T) {
		mux := http.NewServeMux()
		mux.HandleFunc("GET /{$}", func(http.ResponseWriter, *http.Request) {})
		s := startServer(t, protocols[0], Config{}, mux)
		for i := range 5 {
			s.get(fmt.Sprintf("/nowhere/%d", i))
			s.wait()
		}
		s.want(5, "GET", "_UNMATCHED", "404")
	})
	t.Run("no mux", func(t *testing.T) {
		s := startServer(t, protocols[0], Config{}, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		s.get("/")
		s.wait()
		s.want(1, "GET", "_UNMATCHED", "200")
	})
	t.Run("host", func(t *testing.T) {
		mux := http.NewServeMux()
		mux.HandleFunc("GET 127.0.0.1/a", func(http.ResponseWriter, *http.Request) {})
		s := startServer(t, protocols[0], Config{}, mux)
		s.get("/a")
		s.wait()
		s.want(1, "GET", "127.0.0.1/a", "200")
	})
	t.Run("own", func(t *testing.T) {
		route := func(r *http.Request) string { return r.Header.Get("Route") }
		s := startServer(t, protocols[0], Config{Route: route}, newMux())
		r := newRequest(t, "GET", s.URL+"/items/1", "")
		r.Header.Set("Route", "item")
		s.do(r)
		s.wait()
		s.want(1, "GET", "item", "200")
	})
}

// Whatever clients send, the routes are no more than MaxRoutes and two, and the log
// says so once.
func TestServerRoutesAreBounded(t *testing.T) {
	for _, test := range []struct{ most, told int }{{0, 100}, {3, 3}, {-1, 150}} {
		t.Run(fmt.Sprint(test.most), func(t *testing.T) {
			log := logtest.Capture(t)
			r := metrics.NewRegistry()
			config := Config{Registry: r, MaxRoutes: test.most, Route: func(r *http.Request) string { return r.URL.Path[1:] }}
			h := config.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() {
					for i := range 150 {
						h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", fmt.Sprintf("/%d", i), nil))
						h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
					}
				})
			}
			all.Wait()
			series, lines := test.told+2, 1
			if test.most < 0 {
				series, lines = test.told+1, 0
			}
			if got := len(listed(r)); got != series {
				t.Errorf("%d series, want %d", got, series)
			}
			if got := total(r, "http.server.request.duration"); got != 4*300 {
				t.Errorf("%d requests, want %d", got, 4*300)
			}
			if log.Lines() != lines {
				t.Errorf("log %q, want %d lines", log, lines)
			}
		})
	}
}

func TestServerActive(t *testing.T) {
	const clients = 5
	arrived, leave := make(chan struct{}), make(chan struct{})
	s := startServer(t, protocols[1], Config{}, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-leave
	}))
	var all sync.WaitGroup
	for range clients {
		all.Go(func() { s.get("/") })
	}
	for range clients {
		<-arrived
	}
	if got := activeOf(s.registry, "http.server.active_requests"); got != clients {
		t.Errorf("%d requests are active, want %d", got, clients)
	}
	close(leave)
	all.Wait()
	for range clients {
		s.wait()
	}
	s.want(clients, "GET", "_UNMATCHED", "200")
}

// A panic is counted as 500 and reaches whoever is outside, unchanged.
func TestServerPanics(t *testing.T) {
	for name, p := range map[string]any{"abort": http.ErrAbortHandler, "error": errors.New("no"), "text": "no"} {
		for _, written := range []bool{false, true} {
			t.Run(fmt.Sprint(name, written), func(t *testing.T) {
				r := metrics.NewRegistry()
				mux := http.NewServeMux()
				mux.HandleFunc("GET /panic", func(w http.ResponseWriter, _ *http.Request) {
					if written {
						io.WriteString(w, "so far so good")
					}
					panic(p)
				})
				func() {
					defer func() {
						if got := recover(); got != p {
							t.Errorf("recovered %v, want %v", got, p)
						}
					}()
					Config{Registry: r}.Handler(mux).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/panic", nil))
				}()
				labels := metrics.Labels{methodLabel: "GET", routeLabel: "/panic", statusLabel: "500"}
				timer, _ := metrics.GetSeries("http.server.request.duration", r, labels).(metrics.Timer)
				if timer.Count() != 1 || activeOf(r, "http.server.active_requests") != 0 {
					t.Errorf("counted %d, active %d", timer.Count(), activeOf(r, "http.server.active_requests"))
				}
			})
		}
	}
}

// Over a real connection net/http breaks it off, as it does without the middleware,
// and the next request is served.
func TestServerAbortsConnection(t *testing.T) {
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			s := startServer(t, protocol, Config{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/abort" {
					panic(http.ErrAbortHandler)
				}
			}))
			response, err := s.Client().Get(s.URL + "/abort")
			if err == nil {
				t.Errorf("got %v, want an error", response.Status)
			}
			s.wait()
			s.want(1, "GET", "_UNMATCHED", "500")
			s.get("/")
		})
	}
}

// A handler that ends its goroutine is counted as one that panics.
func TestServerGoexit(t *testing.T) {
	r := metrics.NewRegistry()
	h := Config{Registry: r}.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { runtime.Goexit() }))
	var done sync.WaitGroup
	done.Go(func() { h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)) })
	done.Wait()
	if got := listed(r); len(got) != 1 || got[0][statusLabel] != "500" {
		t.Errorf("recorded %v", got)
	}
}

// A client that leaves before the answer is a 499, one that leaves later is what the
// handler wrote.
func TestServerAbortedRequests(t *testing.T) {
	for _, protocol := range protocols {
		for _, test := range []struct {
			name, status string
			write        bool
		}{{"before", "499", false}, {"after", "200", true}} {
			t.Run(protocol+" "+test.name, func(t *testing.T) {
				arrived := make(chan struct{})
				s := startServer(t, protocol, Config{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if test.write {
						w.WriteHeader(http.StatusOK)
					}
					close(arrived)
					<-r.Context().Done()
				}))
				ctx, cancel := context.WithCancel(t.Context())
				go func() {
					<-arrived
					cancel()
				}()
				r := newRequest(t, "GET", s.URL, "").WithContext(ctx)
				if response, err := s.Client().Do(r); err == nil {
					io.Copy(io.Discard, response.Body)
					response.Body.Close()
				}
				s.wait()
				s.want(1, "GET", "_UNMATCHED", test.status)
			})
		}
	}
}

// The deadline of a handler is not the client's doing.
func TestServerDeadlineIsNoAbortedRequest(t *testing.T) {
	r := metrics.NewRegistry()
	h := Config{Registry: r}.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	ctx, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", "/", nil))
	if got := listed(r); len(got) != 1 || got[0][statusLabel] != "200" {
		t.Errorf("recorded %v", got)
	}
}

// What a user's functions do costs the measuring of that request, and a line.
// A request takes as long as its handler, or until its connection is hijacked.
func TestServerDuration(t *testing.T) {
	for status, want := range map[string]time.Duration{"200": 3 * time.Second, "101": time.Second} {
		synctest.Test(t, func(t *testing.T) {
			r := metrics.NewRegistry()
			h := Config{Registry: r}.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				time.Sleep(time.Second)
				if status == "101" {
					w.(http.Hijacker).Hijack()
				}
				time.Sleep(2 * time.Second)
			}))
			h.ServeHTTP(struct {
				bareWriter
				bareHijacker
			}{}, httptest.NewRequest("GET", "/", nil))
			timer, _ := metrics.GetSeries("http.server.request.duration", r, metrics.Labels{
				methodLabel: "GET", routeLabel: "_UNMATCHED", statusLabel: status,
			}).(metrics.Timer)
			if timer.Count() != 1 || timer.Sum() != int64(want) {
				t.Errorf("status %s: %d requests of %v in %v", status, timer.Count(), time.Duration(timer.Sum()), listed(r))
			}
		})
	}
}

func TestServerUserCodePanics(t *testing.T) {
	log := logtest.Capture(t)
	r := metrics.NewRegistry()
	h := Config{Registry: r, Route: func(*http.Request) string { panic("no") }}.Handler(newMux())
	for range 3 {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "/items/7", nil))
		if w.Body.String() != "item" {
			t.Errorf("answered %q", w.Body)
		}
	}
	if log.Lines() != 1 || activeOf(r, "http.server.active_requests") != 0 {
		t.Errorf("log %q, active %d", log, activeOf(r, "http.server.active_requests"))
	}
}

// Handlers over one registry share its series, and series that were removed come
// again.
func TestServerSharesSeries(t *testing.T) {
	r := metrics.NewRegistry()
	for range 2 {
		for range 2 {
			Config{Registry: r}.Handler(newMux()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/items/7", nil))
		}
		if got := total(r, "http.server.request.duration"); got != 2 || len(listed(r)) != 1 {
			t.Errorf("%d requests in %v, want 2 in one", got, listed(r))
		}
		r.UnregisterAll()
	}
}

func TestServerBounds(t *testing.T) {
	for _, test := range []struct {
		bounds []float64
		want   []float64
	}{{nil, durationBounds}, {[]float64{0.3}, []float64{0.3}}} {
		r := metrics.NewRegistry()
		h := Config{Registry: r, Bounds: test.bounds}.Handler(newMux())
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/items/7", nil))
		timer := r.Get("http.server.request.duration").(metrics.Timer)
		var got []float64
		for bound := range timer.Snapshot().Sample().(*metrics.BucketSnapshot).Classic() {
			got = append(got, bound)
		}
		if fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("bounds %v, want %v", got, test.want)
		}
	}
}

func TestDefaults(t *testing.T) {
	saved := metrics.DefaultRegistry
	metrics.DefaultRegistry = metrics.NewRegistry()
	defer func() { metrics.DefaultRegistry = saved }()
	h := Config{}.Handler(nil)
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/nowhere", nil))
	if got := listed(metrics.DefaultRegistry); len(got) != 1 || got[0][statusLabel] != "404" {
		t.Errorf("http.DefaultServeMux in metrics.DefaultRegistry recorded %v", got)
	}
	d, ok := metrics.DefaultRegistry.(*metrics.StandardRegistry).DescriptionOf("http.server.request.body.size")
	if !ok || d.Unit != "bytes" || d.Help == "" {
		t.Errorf("described as %+v", d)
	}
}

// A request costs the allocation of the writer, and no other.
func TestServerAllocs(t *testing.T) {
	h := Config{Registry: metrics.NewRegistry()}.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusAccepted)
		io.WriteString(w, "text")
	}))
	for name, w := range map[string]http.ResponseWriter{
		"plain": bareWriter{}, "all": struct {
			bareWriter
			bareFlusher
			bareHijacker
			bareReaderFrom
			barePusher
		}{},
	} {
		r := httptest.NewRequest("POST", "/", strings.NewReader("text"))
		h.ServeHTTP(w, r)
		if got := testing.AllocsPerRun(100, func() { h.ServeHTTP(w, r) }); got != 1 {
			t.Errorf("%s: %v allocations, want 1", name, got)
		}
	}
}
