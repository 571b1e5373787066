package soak

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
	"time"
)

// A proxy stands before a receiver and spoils what it is told to spoil.
type proxy struct {
	server   *http.Server
	listener net.Listener
	mu       sync.Mutex
	mode     mode
	released chan struct{} // closed when the mode changes
	handed   map[mode]int  // requests by mode
}

// mode is what a proxy does to a request.
type mode int

const (
	passing   mode = iota
	slow           // it passes the request on after a while
	full           // it has no room: 503
	refusing       // it has no room for this one: 413
	busy           // it wants to be left alone for a second: 429
	diskFull       // it has no room on its disk: 507
	nonsense       // it answers what is no HTTP
	wrong          // it answers 200 with a body that says nothing, and loses the request
	resetting      // it closes the connection
	hanging        // it never answers, until the mode changes
)

// startProxy starts a proxy to a loopback address.
func startProxy(t testing.TB, target string) *proxy {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	forward := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: target})
	forward.Transport = &http.Transport{DisableKeepAlives: true}
	forward.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	p := &proxy{listener: listener, handed: map[mode]int{}, released: make(chan struct{})}
	serve := func(w http.ResponseWriter, r *http.Request) { p.serve(w, r, forward) }
	p.server = &http.Server{Handler: http.HandlerFunc(serve)}
	done := make(chan error, 1)
	go func() { done <- p.server.Serve(listener) }()
	t.Cleanup(func() {
		p.set(passing)
		p.server.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return p
}

func (p *proxy) address() string { return p.listener.Addr().String() }

// set changes the mode, and lets go who hangs.
func (p *proxy) set(m mode) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mode = m
	close(p.released)
	p.released = make(chan struct{})
}

// handedBy returns how many requests were handled in a mode.
func (p *proxy) handedBy(m mode) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.handed[m]
}

func (p *proxy) serve(w http.ResponseWriter, r *http.Request, forward http.Handler) {
	p.mu.Lock()
	m, released := p.mode, p.released
	p.handed[m]++
	p.mu.Unlock()
	switch m {
	case passing:
		forward.ServeHTTP(w, r)
	case slow:
		pass(r.Context(), 300*time.Millisecond)
		forward.ServeHTTP(w, r)
	case full:
		http.Error(w, "full", http.StatusServiceUnavailable)
	case refusing:
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
	case busy:
		w.Header().Set("Retry-After", "1")
		http.Error(w, "busy", http.StatusTooManyRequests)
	case diskFull:
		http.Error(w, "no space left on device", http.StatusInsufficientStorage)
	case wrong:
		io.WriteString(w, "<html>welcome</html>")
	case nonsense:
		raw(w, "\x00\x01 this is no HTTP\n\n")
	case resetting:
		raw(w, "")
	case hanging:
		io.Copy(io.Discard, r.Body)
		select {
		case <-released:
		case <-r.Context().Done():
		}
		raw(w, "")
	}
}

// raw answers with bytes as they are and closes the connection.
func raw(w http.ResponseWriter, text string) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := connection.(*net.TCPConn); ok && text == "" {
		tcp.SetLinger(0)
	}
	io.WriteString(connection, text)
	connection.Close()
}

func pass(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
