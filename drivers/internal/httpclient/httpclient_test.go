package httpclient

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
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
	s.Add("four", "abc") // the second is too short to be looked for
	s.AddAddress(&url.URL{User: url.UserPassword("user", "")})
	cause := errors.New("pass/word pass%2Fword dXNlcjpwYXNzL3dvcmQ= to ken to+ken to%20ken four abc dXNlcjo=")
	hidden := s.Hide(cause)
	if got := hidden.Error(); got != strings.Repeat(reports.Masked+" ", 7)+"abc dXNlcjo=" {
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
	s.AddHeader("api-key")
	s.AddHeader("Bearer " + base64.StdEncoding.EncodeToString([]byte("a:harmless"))) // no user and password
	s.AddHeader("Basic " + base64.StdEncoding.EncodeToString([]byte("user:spoilt")) + "!")
	s.Add("a-token-that-is-longer", `quo"ted`)
	for text, want := range map[string]string{
		"wrong: password":                "wrong: xxxxx",
		"dXNlcjpwYXNzd29yZA==":           "xxxxx",
		"Bearer token":                   "Bearer token",
		"no a-token here":                "no xxxxx here",
		"no a-token-that-is-longer":      "no xxxxx",
		"no api-key here":                "no xxxxx here",
		"harmless, spoilt":               "harmless, spoilt",
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

// An answer is noted with its beginning; what is read of it has an end. The headers go to
// the address alone, and stay out of the request.
func TestAnswer(t *testing.T) {
	const no = "no\xff"
	long := strings.Repeat("word \n", 100_000)
	said := no
	client, closeIdle := New(&http.Client{Transport: answering(func(r *http.Request) (*http.Response, error) {
		header := http.Header{"A": {r.Header.Get("B")}}
		return &http.Response{StatusCode: 503, Header: header, Body: io.NopCloser(strings.NewReader(said))}, nil
	})}, &url.URL{Scheme: "http", Host: "a.test"}, http.Header{"B": {"secret"}})
	defer closeIdle()
	for _, test := range []struct{ said, address, header, text string }{
		{no, "http://a.test", "secret", "no?"},
		{long, "http://a.test", "secret", strings.TrimSpace(strings.Repeat("word ", maxQuoted/6)) + " wo"},
		{no, "http://b.test", "", "no?"},
		{no, "https://a.test", "", "no?"},
	} {
		said = test.said
		ctx, answer := Note(t.Context())
		request := get(t, ctx, test.address)
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if read, err := io.ReadAll(response.Body); len(read) != min(len(said), maxAnswer) || err != nil {
			t.Errorf("read %d bytes, %v", len(read), err)
		}
		if answer.Status != 503 || answer.Header.Get("A") != test.header || answer.Text() != test.text {
			t.Errorf("%s answered %d, %v, %q", test.address, answer.Status, answer.Header, answer.Text())
		}
		if len(request.Header) > 0 {
			t.Errorf("the request got %v", request.Header)
		}
	}
}

func get(t *testing.T, ctx context.Context, address string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return request
}

// A request that nobody waits for is not sent, and neither is one without Note.
func TestNotSent(t *testing.T) {
	sent := 0
	refused := errors.New("no")
	client, _ := New(&http.Client{Transport: answering(func(*http.Request) (*http.Response, error) {
		sent++
		return nil, refused
	})}, nil, nil)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	ended, canceled := Note(ended)
	once, answer := Note(t.Context())
	for i, test := range []struct {
		ctx context.Context
		err error
	}{{ended, context.Canceled}, {t.Context(), errAgain}, {once, refused}, {once, errAgain}} {
		if _, err := client.Do(get(t, test.ctx, "http://a.test")); !errors.Is(err, test.err) {
			t.Errorf("%d: %v, want %v", i, err, test.err)
		}
	}
	if sent != 1 || answer.Err != refused || answer.Text() != "the receiver said nothing" || canceled.Err != context.Canceled {
		t.Errorf("sent %d times: %v, %v", sent, answer.Err, canceled.Err)
	}
	if got := Cause(&url.Error{URL: "http://a.test/?token=geheim", Err: io.EOF}); got != io.EOF {
		t.Errorf("cause %v", got)
	}
}

// A transport that returns nothing has failed.
func TestNoResponse(t *testing.T) {
	client, _ := New(&http.Client{Transport: answering(func(*http.Request) (*http.Response, error) {
		return nil, nil
	})}, nil, nil)
	ctx, answer := Note(t.Context())
	if _, err := client.Do(get(t, ctx, "http://a.test")); answer.Err == nil || !errors.Is(err, answer.Err) {
		t.Errorf("%v, noted %v", err, answer.Err)
	}
}

// Redirects are followed as long as the request stays the same, and is not shown in clear.
func TestRedirects(t *testing.T) {
	refuse := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for _, test := range []struct {
		from, to string
		status   int // of the redirect
		check    func(*http.Request, []*http.Request) error
		last     int // the status that comes back
		sent     int
	}{
		{"https://a.test/?secret", "https://b.test/", 307, nil, 503, 2},
		{"http://a.test/", "https://a.test/", 307, nil, 503, 2},
		{"http://a.test/", "http://b.test/", 308, nil, 503, 2},
		{"http://a.test/", "http://b.test/", 302, nil, 302, 1},  // as GET
		{"https://a.test/", "http://a.test/", 307, nil, 307, 1}, // in clear
		{"http://a.test/", "http://a.test/", 307, nil, 307, 10}, // for ever
		{"http://a.test/", "http://b.test/", 307, refuse, 307, 1},
	} {
		sent, referer := 0, ""
		client, _ := New(&http.Client{CheckRedirect: test.check, Transport: answering(func(r *http.Request) (*http.Response, error) {
			sent++
			referer += r.Referer()
			if r.URL.String() == test.from {
				return &http.Response{
					StatusCode: test.status, Header: http.Header{"Location": {test.to}}, Body: io.NopCloser(strings.NewReader("moved")),
				}, nil
			}
			return &http.Response{StatusCode: 503, Body: io.NopCloser(strings.NewReader("no"))}, nil
		})}, nil, nil)
		ctx, answer := Note(t.Context())
		request := get(t, ctx, test.from)
		request.Method = http.MethodPost
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(response.Body); err != nil {
			t.Fatal(err)
		}
		said := "moved"
		if test.last == 503 {
			said = "no"
		}
		if answer.Status != test.last || answer.Text() != said || sent != test.sent || referer != "" {
			t.Errorf("%+v: sent %d times, answered %d %q, referer %q", test, sent, answer.Status, answer.Text(), referer)
		}
	}
}

// What came back is noted although the request ended before the redirect was followed.
func TestEndBetweenRedirects(t *testing.T) {
	ctx, answer := Note(t.Context())
	ctx, cancel := context.WithCancel(ctx)
	client, _ := New(&http.Client{Transport: answering(func(r *http.Request) (*http.Response, error) {
		cancel()
		return &http.Response{StatusCode: 307, Header: http.Header{"Location": {"/"}}, Body: http.NoBody}, nil
	})}, nil, nil)
	_, err := client.Do(get(t, ctx, "http://a.test"))
	if !errors.Is(err, context.Canceled) || answer.Status != 307 || answer.Err != nil {
		t.Errorf("%v, noted %d, %v", err, answer.Status, answer.Err)
	}
}

// A client without a transport works as net/http has it; one of our own has connections of
// its own.
func TestTransports(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	used := func(client *http.Client) (reused bool) {
		ctx, _ := Note(t.Context())
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
			GotConn: func(info httptrace.GotConnInfo) { reused = info.Reused },
		})
		response, err := client.Do(get(t, ctx, server.URL))
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
		return reused
	}
	theirs, closeTheirs := New(&http.Client{}, nil, nil)
	ours, closeOurs := New(nil, nil, nil)
	for i, step := range []struct {
		client *http.Client
		reused bool
		after  func()
	}{
		{theirs, false, closeTheirs},
		{theirs, true, closeTheirs}, // which belong to the program
		{ours, false, func() {}},
		{ours, true, closeOurs},
		{ours, false, closeOurs},
		{theirs, true, func() {}},
	} {
		if reused := used(step.client); reused != step.reused {
			t.Errorf("step %d: reused a connection: %v, want %v", i, reused, step.reused)
		}
		step.after()
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}

// Where a program has replaced the default transport, it is used.
func TestReplacedDefaultTransport(t *testing.T) {
	sent := 0
	defer func(saved http.RoundTripper) { http.DefaultTransport = saved }(http.DefaultTransport)
	http.DefaultTransport = answering(func(*http.Request) (*http.Response, error) {
		sent++
		return nil, errors.New("no")
	})
	client, closeIdle := New(nil, nil, nil)
	ctx, _ := Note(t.Context())
	client.Do(get(t, ctx, "http://a.test"))
	closeIdle()
	if sent != 1 {
		t.Errorf("sent %d times", sent)
	}
}
