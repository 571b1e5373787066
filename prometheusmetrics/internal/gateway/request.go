package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/push"
	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/internal/reports"
)

const (
	// maxErrorBody bounds the response text that an error quotes.
	maxErrorBody = 512

	// grace is how long a client may take to notice that the context of its
	// request has ended. One that takes longer is left behind.
	grace = time.Second
)

// Request is one request to a group.
type Request struct {
	Group *Group
	// Client sends it. It should heed the context of a request; if it does not,
	// Pending says when it has come back.
	Client push.HTTPDoer
	// Timeout is how long the gateway may take.
	Timeout time.Duration
	// Encoded is called once the families have been read, before anything is
	// sent; it may be nil.
	Encoded func()

	sent    bool
	result  result
	pending chan struct{}
}

// result is what a client brought back.
type result struct {
	status   int
	location string // where a redirect leads that was not followed
	text     string // the beginning of the answer, unless that says all is well
	err      error  // why there was no answer
}

// Push replaces the group by the families, or with add replaces only those
// families of it. Any other error than nil is a *Failure. The families must be
// consistent, have no label of the group, and no timestamps.
func (r *Request) Push(ctx context.Context, families []*dto.MetricFamily, add bool) error {
	pusher := r.pusher(ctx).Gatherer(prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return families, nil }))
	if add {
		return r.failure(pusher.AddContext(ctx))
	}
	return r.failure(pusher.PushContext(ctx))
}

// Delete deletes the group. Any other error than nil is a *Failure.
func (r *Request) Delete(ctx context.Context) error {
	return r.failure(r.pusher(ctx).Delete())
}

// Pending returns nil if the client has come back, as nearly all do, or a channel
// that is closed when it does.
func (r *Request) Pending() <-chan struct{} { return r.pending }

// pusher makes the pusher that encodes the families. It gets an address without
// meaning, since its errors show it.
func (r *Request) pusher(ctx context.Context) *push.Pusher {
	pusher := push.New("http://gateway", r.Group.job).Client(&doer{ctx, r})
	for name, value := range r.Group.grouping {
		pusher.Grouping(name, value)
	}
	return pusher
}

// doer is the client that a push.Pusher sees. It adds what the pusher lacks: a
// limit of time and, to deletions, a context; an end to long answers; and the
// status of the answer as a number.
type doer struct {
	ctx     context.Context
	request *Request
}

// Do sends the request and takes in the answer.
func (d *doer) Do(original *http.Request) (*http.Response, error) {
	r := d.request
	if r.Encoded != nil {
		r.Encoded()
	}
	ctx, cancel := context.WithTimeout(d.ctx, r.Timeout)
	changed := original.WithContext(ctx)
	target := *r.Group.target
	changed.URL, changed.Host, r.sent = &target, target.Host, true

	r.result, r.pending = call(ctx, cancel, r.Client, changed)
	if r.result.err != nil {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) && d.ctx.Err() == nil {
			r.result.err = fmt.Errorf("no answer within %v: %w", r.Timeout, context.DeadlineExceeded)
		}
		return nil, r.result.err
	}
	status := r.result.status
	if status/100 == 2 {
		// What takes pushes in place of a Pushgateway says 200 or 204 where the
		// pusher wants 202.
		status = http.StatusAccepted
	}
	return &http.Response{StatusCode: status, Body: http.NoBody, Request: changed}, nil
}

// call has a goroutine of its own use the client, which may panic, end the
// goroutine, or not come back for a long time. When the context has ended it is
// waited for a little longer. The channel is nil unless it is left behind then.
func call(ctx context.Context, cancel func(), client push.HTTPDoer, r *http.Request) (result, chan struct{}) {
	var got result
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer cancel()
		got.err = errEnded
		got = exchange(client, r)
	}()
	select {
	case <-done:
		return got, nil
	case <-ctx.Done():
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-done:
		return got, nil
	case <-timer.C:
		return result{err: ctx.Err()}, done
	}
}

// exchange sends the request and reads as much of the answer as is of use. One
// that says all is well is not read: it may never end.
func exchange(client push.HTTPDoer, r *http.Request) (got result) {
	defer func() {
		if cause := recover(); cause != nil {
			got = result{err: fmt.Errorf("client panicked: %v", reports.Cause(cause))}
		}
	}()
	response, err := client.Do(r)
	switch {
	case err != nil:
		return result{err: reports.Sound(err)}
	case response == nil:
		return result{err: errNoResponse}
	}
	got.status = response.StatusCode
	if response.Body == nil { // clients of tests tend to answer like that
		return got
	}
	defer response.Body.Close()
	if got.status/100 == 3 {
		got.location = response.Header.Get("Location")
	}
	if got.status/100 != 2 {
		body, _ := io.ReadAll(io.LimitReader(response.Body, maxErrorBody))
		got.text = strings.TrimSpace(strings.ToValidUTF8(string(body), "?"))
	}
	return got
}

// failure makes a *Failure of what the pusher returned.
func (r *Request) failure(err error) error {
	if err == nil {
		return nil
	}
	got := &r.result
	f := &Failure{StatusCode: got.status}
	switch {
	case got.err != nil:
		f.Err = r.Group.cleanError(withoutAddress(got.err))
	case !r.sent:
		f.Err = fmt.Errorf("%w: %w", ErrNotSent, err)
	case got.location != "":
		f.Err = fmt.Errorf("the gateway redirects to %s, which is not followed", r.Group.clean(got.location))
	case got.text != "":
		f.Err = errors.New(r.Group.clean(got.text))
	default:
		f.Err = errEmptyBody
	}
	return f
}

// withoutAddress takes off the address that an *http.Client puts before an error:
// whoever reports a Failure names the group.
func withoutAddress(err error) error {
	if failed, ok := err.(*url.Error); ok {
		return failed.Err
	}
	return err
}
