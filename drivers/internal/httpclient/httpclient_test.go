package httpclient

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-metrics-plus/metrics/internal/reports"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"http://user:geheim@a.test:1/b?c=geheim": "http://a.test:1/b",
		"https://a.test":                         "https://a.test",
		"ftp://user:geheim@a.test/":              "",
		"a.test/b":                               "",
		"http://":                                "",
		"http://a.test/#geheim":                  "",
		"http://user:geheim@a.test:port/":        "",
	} {
		address, err := Parse(text)
		switch {
		case (err == nil) != (want != ""):
			t.Errorf("%s: %v", text, err)
		case err != nil && strings.Contains(err.Error(), "geheim"):
			t.Errorf("%v shows a secret", err)
		case err == nil && Shown(address) != want:
			t.Errorf("%s is shown as %s", text, Shown(address))
		}
	}
}

func TestSecrets(t *testing.T) {
	var s Secrets
	address, err := url.Parse("http://user:pass%2Fword@a.test/?token=to+ken")
	if err != nil {
		t.Fatal(err)
	}
	s.AddAddress(address)
	s.Add("abc") // too short to be looked for
	cause := errors.New("pass/word pass%2Fword dXNlcjpwYXNzL3dvcmQ= to ken to+ken to%20ken abc")
	hidden := s.Hide(cause)
	if got := hidden.Error(); got != strings.Repeat(reports.Masked+" ", 6)+"abc" {
		t.Errorf("got %s", got)
	}
	if !errors.Is(hidden, cause) || errors.Unwrap(hidden) != nil {
		t.Error("the cause is lost, or given out")
	}
	if harmless := errors.New("no"); s.Hide(harmless) != harmless {
		t.Error("an error without secrets is changed")
	}
}

// What a receiver quotes in part, without its scheme, or of a proxy, is masked, too.
func TestSecretsInParts(t *testing.T) {
	var s Secrets
	s.AddHeader("Basic " + base64.StdEncoding.EncodeToString([]byte("user:password")))
	s.AddHeader("Bearer a-token")
	s.Add("a-token-that-is-longer", `quo"ted`)
	for text, want := range map[string]string{
		"wrong: password":                "wrong: xxxxx",
		"dXNlcjpwYXNzd29yZA==":           "xxxxx",
		"Bearer token":                   "Bearer token",
		"no a-token":                     "no xxxxx",
		"no a-token-that-is-longer":      "no xxxxx",
		"cut: passw":                     "cut: xxxxx",
		"cut: pas":                       "cut: pas",
		`{"e":"quo\"ted"}`:               `{"e":"xxxxx"}`,
		"proxy http://a:b%zz@c: no":      "proxy http://xxxxx@c: no",
		"proxy https://a@c/d: a@b, //x/": "proxy https://xxxxx@c/d: a@b, //x/",
	} {
		if got := s.HideText(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestShownText(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "http://u:p@a.test/b?c=d": "http://a.test/b", "a.test:1": "a.test:1", "a.test?token=d": "a.test",
		"u:p@a.test": reports.Masked, "http://u:p%zz@a.test": reports.Masked,
	} {
		if got := ShownText(text); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
	if got := ShownSecrets(map[string]string{"a": "b", "c": ""}); got["a"] != reports.Masked || got["c"] != "" {
		t.Errorf("headers are shown as %v", got)
	}
}

type answering func(*http.Request) (*http.Response, error)

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) { return a(r) }

// An answer is noted with its beginning; what is read of it has an end.
func TestAnswer(t *testing.T) {
	long := strings.Repeat("word \n", 100_000)
	client, _ := New(&http.Client{Transport: answering(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 503, Header: http.Header{"A": {r.Header.Get("B")}}, Body: io.NopCloser(strings.NewReader(long))}, nil
	})}, &url.URL{Scheme: "http", Host: "a.test"}, http.Header{"B": {"secret"}})
	for host, header := range map[string]string{"a.test": "secret", "b.test": ""} {
		ctx, answer := Note(t.Context())
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+host, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, response.Body); n != maxAnswer || err != nil {
			t.Errorf("read %d bytes, %v", n, err)
		}
		if answer.Status != 503 || answer.Header.Get("A") != header || len(answer.Text()) > maxQuoted ||
			!strings.HasPrefix(answer.Text(), "word word ") {
			t.Errorf("%s answered %d, %v, %q", host, answer.Status, answer.Header, answer.Text())
		}
	}
}

// A request that nobody waits for is not sent, and neither is one without Note.
func TestNotSent(t *testing.T) {
	sent := 0
	client, _ := New(&http.Client{Transport: answering(func(*http.Request) (*http.Response, error) {
		sent++
		return nil, errors.New("no")
	})}, nil, nil)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	ended, _ = Note(ended)
	once, answer := Note(t.Context())
	for _, ctx := range []context.Context{ended, t.Context(), once, once} {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://a.test", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Do(request); err == nil {
			t.Error("no error")
		}
	}
	if sent != 1 || answer.Err == nil || answer.Text() != "the receiver said nothing" {
		t.Errorf("sent %d times, %v", sent, answer.Err)
	}
	if got := Cause(&url.Error{URL: "http://a.test/?token=geheim", Err: io.EOF}); got != io.EOF {
		t.Errorf("cause %v", got)
	}
}
