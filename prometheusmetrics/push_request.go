package prometheusmetrics

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/push"
)

// PushError says that a Pushgateway did not take a push, or a deletion.
type PushError struct {
	// Op is "push" or "delete".
	Op string
	// URL is that of the group, with a password masked.
	URL string
	// StatusCode is that of the gateway's answer; 0 if there was none.
	StatusCode int
	// Err is the cause: what the gateway said, or why there was no answer. It
	// wraps context.DeadlineExceeded if PushOptions.Timeout ran out.
	Err error
}

// Error names the group and the cause.
func (e *PushError) Error() string {
	if e.StatusCode != 0 {
		return fmt.Sprintf("prometheusmetrics: %s to %s: status %d: %v", e.Op, e.URL, e.StatusCode, e.Err)
	}
	return fmt.Sprintf("prometheusmetrics: %s to %s: %v", e.Op, e.URL, e.Err)
}

// Unwrap returns the cause.
func (e *PushError) Unwrap() error { return e.Err }

// temporary tells whether the same request may well succeed a moment later.
func (e *PushError) temporary() bool {
	return e.StatusCode == http.StatusTooManyRequests || e.StatusCode >= 500 ||
		e.StatusCode == 0 && !errors.Is(e.Err, errNotSent)
}

// kind is the same for failures that need not be told twice.
func (e *PushError) kind() string {
	var timeout net.Error
	switch {
	case e.StatusCode != 0:
		return fmt.Sprintf("%s: status %d", e.Op, e.StatusCode)
	case errors.Is(e.Err, errNotSent):
		return e.Op + ": not sent"
	case errors.As(e.Err, &timeout) && timeout.Timeout():
		return e.Op + ": timeout"
	}
	return e.Op + ": no answer"
}

var (
	errNotSent      = errors.New("not sent")
	errNoResponse   = errors.New("client returned no response")
	errNotOurTurn   = errors.New("another push to the group is still under way")
	errEmptyMessage = errors.New("the gateway said nothing")
)

// groupURL returns the address of the group. It is that of push.Pusher, but for
// two kinds of values that don't arrive from there: a space, which comes out of
// its escaping as a plus, and dots that servers take for a relative path.
func (o PushOptions) groupURL() (*url.URL, error) {
	var path strings.Builder
	path.WriteString(strings.TrimSuffix(o.URL, "/") + "/metrics")
	addLabel := func(name, value string) {
		switch {
		case value == "":
			path.WriteString("/" + name + "@base64/=")
		case value == "." || value == ".." || strings.Contains(value, "/"):
			path.WriteString("/" + name + "@base64/" + base64.RawURLEncoding.EncodeToString([]byte(value)))
		default:
			path.WriteString("/" + name + "/" + url.PathEscape(value))
		}
	}
	addLabel("job", o.Job)
	for _, name := range slices.Sorted(maps.Keys(o.Grouping)) {
		addLabel(name, o.Grouping[name])
	}
	return url.Parse(path.String())
}

// newPushClient makes the client for options that have none, and returns what
// closes its connections.
func newPushClient() (push.HTTPDoer, func()) {
	client := &http.Client{CheckRedirect: keepMethod}
	if transport, ok := http.DefaultTransport.(*http.Transport); ok {
		client.Transport = transport.Clone()
		return client, client.CloseIdleConnections
	}
	return client, func() {} // the application's own transport, with its connections
}

// keepMethod does not follow a redirect that makes a GET of a push, whose answer
// would look like success.
func keepMethod(next *http.Request, before []*http.Request) error {
	if len(before) >= 10 || next.Method != before[0].Method {
		return http.ErrUseLastResponse
	}
	return nil
}

// request is the client that a push.Pusher sees, for one request. It adds what
// the pusher lacks: a limit of time and, to deletions, a context; an end to long
// answers; and the status of the answer as a number.
type request struct {
	ctx     context.Context
	client  push.HTTPDoer
	target  *url.URL
	timeout time.Duration
	encoded func() // called when the figures have been read; may be nil

	sent   bool
	status int
	words  string // the answer's first words
	err    error  // why there was no answer
}

// maxWords is as much of an answer as is of use in an error.
const maxWords = 512

// Do sends the request and takes in the answer.
func (r *request) Do(original *http.Request) (*http.Response, error) {
	if r.encoded != nil {
		r.encoded()
	}
	ctx, cancel := context.WithTimeout(r.ctx, r.timeout)
	defer cancel()
	changed := original.WithContext(ctx)
	target := *r.target
	changed.URL, r.sent = &target, true

	response, err := doSafely(r.client, changed)
	if err != nil {
		r.err = r.explain(ctx, err)
		return nil, r.err
	}
	defer response.Body.Close()
	r.status = response.StatusCode
	body, _ := io.ReadAll(io.LimitReader(response.Body, maxWords))
	r.words = strings.TrimSpace(strings.ToValidUTF8(string(body), "?"))
	response.Body = io.NopCloser(bytes.NewReader(body))
	if r.status/100 == 2 {
		// What takes pushes in place of a Pushgateway says 200 or 204 where the
		// pusher wants 202.
		response.StatusCode = http.StatusAccepted
	}
	return response, nil
}

// doSafely survives a client that panics or returns nothing at all.
func doSafely(client push.HTTPDoer, r *http.Request) (response *http.Response, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			response, err = nil, fmt.Errorf("client panicked: %v", cause)
		}
	}()
	response, err = client.Do(r)
	switch {
	case err != nil:
		return nil, err
	case response == nil:
		return nil, errNoResponse
	case response.Body == nil:
		response.Body = http.NoBody
	}
	return response, nil
}

// explain says why there was no answer, without the address, which a PushError
// has already.
func (r *request) explain(ctx context.Context, err error) error {
	if ctx.Err() != nil && r.ctx.Err() == nil {
		return fmt.Errorf("no answer within %v: %w", r.timeout, context.DeadlineExceeded)
	}
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

// failure makes a PushError of what the pusher returned.
func (r *request) failure(op string, err error) error {
	failure := &PushError{Op: op, URL: r.target.Redacted(), StatusCode: r.status, Err: err}
	switch {
	case r.err != nil:
		failure.Err = r.err
	case !r.sent:
		failure.Err = fmt.Errorf("%w: %w", errNotSent, err)
	case r.words != "":
		failure.Err = errors.New(r.words)
	default:
		failure.Err = errEmptyMessage
	}
	return failure
}
