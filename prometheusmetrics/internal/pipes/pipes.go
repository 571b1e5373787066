// Package pipes serves HTTP over connections in memory, for tests in which the time of a
// testing/synctest bubble decides what becomes of slow clients.
package pipes

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
)

// listener accepts the far ends of the connections that a test opens.
type listener struct {
	connections chan net.Conn
	closed      chan struct{}
}

// Accept returns the next connection.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.connections:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close ends Accept.
func (l *listener) Close() error { close(l.closed); return nil }

// Addr is the same for all.
func (l *listener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// Serve has a real server answer until the test ends, and returns what opens a
// connection to it. Nothing is buffered: a byte that is not read is not written.
func Serve(t *testing.T, server *http.Server) (dial func() net.Conn) {
	l := &listener{make(chan net.Conn), make(chan struct{})}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return func() net.Conn {
		ours, theirs := net.Pipe()
		t.Cleanup(func() { ours.Close() })
		l.connections <- theirs
		return ours
	}
}

// Ask sends a request for a path with header lines, and returns the response when its
// header is there.
func Ask(t *testing.T, c net.Conn, path string, lines ...string) *http.Response {
	t.Helper()
	text := "GET " + path + " HTTP/1.1\r\nHost: x\r\n"
	for _, line := range lines {
		text += line + "\r\n"
	}
	if _, err := io.WriteString(c, text+"\r\n"); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReaderSize(c, 16), nil)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

// IsCut reports whether the rest of a response can't be read.
func IsCut(response *http.Response) bool {
	_, err := io.Copy(io.Discard, response.Body)
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.ErrClosedPipe)
}
