package prometheusmetrics

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// gatewayDouble is a client that answers in place of a Pushgateway, and keeps
// what it was sent.
type gatewayDouble struct {
	// answer makes the answer to the n-th request, from 0; nil accepts all.
	answer func(n int, r *http.Request) (*http.Response, error)

	mu       sync.Mutex
	received []received
}

// received is one request.
type received struct {
	method, path string
	at           time.Time
	figures      map[string]string
}

func (g *gatewayDouble) Do(r *http.Request) (*http.Response, error) {
	body, err := decodePush(r)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	n := len(g.received)
	g.received = append(g.received, received{r.Method, r.URL.EscapedPath(), time.Now(), figures(body)})
	answer := g.answer
	g.mu.Unlock()
	if answer != nil {
		return answer(n, r)
	}
	return accept()
}

// requests returns what was received so far.
func (g *gatewayDouble) requests() []received {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]received(nil), g.received...)
}

// last returns what was received last.
func (g *gatewayDouble) last(t testing.TB) received {
	t.Helper()
	all := g.requests()
	if len(all) == 0 {
		t.Fatal("the gateway received nothing")
	}
	return all[len(all)-1]
}

// since returns when requests came, after the start.
func (g *gatewayDouble) since(start time.Time) (times []time.Duration) {
	for _, r := range g.requests() {
		times = append(times, r.at.Sub(start))
	}
	return times
}

// formatSeconds writes a time as an exposition does.
func formatSeconds(at time.Time) string {
	return strconv.FormatFloat(float64(at.UnixMilli())/1e3, 'g', -1, 64)
}

// respond makes an answer.
func respond(status int, words string) (*http.Response, error) {
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(words))}, nil
}

func accept() (*http.Response, error) { return respond(http.StatusAccepted, "") }

// hang answers when the client gives up.
func hang(_ int, r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// decodePush returns what a request pushes, as text.
func decodePush(r *http.Request) (string, error) {
	if r.Body == nil {
		return "", nil
	}
	decoder := expfmt.NewDecoder(r.Body, expfmt.ResponseFormat(r.Header))
	var text bytes.Buffer
	for {
		family := &dto.MetricFamily{}
		if err := decoder.Decode(family); errors.Is(err, io.EOF) {
			return text.String(), nil
		} else if err != nil {
			return "", err
		}
		if _, err := expfmt.MetricFamilyToText(&text, family); err != nil {
			return "", err
		}
	}
}

// mustPush pushes to a gateway, under the job "j" if there is no other.
func mustPush(t testing.TB, d *Driver, gateway *gatewayDouble, options PushOptions) received {
	t.Helper()
	if err := d.Push(t.Context(), to(gateway, options)); err != nil {
		t.Fatal(err)
	}
	return gateway.last(t)
}

// to completes options with a gateway and a job.
func to(gateway *gatewayDouble, options PushOptions) PushOptions {
	options.Client = gateway
	if options.URL == "" {
		options.URL = "http://gateway"
	}
	if options.Job == "" {
		options.Job = "j"
	}
	return options
}
