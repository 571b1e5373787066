package gateway_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/gateway"
)

// listen starts a server that speaks with each connection as a test wants, until
// the test is over.
func listen(t *testing.T, speak func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				speak(conn)
			}()
		}
	}()
	return "http://" + listener.Addr().String()
}

// drip writes a text byte by byte, with a pause after each, until the client has
// gone.
func drip(conn net.Conn, text string) {
	for i := range len(text) {
		if _, err := conn.Write([]byte{text[i]}); err != nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// A gateway that takes its time, in whatever it does, costs no more than Timeout,
// and what it has said by then counts.
func TestSlowGateway(t *testing.T) {
	readRequest := func(conn net.Conn) {
		if r, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			io.Copy(io.Discard, r.Body)
		}
	}
	endless := strings.Repeat("x", 1<<20)
	hang := func(conn net.Conn) { conn.Read(make([]byte, 1)) } // until the client has gone
	const unread = "a request that is not read"
	for name, test := range map[string]struct {
		speak   func(net.Conn)
		timeout time.Duration
		status  int
		want    string // in the error; empty for none
	}{
		"an answer byte by byte": {func(conn net.Conn) {
			readRequest(conn)
			drip(conn, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
		}, time.Minute, 0, ""},
		"a success with endless words": {func(conn net.Conn) {
			readRequest(conn)
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
			drip(conn, endless)
		}, time.Minute, 0, ""},
		"a failure byte by byte": {func(conn net.Conn) {
			readRequest(conn)
			io.WriteString(conn, "HTTP/1.1 500 No\r\nContent-Length: 1000000\r\n\r\nbroken ")
			hang(conn)
		}, 100 * time.Millisecond, 500, "broken"},
		"headers that never end": {func(conn net.Conn) {
			readRequest(conn)
			io.WriteString(conn, "HTTP/1.1 202 Accepted\r\nX-Long: ")
			drip(conn, endless)
		}, 100 * time.Millisecond, 0, "no answer within 100ms"},
		"no answer": {func(conn net.Conn) {
			readRequest(conn)
			hang(conn)
		}, 100 * time.Millisecond, 0, "no answer within 100ms"},
		unread: {func(conn net.Conn) {
			<-t.Context().Done()
		}, 100 * time.Millisecond, 0, "no answer within 100ms"},
		"something else": {func(conn net.Conn) {
			readRequest(conn)
			io.WriteString(conn, "220 mail.example.com ESMTP\r\n")
			hang(conn)
		}, time.Minute, 0, "malformed HTTP"},
		"nothing at all": {readRequest, time.Minute, 0, "EOF"},
	} {
		group, err := gateway.NewGroup(listen(t, test.speak), "j", nil)
		if err != nil {
			t.Fatal(err)
		}
		families := family("f")
		if name == unread {
			families = largeFamilies()
		}
		client, closeIdle := gateway.NewClient()
		request := &gateway.Request{Group: group, Client: client, Timeout: test.timeout}
		err = request.Push(t.Context(), families, false)
		closeIdle()
		if request.Pending() != nil {
			t.Errorf("%s: the client is pending", name)
		}
		var failure *gateway.Failure
		switch {
		case test.want == "" && err == nil:
		case test.want == "" || !errors.As(err, &failure) || !strings.Contains(err.Error(), test.want) ||
			failure.StatusCode != test.status:
			t.Errorf("%s: error is %v, want %q in it", name, err, test.want)
		case strings.Contains(test.want, "no answer") != errors.Is(err, context.DeadlineExceeded):
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

// largeFamilies don't fit into the buffers of a connection.
func largeFamilies() []*dto.MetricFamily {
	families := family("f")
	help := strings.Repeat("long ", 1<<20)
	families[0].Help = &help
	return families
}
