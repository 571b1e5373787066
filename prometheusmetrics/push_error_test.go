package prometheusmetrics

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics"
)

// What the gateway answers shows in the error, and what the error says can be
// asked for.
func TestPushErrorTellsTheAnswer(t *testing.T) {
	long := strings.Repeat("too long ", 1000)
	for _, test := range []struct {
		status    int
		words     string
		want      string // in the error
		temporary bool
	}{
		{http.StatusBadRequest, "pushed metrics are invalid\n", "status 400: pushed metrics are invalid", false},
		{http.StatusNotFound, "", "status 404: the gateway said nothing", false},
		{http.StatusTooManyRequests, "slow down", "status 429: slow down", true},
		{http.StatusInternalServerError, long, "status 500: too long", true},
		{http.StatusMovedPermanently, "", "status 301", false},
		{http.StatusOK, "", "", false},
		{http.StatusAccepted, "", "", false},
		{http.StatusNoContent, "", "", false},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if user, password, _ := r.BasicAuth(); r.Method != http.MethodPut || user != "u" || password != "secret" {
				t.Errorf("%s %s from %s:%s", r.Method, r.URL, user, password)
			}
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(test.status)
			w.Write([]byte(test.words))
		}))
		d, source, _, _ := newTestDriver(t, Config{})
		metrics.GetOrRegisterCounter("c", source)
		address := strings.Replace(server.URL, "://", "://u:secret@", 1)
		err := d.Push(t.Context(), PushOptions{URL: address, Job: "j"})
		server.Close()
		if test.want == "" {
			if err != nil {
				t.Errorf("status %d: %v", test.status, err)
			}
			continue
		}
		var failure *PushError
		if !errors.As(err, &failure) || failure.StatusCode != test.status || failure.Op != "push" {
			t.Errorf("status %d: error is %#v", test.status, err)
			continue
		}
		text := err.Error()
		if !strings.Contains(text, test.want) || strings.Contains(text, "secret") || len(text) > 700 {
			t.Errorf("status %d: error is %q, want %q in it", test.status, text, test.want)
		}
		if failure.temporary() != test.temporary {
			t.Errorf("status %d: temporary is %v", test.status, failure.temporary())
		}
	}
}

func TestPushErrorWithoutAnAnswer(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // or the server does not notice that the client has gone
		<-r.Context().Done()
	}))
	defer silent.Close()
	for name, test := range map[string]struct {
		options  PushOptions
		want     string // in the error
		kind     string
		deadline bool
	}{
		"refused": {PushOptions{URL: gone.URL}, "/metrics/job/j: dial tcp", "push: no answer", false},
		"silent": {PushOptions{URL: silent.URL, Timeout: 50 * time.Millisecond},
			"/metrics/job/j: no answer within 50ms", "push: timeout", true},
		"timeout of the client": {PushOptions{URL: silent.URL, Client: &http.Client{Timeout: 50 * time.Millisecond}},
			"Client.Timeout exceeded", "push: timeout", true},
		"panic": {PushOptions{URL: "x", Client: doerFunc(func(*http.Request) (*http.Response, error) { panic("broken") })},
			"client panicked: broken", "push: no answer", false},
		"nothing": {PushOptions{URL: "x", Client: doerFunc(func(*http.Request) (*http.Response, error) { return nil, nil })},
			"no response", "push: no answer", false},
	} {
		d, source, _, _ := newTestDriver(t, Config{})
		metrics.GetOrRegisterCounter("c", source)
		test.options.Job = "j"
		err := d.Push(t.Context(), test.options)
		var failure *PushError
		if !errors.As(err, &failure) || failure.StatusCode != 0 || !failure.temporary() {
			t.Errorf("%s: error is %#v", name, err)
			continue
		}
		if !strings.Contains(err.Error(), test.want) || failure.kind() != test.kind || errors.Is(err,
			context.DeadlineExceeded) != test.deadline {
			t.Errorf("%s: error is %q of kind %s, want %q of kind %s", name, err, failure.kind(), test.want, test.kind)
		}
	}
}

type doerFunc func(*http.Request) (*http.Response, error)

func (f doerFunc) Do(r *http.Request) (*http.Response, error) { return f(r) }

// A redirect that keeps the method is followed; one that makes a GET of it would
// look like a success and be none.
func TestPushFollowsOnlyRedirectsThatPush(t *testing.T) {
	var got []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Method+" "+r.URL.Path)
		if status := map[string]int{"/307/metrics/job/j": 307, "/302/metrics/job/j": 302}[r.URL.Path]; status != 0 {
			http.Redirect(w, r, "/elsewhere", status)
		}
	}))
	defer server.Close()
	d, _, _, _ := newTestDriver(t, Config{})
	if err := d.Push(t.Context(), PushOptions{URL: server.URL + "/307", Job: "j"}); err != nil {
		t.Error(err)
	}
	if err := d.Push(t.Context(), PushOptions{URL: server.URL + "/302", Job: "j"}); err == nil {
		t.Error("a push that became a GET is a success")
	}
	if want := "PUT /307/metrics/job/j, PUT /elsewhere, PUT /302/metrics/job/j"; strings.Join(got, ", ") != want {
		t.Errorf("received %q, want %s", got, want)
	}
}

// A push leaves no connection behind, nor the goroutines that go with one.
func TestPushLeavesNoConnection(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	d, source, _, _ := newTestDriver(t, Config{})
	metrics.GetOrRegisterCounter("c", source)
	before := connections()
	for range 3 {
		if err := d.Push(t.Context(), PushOptions{URL: server.URL, Job: "j"}); err != nil {
			t.Fatal(err)
		}
	}
	for deadline := time.Now().Add(10 * time.Second); connections() > before; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines of connections, %d before", connections(), before)
		}
	}
}

// connections counts the goroutines of clients' connections.
func connections() int {
	var stacks strings.Builder
	pprof.Lookup("goroutine").WriteTo(&stacks, 2)
	return strings.Count(stacks.String(), "net/http.(*persistConn).")
}

// Clients of tests tend to answer without a body.
func TestPushAnswerWithoutBody(t *testing.T) {
	d, _, _, _ := newTestDriver(t, Config{})
	gateway := &gatewayDouble{answer: func(int, *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusAccepted}, nil
	}}
	mustPush(t, d, gateway, PushOptions{})
}

// No error shows the password, whoever writes it and whoever gets it.
func TestPushShowsNoPassword(t *testing.T) {
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		http.Error(w, "who is "+user+":"+password+" ("+r.Header.Get("Authorization")+")?", http.StatusForbidden)
	}))
	defer echo.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	withPassword := func(server *httptest.Server) string {
		return strings.Replace(server.URL, "://", "://user:se%2Fcret@", 1)
	}
	for name, options := range map[string]PushOptions{
		"not escaped":        {URL: "user:se/cret@gw"},
		"misspelled scheme":  {URL: "https//user:se%2Fcret@gw"},
		"gateway that tells": {URL: withPassword(echo)},
		"no gateway":         {URL: withPassword(gone)},
		"client that tells": {URL: withPassword(gone), Client: doerFunc(func(r *http.Request) (*http.Response, error) {
			return nil, &url.Error{Op: "Put", URL: r.URL.String(), Err: errors.New("no route to " + r.URL.String())}
		})},
		"client that panics": {URL: withPassword(gone), Client: doerFunc(func(r *http.Request) (*http.Response, error) {
			panic(r.URL)
		})},
		"client with an error that can't be read": {URL: withPassword(gone), Client: doerFunc(
			func(r *http.Request) (*http.Response, error) { return nil, (*brokenError)(nil) })},
	} {
		d, _, _, log := newTestDriver(t, Config{})
		options.Job = "j"
		errs := []error{d.Push(t.Context(), options)}
		ctx, cancel := context.WithCancel(t.Context())
		d.config.OnError = func(err error) {
			log.add(err)
			cancel()
		}
		errs = append(errs, d.RunPush(ctx, options))
		cancel()
		errs = append(errs, log.errs...)
		for _, err := range errs {
			if err == nil {
				t.Errorf("%s: no error", name)
			} else if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, "cret") ||
				strings.Contains(text, "dXNlcjpzZS9jcmV0") {
				t.Errorf("%s: the password shows in %s", name, text)
			}
			for cause := err; cause != nil; cause = errors.Unwrap(cause) {
				if strings.Contains(cause.Error(), "cret") {
					t.Errorf("%s: the password shows in the cause %v", name, cause)
				}
			}
		}
	}
}
