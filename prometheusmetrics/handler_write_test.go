package prometheusmetrics

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// pipes is a listener whose connections are in memory, so that time is that of the
// test's bubble.
type pipes struct {
	connections chan net.Conn
	closed      chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.connections:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// servePipes has a real server serve a handler, and returns what opens a connection.
func servePipes(t *testing.T, server *http.Server) (dial func() net.Conn) {
	p := &pipes{make(chan net.Conn), make(chan struct{})}
	go server.Serve(p)
	t.Cleanup(func() { server.Close() })
	return func() net.Conn {
		ours, theirs := net.Pipe()
		t.Cleanup(func() { ours.Close() })
		p.connections <- theirs
		return ours
	}
}

// ask sends a request, and returns the response when its header is there.
func ask(t *testing.T, c net.Conn) *http.Response {
	t.Helper()
	if _, err := io.WriteString(c, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReaderSize(c, 16), nil)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

// large gathers a family whose text is a little more than the size.
func large(size int) prometheus.Gatherer {
	name, label, one := "large", "label", 1.0
	return prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		value := strings.Repeat("x", size)
		return []*dto.MetricFamily{{Name: &name, Type: dto.MetricType_GAUGE.Enum(), Metric: []*dto.Metric{
			{Label: []*dto.LabelPair{{Name: &label, Value: &value}}, Gauge: &dto.Gauge{Value: &one}},
		}}}, nil
	})
}

// isCut reports whether the rest of a response can't be read.
func isCut(response *http.Response) bool {
	_, err := io.Copy(io.Discard, response.Body)
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.ErrClosedPipe)
}

func TestClientThatDoesNotRead(t *testing.T) {
	for _, test := range []struct {
		timeout, pause time.Duration // the server's, and the client's before each piece
		cut            bool
	}{
		{0, pieceTimeout + 1, true},
		{0, pieceTimeout - 1, false}, // slow, but reading: several minutes in all
		{time.Second, time.Second + 1, true},
		{time.Hour, 10 * time.Minute, false}, // as the program wants it
		{time.Hour, time.Hour, true},
	} {
		t.Run(fmt.Sprint(test.timeout, test.pause), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dial := servePipes(t, &http.Server{Handler: HandlerFor(large(5 * maxPiece)), WriteTimeout: test.timeout})
				response := ask(t, dial())
				var err error
				for range 5 {
					time.Sleep(test.pause)
					if _, err = io.CopyN(io.Discard, response.Body, maxPiece); err != nil {
						break
					}
				}
				if cut := err != nil || isCut(response); cut != test.cut {
					t.Errorf("cut off: %v, want %v (%v)", cut, test.cut, err)
				}
			})
		})
	}
}

// A connection that is kept has no deadline from an earlier scrape.
func TestDeadlineEndsWithTheScrape(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := servePipes(t, &http.Server{Handler: HandlerFor(large(10))})()
		for range 3 {
			if response := ask(t, c); isCut(response) {
				t.Error("a scrape was cut off")
			}
			time.Sleep(time.Hour)
		}
	})
}

// Where the answers that are being written take too much memory, the clients that
// have been stalled for the longest time make room, and nobody else does.
func TestStalledClientsMakeRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHandler(0, []prometheus.Gatherer{large(10 * maxPiece)}, func([]error) {})
		h.writes.most = 35 * maxPiece // three answers, and a half
		dial := servePipes(t, &http.Server{Handler: h})
		var stalled []*http.Response
		for range 3 {
			stalled = append(stalled, ask(t, dial()))
			time.Sleep(time.Second)
		}
		wantCut := func(response *http.Response, want bool, who string) {
			t.Helper()
			if got := isCut(response); got != want {
				t.Errorf("%s: cut off: %v, want %v", who, got, want)
			}
		}
		time.Sleep(stalledAfter - 3*time.Second)
		wantCut(ask(t, dial()), false, "a client that reads, when the first has just become stalled")
		wantCut(stalled[0], true, "the first")
		time.Sleep(time.Second / 2)
		wantCut(ask(t, dial()), false, "a client that reads, when there is room")
		wantCut(stalled[1], false, "the second")
		wantCut(stalled[2], false, "the third")
		synctest.Wait()
		if len(h.writes.active) != 0 || h.writes.bytes != 0 {
			t.Errorf("%d writes and %d bytes are left", len(h.writes.active), h.writes.bytes)
		}

		// Nobody is cut off where all have just begun.
		var all []*http.Response
		for range 8 {
			all = append(all, ask(t, dial()))
		}
		for i, response := range all {
			wantCut(response, false, fmt.Sprint("client ", i, " of many"))
		}
	})
}

// deadlinesThatFail is a writer of a middleware that does the worst.
type deadlinesThatFail struct{ http.ResponseWriter }

func (deadlinesThatFail) SetWriteDeadline(time.Time) error { panic("no deadlines here") }

func TestMiddlewareWithoutDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := HandlerFor(large(3 * maxPiece))
		dial := servePipes(t, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h.ServeHTTP(deadlinesThatFail{w}, r)
		})})
		response := ask(t, dial())
		time.Sleep(time.Hour)
		if isCut(response) {
			t.Error("cut off")
		}
	})
}
