package httpmetrics

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-metrics-plus/metrics"
)

// Transport returns a RoundTripper that measures the requests it passes to next. A
// nil next is http.DefaultTransport.
//
// A request's duration ends when the header of the response is there, or with an
// error, for which error_type is "timeout", "canceled" or _OTHER. It is active, and
// the size of the response's body is counted, until the body has been read or
// closed. A response of a switched protocol is left as it is. To a request it adds
// one allocation, for the body.
//
// Each server is told apart by server_address and server_port, up to MaxRoutes.
func (c Config) Transport(next http.RoundTripper) http.RoundTripper {
	if next == nil {
		next = http.DefaultTransport
	}
	c.describe("client")
	r, labels := c.Registry, []string{methodLabel, addressLabel, portLabel, statusLabel, errorLabel}
	return &transport{
		next:         next,
		config:       c,
		servers:      newLimiter(addressLabel, c.maxRoutes()),
		active:       metrics.NewVec[metrics.Gauge](r, "http.client.active_requests", methodLabel, addressLabel, portLabel),
		duration:     metrics.NewVecFunc(r, "http.client.request.duration", c.newDuration, labels...),
		requestSize:  metrics.NewVecFunc(r, "http.client.request.body.size", newSize, labels...),
		responseSize: metrics.NewVecFunc(r, "http.client.response.body.size", newSize, labels...),
	}
}

type transport struct {
	next         http.RoundTripper
	config       Config
	servers      *limiter
	active       *metrics.Vec[metrics.Gauge]
	duration     *metrics.Vec[metrics.Timer]
	requestSize  *metrics.Vec[metrics.Histogram]
	responseSize *metrics.Vec[metrics.Histogram]

	panicked sync.Once // for the log
}

func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	method := methodOf(r.Method)
	address, port := t.serverOf(r.URL)
	active := t.active.With(method, address, port)
	active.Inc(1)
	ended := false
	defer func() {
		if !ended { // next has panicked
			active.Dec(1)
		}
	}()
	sent, counted := countSent(r)
	start := time.Now()
	response, err := t.next.RoundTrip(sent)
	took := time.Since(start)
	ended = true
	if response != nil && response.Request == sent {
		response.Request = r
	}

	var status, failure string
	if response != nil && err == nil {
		status = statusOf(response.StatusCode)
	} else {
		failure = errorType(err)
	}
	t.recordDuration(t.duration.With(method, address, port, status, failure), took, r)
	t.requestSize.With(method, address, port, status, failure).Update(counted.size(r))
	if response == nil || err != nil {
		active.Dec(1)
		return response, err
	}
	size := t.responseSize.With(method, address, port, status, failure)
	if response.Body == nil || response.Body == http.NoBody || response.StatusCode == http.StatusSwitchingProtocols {
		size.Update(0)
		active.Dec(1)
		return response, nil
	}
	response.Body = &receivedBody{ReadCloser: response.Body, size: size, active: active}
	return response, nil
}

// CloseIdleConnections is what http.Client's method of that name calls.
func (t *transport) CloseIdleConnections() {
	if next, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		next.CloseIdleConnections()
	}
}

func (t *transport) recordDuration(duration metrics.Timer, took time.Duration, r *http.Request) {
	defer func() {
		if p := recover(); p != nil {
			t.panicked.Do(func() {
				slog.Error("httpmetrics: duration not recorded", "error", fmt.Errorf("function Exemplar panicked: %v", p))
			})
		}
	}()
	t.config.record(duration, took, r)
}

// serverOf returns host and port as the conventions have them.
func (t *transport) serverOf(u *url.URL) (address, port string) {
	if u == nil {
		return "", ""
	}
	server := url.URL{Host: t.servers.limit(u.Host)}
	if server.Host == other {
		return other, ""
	}
	if port = server.Port(); port == "" {
		switch u.Scheme {
		case "http":
			port = "80"
		case "https":
			port = "443"
		}
	}
	return server.Hostname(), port
}

// errorType keeps the label to a few values, where an error's text could be any. What
// next returns may panic when it is compared, as a nil pointer does.
func errorType(err error) (name string) {
	defer func() {
		if recover() != nil {
			name = other
		}
	}()
	switch {
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return "timeout"
	}
	var timeout interface{ Timeout() bool }
	if errors.As(err, &timeout) && timeout.Timeout() {
		return "timeout"
	}
	return other
}

// countSent returns the request to send: r itself if its length is known, else a copy
// whose body is counted, since a RoundTripper must not change the request.
func countSent(r *http.Request) (*http.Request, *countingBody) {
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength > 0 {
		return r, nil
	}
	counted := &countingBody{ReadCloser: r.Body}
	copied := *r
	copied.Body = counted
	return &copied, counted
}

// size returns what was read so far; a server may answer before it has read all.
func (b *countingBody) size(r *http.Request) int64 {
	if b == nil {
		return max(r.ContentLength, 0)
	}
	return b.read.Load()
}

// receivedBody counts a response's body, and ends the request with it.
type receivedBody struct {
	io.ReadCloser
	size   metrics.Histogram
	active metrics.Gauge
	read   atomic.Int64 // Close may come from another goroutine
	ended  atomic.Bool
}

func (b *receivedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read.Add(int64(n))
	if err != nil { // io.EOF, or there will be no more
		b.end()
	}
	return n, err
}

func (b *receivedBody) Close() error {
	defer b.end()
	return b.ReadCloser.Close()
}

func (b *receivedBody) end() {
	if !b.ended.Swap(true) {
		b.size.Update(b.read.Load())
		b.active.Dec(1)
	}
}
