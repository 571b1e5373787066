package gateway_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/gateway"
)

type doerFunc func(*http.Request) (*http.Response, error)

func (f doerFunc) Do(r *http.Request) (*http.Response, error) { return f(r) }

// newRequest makes a request to a group with a password.
func newRequest(t *testing.T, client doerFunc) *gateway.Request {
	t.Helper()
	group, err := gateway.NewGroup("http://user:secret@pushgateway", "j", map[string]string{"zone": "a"})
	if err != nil {
		t.Fatal(err)
	}
	return &gateway.Request{Group: group, Client: client, Timeout: 10 * time.Second}
}

func family(name string) []*dto.MetricFamily {
	return []*dto.MetricFamily{{
		Name: &name, Type: dto.MetricType_GAUGE.Enum(),
		Metric: []*dto.Metric{{Gauge: &dto.Gauge{Value: proto.Float64(1)}}},
	}}
}

func TestRequestMethods(t *testing.T) {
	var got []string
	encoded := false
	request := func() *gateway.Request {
		r := newRequest(t, func(r *http.Request) (*http.Response, error) {
			body := ""
			if r.Body != nil {
				all, _ := io.ReadAll(r.Body)
				body = string(all)
			}
			got = append(got, r.Method+" "+r.URL.String()+" "+r.Host)
			if r.Method != http.MethodDelete && (!strings.Contains(body, "some_gauge") || !encoded) {
				t.Errorf("%s of %q, encoded is %v", r.Method, body, encoded)
			}
			return &http.Response{StatusCode: http.StatusOK}, nil
		})
		r.Encoded = func() { encoded = true }
		return r
	}
	if err := request().Push(t.Context(), family("some_gauge"), false); err != nil {
		t.Error(err)
	}
	if err := request().Push(t.Context(), family("some_gauge"), true); err != nil {
		t.Error(err)
	}
	if err := request().Delete(t.Context()); err != nil {
		t.Error(err)
	}
	const address = " http://user:secret@pushgateway/metrics/job/j/zone/a pushgateway"
	if want := "PUT" + address + ",POST" + address + ",DELETE" + address; strings.Join(got, ",") != want {
		t.Errorf("requests were %q, want %s", got, want)
	}
}

// body is one that does what a test wants, and counts that it is closed.
type body struct{ io.Reader }

var closed atomic.Int64

func (body) Close() error { closed.Add(1); return nil }

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Whatever a client does, a request is over one way or the other.
func TestRequestSurvivesItsClient(t *testing.T) {
	answer := func(status int, r io.Reader) (*http.Response, error) {
		return &http.Response{StatusCode: status, Body: body{r}}, nil
	}
	for name, test := range map[string]struct {
		client    doerFunc
		want      string // of the error; empty for none
		kind      string
		temporary bool
	}{
		"success": {func(*http.Request) (*http.Response, error) {
			return answer(202, strings.NewReader(""))
		}, "", "", false},
		"success that is never read to its end": {func(*http.Request) (*http.Response, error) {
			return answer(200, readerFunc(func([]byte) (int, error) { select {} }))
		}, "", "", false},
		"endless words": {func(*http.Request) (*http.Response, error) {
			return answer(500, endless{})
		}, "status 500: " + strings.Repeat("a", 512), "status 500", true},
		"words that end in an error": {func(*http.Request) (*http.Response, error) {
			return answer(400, io.MultiReader(strings.NewReader("no \xff\n"), readerFunc(func([]byte) (int, error) {
				return 0, io.ErrUnexpectedEOF
			})))
		}, "status 400: no ?", "status 400", false},
		"words that panic": {func(*http.Request) (*http.Response, error) {
			return answer(400, readerFunc(func([]byte) (int, error) { panic("broken") }))
		}, "client panicked: broken", "no answer", true},
		"a place to go to, and words": {func(*http.Request) (*http.Response, error) {
			response, err := answer(400, strings.NewReader("no"))
			response.Header = http.Header{"Location": {"/"}}
			return response, err
		}, "status 400: no", "status 400", false},
		"no words": {func(*http.Request) (*http.Response, error) { return answer(404, strings.NewReader("")) },
			"status 404: the gateway said nothing", "status 404", false},
		"no body": {func(*http.Request) (*http.Response, error) { return &http.Response{StatusCode: 429}, nil },
			"status 429: the gateway said nothing", "status 429", true},
		"nothing": {func(*http.Request) (*http.Response, error) { return nil, nil }, "client returned no response",
			"no answer", true},
		"an error": {func(*http.Request) (*http.Response, error) { return nil, errors.New("refused") }, "refused",
			"no answer", true},
		"a panic": {func(*http.Request) (*http.Response, error) { panic("broken") }, "client panicked: broken",
			"no answer", true},
		"an ending": {func(*http.Request) (*http.Response, error) { runtime.Goexit(); return nil, nil },
			"client ended its goroutine", "no answer", true},
		"an error with the address": {func(r *http.Request) (*http.Response, error) {
			return nil, errors.New("can't PUT " + r.URL.String())
		}, "can't PUT http://xxxxx@pushgateway/metrics/job/j/zone/a", "no answer", true},
		"words with the header": {func(r *http.Request) (*http.Response, error) {
			r.SetBasicAuth("user", "secret")
			return answer(401, strings.NewReader("unknown: "+r.Header.Get("Authorization")))
		}, "status 401: unknown: Basic xxxxx", "status 401", false},
	} {
		synctest.Test(t, func(t *testing.T) {
			withBody, before := false, closed.Load()
			request := newRequest(t, func(r *http.Request) (*http.Response, error) {
				response, err := test.client(r)
				withBody = response != nil && response.Body != nil
				return response, err
			})
			err := request.Push(t.Context(), family("f"), false)
			if (closed.Load() > before) != withBody {
				t.Errorf("%s: an answer is left open", name)
			}
			if test.want == "" {
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				return
			}
			var failure *gateway.Failure
			if !errors.As(err, &failure) {
				t.Fatalf("%s: error is %#v", name, err)
			}
			if err.Error() != test.want || failure.Kind() != test.kind || failure.Temporary() != test.temporary {
				t.Errorf("%s: error is %q of kind %s, temporary %v", name, err, failure.Kind(), failure.Temporary())
			}
			if request.Pending() != nil {
				t.Errorf("%s: the client is pending", name)
			}
		})
	}
}

// A family that can't be encoded fails before anybody is asked.
func TestRequestNotSent(t *testing.T) {
	request := newRequest(t, func(*http.Request) (*http.Response, error) {
		t.Error("the client was asked")
		return nil, nil
	})
	families := family("f")
	families[0].Metric[0].Label = []*dto.LabelPair{{Name: proto.String("zone"), Value: proto.String("b")}}
	err := request.Push(t.Context(), families, false)
	var failure *gateway.Failure
	if !errors.As(err, &failure) || !errors.Is(err, gateway.ErrNotSent) || failure.Temporary() ||
		failure.Kind() != "not sent" {
		t.Errorf("error is %#v", err)
	}
}

// A gateway that does not answer costs Timeout, and a client that does not notice
// a second more. It is pending then until it comes back.
func TestRequestTimeout(t *testing.T) {
	for name, test := range map[string]struct {
		heeds bool
		took  time.Duration
	}{"client that heeds its context": {true, 10 * time.Second}, "client that does not": {false, 11 * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			release := make(chan struct{})
			request := newRequest(t, func(r *http.Request) (*http.Response, error) {
				if test.heeds {
					<-r.Context().Done()
					return nil, r.Context().Err()
				}
				<-release
				return &http.Response{StatusCode: 200}, nil
			})
			start := time.Now()
			err := request.Push(t.Context(), family("f"), false)
			var failure *gateway.Failure
			if !errors.As(err, &failure) || !errors.Is(err, context.DeadlineExceeded) || failure.Kind() != "timeout" ||
				!failure.Temporary() || err.Error() != "no answer within 10s: context deadline exceeded" {
				t.Errorf("%s: error is %v", name, err)
			}
			if took := time.Since(start); took != test.took {
				t.Errorf("%s: took %v, want %v", name, took, test.took)
			}
			if pending := request.Pending(); (pending == nil) != test.heeds {
				t.Errorf("%s: pending is %v", name, pending)
			} else if pending != nil {
				close(release)
				<-pending
			}
		})
	}
}

// A context that ends is no timeout of the gateway's.
func TestRequestOfAnEndedContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		canceled, cancel := context.WithCancel(t.Context())
		defer cancel()
		soon, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		for _, ctx := range []context.Context{canceled, soon} {
			request := newRequest(t, func(r *http.Request) (*http.Response, error) {
				cancel()
				<-r.Context().Done()
				return nil, r.Context().Err()
			})
			if err := request.Delete(ctx); !errors.Is(err, ctx.Err()) || err.Error() != ctx.Err().Error() {
				t.Errorf("error is %v, want %v", err, ctx.Err())
			}
		}
	})
}
