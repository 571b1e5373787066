package httpmetrics

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics"
)

type (
	bareWriter     struct{}
	bareFlusher    struct{}
	bareHijacker   struct{}
	bareReaderFrom struct{}
	barePusher     struct{}
)

func (bareWriter) Header() http.Header                            { return http.Header{} }
func (bareWriter) Write(p []byte) (int, error)                    { return len(p), nil }
func (bareWriter) WriteString(s string) (int, error)              { return len(s), nil }
func (bareWriter) WriteHeader(int)                                {}
func (bareFlusher) Flush()                                        {}
func (bareHijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) { return nil, nil, nil }
func (bareReaderFrom) ReadFrom(r io.Reader) (int64, error)        { return io.Copy(io.Discard, r) }
func (barePusher) Push(string, *http.PushOptions) error           { return nil }

// The writer that a handler gets can just what the writer underneath can.
func TestRecorderAbilities(t *testing.T) {
	type (
		w = bareWriter
		f = bareFlusher
		h = bareHijacker
		r = bareReaderFrom
		p = barePusher
	)
	writers := []http.ResponseWriter{
		w{}, struct {
			w
			f
		}{}, struct {
			w
			h
		}{}, struct {
			w
			f
			h
		}{}, struct {
			w
			r
		}{}, struct {
			w
			f
			r
		}{},
		struct {
			w
			h
			r
		}{}, struct {
			w
			f
			h
			r
		}{}, struct {
			w
			p
		}{}, struct {
			w
			f
			p
		}{}, struct {
			w
			h
			p
		}{},
		struct {
			w
			f
			h
			p
		}{}, struct {
			w
			r
			p
		}{}, struct {
			w
			f
			r
			p
		}{}, struct {
			w
			h
			r
			p
		}{},
		struct {
			w
			f
			h
			r
			p
		}{},
	}
	seen := map[string]bool{}
	for _, under := range writers {
		rec, over := newRecorder(under)
		if got, want := abilitiesOf(over), abilitiesOf(under); got != want {
			t.Errorf("abilities %s, want %s", got, want)
		}
		seen[abilitiesOf(under)] = true
		over.WriteHeader(http.StatusTeapot)
		if f, ok := over.(http.Flusher); ok {
			f.Flush()
			if err := http.NewResponseController(over).Flush(); err != nil {
				t.Error(err)
			}
		}
		if h, ok := over.(http.Hijacker); ok {
			h.Hijack()
		}
		if r, ok := over.(io.ReaderFrom); ok {
			r.ReadFrom(strings.NewReader("four"))
		}
		if p, ok := over.(http.Pusher); ok {
			p.Push("/", nil)
		}
		_, canRead := under.(io.ReaderFrom)
		_, canHijack := under.(http.Hijacker)
		if rec.code != http.StatusTeapot || (rec.written == 4) != canRead || rec.hijacked != canHijack {
			t.Errorf("%s: recorded %+v", abilitiesOf(under), rec)
		}
	}
	if len(seen) != 16 {
		t.Errorf("%d combinations were tried, want 16", len(seen))
	}
}

// failing is a writer that can do all there is, and fails at each.
type failing struct{ bareWriter }

var errFailing = errors.New("no")

func (failing) Write([]byte) (int, error)                    { return 1, errFailing }
func (failing) WriteString(string) (int, error)              { return 1, errFailing }
func (failing) Flush()                                       {}
func (failing) FlushError() error                            { return errFailing }
func (failing) Hijack() (net.Conn, *bufio.ReadWriter, error) { return nil, nil, errFailing }
func (failing) ReadFrom(io.Reader) (int64, error)            { return 1, errFailing }
func (failing) Push(string, *http.PushOptions) error         { return errFailing }

// Whatever a handler does first, it gets the writer's error, and has answered with 200 if
// that writes a header.
func TestRecorderPassesErrorsOn(t *testing.T) {
	for name, test := range map[string]struct {
		do      func(http.ResponseWriter) error
		code    int
		written int64
	}{
		"write":  {func(w http.ResponseWriter) error { _, err := w.Write([]byte("ab")); return err }, 200, 1},
		"string": {func(w http.ResponseWriter) error { _, err := io.WriteString(w, "ab"); return err }, 200, 1},
		"read": {func(w http.ResponseWriter) error {
			_, err := w.(io.ReaderFrom).ReadFrom(strings.NewReader("ab"))
			return err
		}, 200, 1},
		"flush":       {func(w http.ResponseWriter) error { w.(http.Flusher).Flush(); return errFailing }, 200, 0},
		"flush error": {func(w http.ResponseWriter) error { return http.NewResponseController(w).Flush() }, 200, 0},
		"hijack":      {func(w http.ResponseWriter) error { _, _, err := w.(http.Hijacker).Hijack(); return err }, 0, 0},
		"push":        {func(w http.ResponseWriter) error { return w.(http.Pusher).Push("/", nil) }, 0, 0},
		"upgrade":     {func(w http.ResponseWriter) error { w.WriteHeader(101); return errFailing }, 101, 0},
		"hint":        {func(w http.ResponseWriter) error { w.WriteHeader(103); return errFailing }, 0, 0},
	} {
		rec, w := newRecorder(failing{})
		if err := test.do(w); err != errFailing || rec.code != test.code || rec.written != test.written || rec.hijacked {
			t.Errorf("%s: %v, recorded %+v", name, err, rec)
		}
	}
}

// A request whose length is known keeps its body, and has that length.
func TestRecorderBodyOfKnownLength(t *testing.T) {
	for _, test := range []struct {
		body         io.ReadCloser
		length, want int64
	}{{io.NopCloser(strings.NewReader("12345")), 5, 5}, {http.NoBody, 0, 0}, {http.NoBody, -1, 0}, {nil, -1, 0}} {
		rec, _ := newRecorder(bareWriter{})
		request := &http.Request{Body: test.body, ContentLength: test.length}
		if rec.countBody(request); request.Body != test.body || rec.requestSize(request) != test.want {
			t.Errorf("length %d: body %v, size %d", test.length, request.Body, rec.requestSize(request))
		}
	}
}

// With the server's own writers, every interface and every method of
// http.ResponseController is what it is without the middleware.
func TestRecorderOverRealWriters(t *testing.T) {
	probe := func(w http.ResponseWriter) string {
		_, closeNotifier := w.(http.CloseNotifier) //lint:ignore SA1019 older handlers ask for it
		_, stringWriter := w.(io.StringWriter)
		rc := http.NewResponseController(w)
		far := time.Now().Add(time.Hour)
		return fmt.Sprint(abilitiesOf(w), closeNotifier, stringWriter,
			rc.SetReadDeadline(far), rc.SetWriteDeadline(far), rc.EnableFullDuplex(), rc.Flush())
	}
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			var with, without string
			s := startServer(t, protocol, Config{}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				with = probe(w)
				without = probe(w.(interface{ Unwrap() http.ResponseWriter }).Unwrap())
			}))
			s.get("/")
			s.wait()
			if with != without {
				t.Errorf("with the middleware %s, without %s", with, without)
			}
		})
	}
}

// What is flushed arrives while the handler still runs.
func TestRecorderFlush(t *testing.T) {
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			read := make(chan struct{})
			s := startServer(t, protocol, Config{}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.(http.Flusher).Flush() // the header, which is now 200
				w.WriteHeader(http.StatusTeapot)
				io.WriteString(w, "first\n")
				if err := http.NewResponseController(w).Flush(); err != nil {
					t.Error(err)
				}
				<-read
				io.WriteString(w, "second\n")
			}))
			response, err := s.Client().Get(s.URL)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			lines := bufio.NewReader(response.Body)
			if line, err := lines.ReadString('\n'); line != "first\n" || err != nil {
				t.Errorf("read %q, %v", line, err)
			}
			close(read)
			if line, err := lines.ReadString('\n'); line != "second\n" || err != nil {
				t.Errorf("read %q, %v", line, err)
			}
			s.wait()
			s.want(1, "GET", "_UNMATCHED", "200")
			if got := s.size("http.server.response.body.size", "GET", "_UNMATCHED", "200"); got != 13 {
				t.Errorf("%d bytes, want 13", got)
			}
		})
	}
}

// Files go through ReadFrom, which on HTTP/1.1 is sendfile.
func TestRecorderServesFiles(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789abcdef"), 10_000)
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			s := startServer(t, protocol, Config{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				http.ServeFile(w, r, path)
			}))
			if got := s.get("/").ContentLength; got != int64(len(content)) {
				t.Errorf("length %d", got)
			}
			s.wait()
			r := newRequest(t, "GET", s.URL, "")
			r.Header.Set("Range", "bytes=0-9")
			s.do(r)
			s.wait()
			if got := s.size("http.server.response.body.size", "GET", "_UNMATCHED", "200"); got != int64(len(content)) {
				t.Errorf("%d bytes, want %d", got, len(content))
			}
			if got := s.size("http.server.response.body.size", "GET", "_UNMATCHED", "206"); got != 10 {
				t.Errorf("%d bytes of a range, want 10", got)
			}
		})
	}
}

func TestRecorderInformational(t *testing.T) {
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			s := startServer(t, protocol, Config{}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Link", "</style.css>")
				w.WriteHeader(http.StatusEarlyHints)
				w.WriteHeader(http.StatusProcessing)
				w.WriteHeader(http.StatusCreated)
			}))
			var hints []int
			r := newRequest(t, "GET", s.URL, "")
			r = r.WithContext(httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{
				Got1xxResponse: func(code int, _ textproto.MIMEHeader) error {
					hints = append(hints, code)
					return nil
				},
			}))
			if got := s.do(r).StatusCode; got != http.StatusCreated || fmt.Sprint(hints) != "[103 102]" {
				t.Errorf("status %d after %v", got, hints)
			}
			s.wait()
			s.want(1, "GET", "_UNMATCHED", "201")
		})
	}
}

// A WebSocket's handshake, then bytes both ways over the connection.
func TestRecorderUpgrade(t *testing.T) {
	closed := make(chan struct{})
	s := startServer(t, protocols[0], Config{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "websocket" {
			t.Errorf("no upgrade: %v", r.Header)
		}
		conn, buffer, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		fmt.Fprint(buffer, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
		buffer.Flush()
		io.Copy(conn, buffer) // echoes until the client closes
		<-closed
	}))
	r := newRequest(t, "GET", s.URL+"/socket", "")
	r.Header.Set("Connection", "Upgrade")
	r.Header.Set("Upgrade", "websocket")
	registry := metrics.NewRegistry()
	client := Config{Registry: registry}.Transport(s.Client().Transport)
	response, err := client.RoundTrip(r)
	if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%v, %v", response, err)
	}
	conn, ok := response.Body.(io.ReadWriteCloser)
	if !ok {
		t.Fatalf("a client's transport took the connection away: %T", response.Body)
	}
	fmt.Fprint(conn, "echo")
	text := make([]byte, 4)
	if _, err := io.ReadFull(conn, text); err != nil || string(text) != "echo" {
		t.Errorf("read %q, %v", text, err)
	}
	conn.Close()
	close(closed)
	s.wait()
	s.want(1, "GET", "_UNMATCHED", "101")
	if active := activeOf(registry, "http.client.active_requests"); active != 0 {
		t.Errorf("%d active", active)
	}
}

// What a hijacked connection does for hours is no latency.
func TestRecorderHijackedDuration(t *testing.T) {
	s := startServer(t, protocols[0], Config{}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		until := s0(w).lasted
		fmt.Fprint(conn, "HTTP/1.1 204 No Content\r\n\r\n")
		if got := s0(w).lasted; got != until || until <= 0 {
			t.Errorf("lasted %v, then %v", until, got)
		}
	}))
	s.get("/")
	s.wait()
	s.want(1, "GET", "_UNMATCHED", "101")
}

// s0 returns the recorder inside of an HTTP/1.1 writer.
func s0(w http.ResponseWriter) *recorder {
	return w.(interface{ recorderOf() *recorder }).recorderOf()
}

func (r *recorder) recorderOf() *recorder { return r }

// A body of unknown length is what the handler has read of it.
func TestRecorderBodyOfUnknownLength(t *testing.T) {
	for _, protocol := range protocols {
		for _, read := range []int64{0, 10, 5000} {
			t.Run(fmt.Sprint(protocol, read), func(t *testing.T) {
				s := startServer(t, protocol, Config{}, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					io.CopyN(io.Discard, r.Body, read)
				}))
				body := io.MultiReader(strings.NewReader(strings.Repeat("x", 5000))) // hides the length
				r, _ := http.NewRequestWithContext(t.Context(), "POST", s.URL, body)
				s.do(r)
				s.wait()
				if got := s.size("http.server.request.body.size", "POST", "_UNMATCHED", "200"); got != read {
					t.Errorf("%d bytes, want %d", got, read)
				}
			})
		}
	}
}

func abilitiesOf(w http.ResponseWriter) string { return fmt.Sprintf("%05b", abilities(w)) }
