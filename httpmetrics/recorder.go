package httpmetrics

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// A recorder is the ResponseWriter of a handler: it notes what passes. It is used by
// the goroutine of the handler, as any ResponseWriter; the body may be read by
// another, as a reverse proxy does.
type recorder struct {
	http.ResponseWriter
	start    time.Time
	lasted   time.Duration // until hijacked
	written  int64
	code     int // 0 until the header was written
	hijacked bool
	body     countingBody // in the request's place if its length is unknown
}

// WriteHeader notes the code. Informational ones are no answer yet, save for 101,
// after which none can come.
func (r *recorder) WriteHeader(code int) {
	if r.code == 0 && (code < 100 || code >= 200 || code == http.StatusSwitchingProtocols) {
		r.code = code
	}
	r.ResponseWriter.WriteHeader(code)
}

// begin notes that the header is written without being asked for.
func (r *recorder) begin() {
	if r.code == 0 {
		r.code = http.StatusOK
	}
}

func (r *recorder) Write(p []byte) (int, error) {
	r.begin()
	n, err := r.ResponseWriter.Write(p)
	r.written += int64(n)
	return n, err
}

// WriteString spares the copy that the server's spares, too.
func (r *recorder) WriteString(s string) (int, error) {
	r.begin()
	n, err := io.WriteString(r.ResponseWriter, s)
	r.written += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController find what the server's writer can do.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// countBody counts what is read of the request's body, if nothing tells its length.
func (r *recorder) countBody(request *http.Request) {
	if request.ContentLength < 0 && request.Body != nil && request.Body != http.NoBody {
		r.body.ReadCloser = request.Body
		request.Body = &r.body
	}
}

func (r *recorder) requestSize(request *http.Request) int64 {
	if r.body.ReadCloser != nil {
		return r.body.read.Load()
	}
	return max(request.ContentLength, 0)
}

// responseSize is 0 for HEAD: net/http takes a body and drops it.
func (r *recorder) responseSize(request *http.Request) int64 {
	if request.Method == http.MethodHead {
		return 0
	}
	return r.written
}

// countingBody counts the bytes that are read.
type countingBody struct {
	io.ReadCloser
	read atomic.Int64
}

func (b *countingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read.Add(int64(n))
	return n, err
}

// The following are what a ResponseWriter may be able to do beyond its interface.
// Each is for a recorder whose writer can do it; newRecorder puts them together.

type flusher struct{ of *recorder }

func (f flusher) Flush() {
	f.of.begin()
	f.of.ResponseWriter.(http.Flusher).Flush()
}

// FlushError is what http.ResponseController calls, for the error.
func (f flusher) FlushError() error {
	f.of.begin()
	return http.NewResponseController(f.of.ResponseWriter).Flush()
}

type hijacker struct{ of *recorder }

func (h hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffer, err := h.of.ResponseWriter.(http.Hijacker).Hijack()
	if err == nil {
		h.of.hijacked = true
		h.of.lasted = time.Since(h.of.start)
	}
	return conn, buffer, err
}

type readerFrom struct{ of *recorder }

func (f readerFrom) ReadFrom(src io.Reader) (int64, error) {
	f.of.begin()
	n, err := f.of.ResponseWriter.(io.ReaderFrom).ReadFrom(src)
	f.of.written += n
	return n, err
}

type pusher struct{ of *recorder }

func (p pusher) Push(target string, options *http.PushOptions) error {
	return p.of.ResponseWriter.(http.Pusher).Push(target, options)
}

type closeNotifier struct{ of *recorder }

// CloseNotify is deprecated, and still what older handlers ask for.
func (c closeNotifier) CloseNotify() <-chan bool {
	//lint:ignore SA1019 passed on
	return c.of.ResponseWriter.(http.CloseNotifier).CloseNotify()
}
