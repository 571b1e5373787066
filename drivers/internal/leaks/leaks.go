// Package leaks has the tests of drivers look for secrets wherever they may come out.
package leaks

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// Secret is long, and is changed by every kind of escaping. User is who has it.
const (
	Secret = `s3cret/"tok\en+<of>a user&c=1%2F0123456789`
	User   = "user"
)

// forms are those in which it may come out.
var forms = []string{
	Secret, url.QueryEscape(Secret), url.PathEscape(Secret), url.UserPassword(User, Secret).String(),
	base64.StdEncoding.EncodeToString([]byte(User + ":" + Secret)), Secret[:10], url.PathEscape(Secret)[:12],
}

// modes are what a receiver may do.
var modes = []string{"echoes", "echoes beyond what is quoted", "redirects", "is gone"}

// Driver is what the drivers have in common that Test uses.
type Driver interface {
	Once() error
	Close() error
}

// Test delivers in each mode with each configuration that a case makes of that of
// configure, and looks for the secret in whatever can be printed.
func Test[C any, D Driver](
	t *testing.T, cases map[string]func(*C),
	configure func(t *testing.T, url string, onError func(error)) C, start func(C) (D, error),
) {
	for _, mode := range modes {
		for name, set := range cases {
			t.Run(mode+"/"+name, func(t *testing.T) {
				receiver := newReceiver(t, mode)
				var told []any
				c := configure(t, receiver.URL, func(err error) { told = append(told, err) })
				set(&c)
				d, err := start(c)
				if err != nil {
					t.Fatal(err)
				}
				failed, closed := d.Once(), d.Close()
				receiver.check(t, append(told, c, &c, d, failed, closed, []C{c})...)
			})
		}
	}
}

// WithUser returns an address with the user and the secret in it.
func WithUser(address string) string {
	return strings.Replace(address, "//", "//"+url.UserPassword(User, Secret).String()+"@", 1)
}

// receiver does what it should not with what it gets.
type receiver struct {
	*httptest.Server
	mode string
	to   string // where it redirects to

	mu        sync.Mutex
	got       bytes.Buffer // by itself
	elsewhere bytes.Buffer // by the server that it redirects to
}

// newReceiver starts one, which ends with the test.
func newReceiver(t *testing.T, mode string) *receiver {
	r := &receiver{mode: mode}
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		r.note(&r.elsewhere, request)
	}))
	t.Cleanup(other.Close)
	r.to = strings.Replace(other.URL, "127.0.0.1", "localhost", 1)
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	if mode == "is gone" {
		r.Close()
	}
	return r
}

func (r *receiver) note(to *bytes.Buffer, request *http.Request) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	head, _ := httputil.DumpRequest(request, false)
	to.Write(head)
	return string(head)
}

// ServeHTTP answers with an error, or from elsewhere.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	head := r.note(&r.got, request)
	user, password, _ := request.BasicAuth()
	said := fmt.Sprintf("%s %q %s %s %s", head, head, request.URL.Query(), user, password)
	switch r.mode {
	case "redirects":
		http.Redirect(w, request, r.to+"/elsewhere", http.StatusTemporaryRedirect)
		return
	case "echoes":
		w.WriteHeader(http.StatusInternalServerError)
	default: // the secret is cut where an error ends that quotes 512 bytes
		w.WriteHeader(http.StatusUnauthorized)
		said = strings.Repeat("x", 512-len(Secret)/2) + Secret
	}
	w.Write([]byte(said))
}

// check prints things in every way, and looks for the secret in what comes out. What the
// receiver got must have it, and what it sent elsewhere must not.
func (r *receiver) check(t *testing.T, things ...any) {
	t.Helper()
	for _, thing := range things {
		for _, text := range printed(thing) {
			lookFor(t, fmt.Sprintf("%T", thing), text)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	lookFor(t, "redirected request", r.elsewhere.String())
	if got := r.got.String(); r.mode != "is gone" && !strings.Contains(got, forms[1]) &&
		!strings.Contains(got, forms[4]) && !strings.Contains(got, Secret) {
		t.Errorf("the secret was not sent: %s", got)
	}
}

func lookFor(t *testing.T, what, text string) {
	t.Helper()
	for _, form := range forms {
		if strings.Contains(text, form) {
			t.Errorf("%s shows the secret: %s", what, text)
			return
		}
	}
}

// printed is a thing as people print it, and for an error what it wraps, too.
func printed(thing any) (texts []string) {
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		texts = append(texts, fmt.Sprintf(format, thing))
	}
	var logged bytes.Buffer
	slog.New(slog.NewTextHandler(&logged, nil)).Error("x", "thing", thing)
	slog.New(slog.NewJSONHandler(&logged, nil)).Error("x", "thing", thing)
	body, _ := json.Marshal(thing)
	texts = append(texts, logged.String(), string(body))
	if err, ok := thing.(error); ok {
		for _, cause := range causes(err) {
			texts = append(texts, printed(cause)...)
		}
	}
	return texts
}

func causes(err error) []error {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		return several.Unwrap()
	}
	if cause := errors.Unwrap(err); cause != nil {
		return []error{cause}
	}
	return nil
}
