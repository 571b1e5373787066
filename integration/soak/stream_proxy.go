package soak

import (
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// A streamProxy is a proxy for what is sent by TCP without an answer.
type streamProxy struct {
	listener net.Listener
	target   string
	serving  sync.WaitGroup

	mu       sync.Mutex
	mode     mode
	released chan struct{} // closed when the mode changes
}

// startStreamProxy starts a proxy to a loopback address.
func startStreamProxy(t testing.TB, target string) *streamProxy {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &streamProxy{listener: listener, target: target, released: make(chan struct{})}
	p.serving.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			p.serving.Go(func() { p.serve(connection.(*net.TCPConn)) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		p.set(passing)
		p.serving.Wait()
	})
	return p
}

func (p *streamProxy) address() string { return p.listener.Addr().String() }

// set changes the mode, and lets go who hangs.
func (p *streamProxy) set(m mode) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mode = m
	close(p.released)
	p.released = make(chan struct{})
}

func (p *streamProxy) serve(client *net.TCPConn) {
	defer client.Close()
	p.mu.Lock()
	m, released := p.mode, p.released
	p.mu.Unlock()
	switch m {
	case passing:
		p.forward(client)
	case slow:
		time.Sleep(300 * time.Millisecond)
		p.forward(client)
	case refusing: // closed at once
	case resetting:
		client.SetLinger(0)
	case wrong: // it reads all and loses it, and says something
		io.WriteString(client, "<html>welcome</html>")
		client.SetReadDeadline(time.Now().Add(patience))
		io.Copy(io.Discard, client)
	case hanging:
		client.SetReadBuffer(1024)
		<-released
		client.SetLinger(0)
	}
}

// forward passes on bytes and how the connection ends, in both directions.
func (p *streamProxy) forward(client *net.TCPConn) {
	connection, err := net.Dial("tcp", p.target)
	if err != nil {
		client.SetLinger(0)
		return
	}
	server := connection.(*net.TCPConn)
	defer server.Close()
	sent := make(chan error, 1)
	go func() {
		_, err := io.Copy(server, client)
		sent <- errors.Join(err, server.CloseWrite())
	}()
	_, err = io.Copy(client, server)
	if err != nil {
		client.SetLinger(0)
	}
	client.Close() // which ends the other direction too
	<-sent
}
