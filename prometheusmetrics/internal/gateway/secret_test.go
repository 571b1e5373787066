package gateway_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/gateway"
)

// What an error says has no password in any of its forms. One that is too short to
// be told from words is masked where it stands in an address or a header.
func TestPasswordsInErrors(t *testing.T) {
	basic := func(user, password string) string {
		return base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
	}
	for _, test := range []struct{ address, says, want string }{
		{"http://u:pass@g", "wrong: pass", "wrong: xxxxx"},
		{"http://u:abc@g", "alphabet: abc", "alphabet: abc"},
		{"http://u:abc@g", "got " + basic("u", "abc"), "got xxxxx"},
		{"http://u:abc@g", "at http://u:abc@g/", "at http://xxxxx@g/"},
		{"http://u:pa%2Fss@g", "wrong: pa/ss", "wrong: xxxxx"},
		{"http://u:pa%2Fss@g", "wrong: pa%2Fss", "wrong: xxxxx"},
		{"http://u:pa%20ss@g", "wrong: pa+ss", "wrong: xxxxx"},
		{"http://u:pass@g", "got " + basic("u", "pass"), "got xxxxx"},
		{"http://u@g", "wrong: u", "wrong: u"},
		{"http://u:@g", "got " + basic("u", ""), "got " + basic("u", "")},
		{"http://g", "through p:other@proxy", "through xxxxx@proxy"},
	} {
		group, err := gateway.NewGroup(test.address, "j", nil)
		if err != nil {
			t.Fatal(err)
		}
		cause := errors.New(test.says)
		request := &gateway.Request{Group: group, Timeout: time.Minute, Client: doerFunc(
			func(*http.Request) (*http.Response, error) { return nil, cause },
		)}
		for _, add := range []bool{false, true} {
			err := request.Push(t.Context(), family("f"), add)
			if err == nil || err.Error() != test.want || !errors.Is(err, cause) {
				t.Errorf("%s, %q: error is %v, want %q", test.address, test.says, err, test.want)
			}
		}
		request.Client = doerFunc(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 401, Body: body{strings.NewReader(test.says)}}, nil
		})
		if err := request.Push(t.Context(), family("f"), false); err == nil || err.Error() != "status 401: "+test.want {
			t.Errorf("%s, answer %q: error is %v, want %q", test.address, test.says, err, test.want)
		}
	}
}

// late is an error that may be a timeout.
type late bool

func (late) Error() string     { return "no route to pass" }
func (l late) Timeout() bool   { return bool(l) }
func (l late) Temporary() bool { return bool(l) }

// An error whose password is masked is a timeout still, if it was one.
func TestTimeoutsWithAPassword(t *testing.T) {
	group, err := gateway.NewGroup("http://u:pass@g", "j", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		cause error
		want  bool
	}{{late(true), true}, {late(false), false}, {fmt.Errorf("pass: %w", context.DeadlineExceeded), true}, {errors.New("pass"), false}} {
		request := &gateway.Request{Group: group, Timeout: time.Minute, Client: doerFunc(
			func(*http.Request) (*http.Response, error) { return nil, test.cause },
		)}
		err := request.Push(t.Context(), family("f"), false)
		var timeout net.Error
		if !errors.As(err, &timeout) || timeout.Timeout() != test.want {
			t.Errorf("%v becomes %v, a timeout: %v", test.cause, err, timeout)
		}
	}
}

func TestShown(t *testing.T) {
	for address, want := range map[string]string{
		"": "", "http://u:pass@g/p": "http://u:xxxxx@g/p", "g:9091": "http://g:9091", "http://g?token=pass": "xxxxx",
	} {
		if got := gateway.Shown(address); got != want {
			t.Errorf("%q is shown as %q, want %q", address, got, want)
		}
	}
}
