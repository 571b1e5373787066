package writing

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/pipes"
)

// sending is a method of Answers.
type sending func(answers *Answers, w http.ResponseWriter, r *http.Request, answer []byte)

var sendings = map[string]sending{
	"Send": func(answers *Answers, w http.ResponseWriter, r *http.Request, answer []byte) {
		first := min(len(answer), Piece)
		answers.Send(w, r, answer[:first], answer[first:])
	},
	"SendFrom": func(answers *Answers, w http.ResponseWriter, r *http.Request, answer []byte) {
		answers.SendFrom(w, r, bytes.NewReader(answer), len(answer))
	},
}

// large answers with so many bytes.
func large(answers *Answers, size int) http.Handler { return largeBy(sendings["Send"], answers, size) }

func largeBy(send sending, answers *Answers, size int) http.Handler {
	answer := make([]byte, size)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(size))
		send(answers, w, r, answer)
	})
}

func ask(t *testing.T, dial func() net.Conn) *http.Response { return pipes.Ask(t, dial(), "/") }

func TestClientThatDoesNotRead(t *testing.T) {
	for _, test := range []struct {
		timeout, pause time.Duration // the server's, and the client's before each piece
		cut            bool
	}{
		{0, Patience + 1, true},
		{0, Patience - 1, false}, // slow, but reading: several minutes in all
		{time.Second, time.Second + 1, true},
		{time.Hour, 10 * time.Minute, false}, // as the program wants it
		{time.Hour, time.Hour, true},
	} {
		for name, send := range sendings {
			t.Run(fmt.Sprint(name, test.timeout, test.pause), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					handler := largeBy(send, &Answers{}, 5*Piece+1)
					dial := pipes.Serve(t, &http.Server{Handler: handler, WriteTimeout: test.timeout})
					response := ask(t, dial)
					var err error
					for range 5 {
						time.Sleep(test.pause)
						if _, err = io.CopyN(io.Discard, response.Body, Piece); err != nil {
							break
						}
					}
					if cut := err != nil || pipes.IsCut(response); cut != test.cut {
						t.Errorf("cut off: %v, want %v (%v)", cut, test.cut, err)
					}
				})
			})
		}
	}
}

// gone is the writer of a client that has gone.
type gone struct {
	http.ResponseWriter
	writes    int
	deadlines []time.Time
}

func (g *gone) Write([]byte) (int, error) { g.writes++; return 0, io.ErrClosedPipe }

func (g *gone) SetWriteDeadline(t time.Time) error { g.deadlines = append(g.deadlines, t); return nil }

func TestClientThatHasGone(t *testing.T) {
	for name, send := range sendings {
		w := &gone{}
		if send(&Answers{}, w, httptest.NewRequest(http.MethodGet, "/", nil), make([]byte, 3*Piece)); w.writes != 1 {
			t.Errorf("%s: written %d times", name, w.writes)
		}
	}
}

// The connection of an answer that has ended may have another request.
func TestDeadlineIsNotSetAfterTheEnd(t *testing.T) {
	var answers Answers
	for _, over := range []bool{false, true} {
		w := &gone{}
		current := answers.begin(w, httptest.NewRequest(http.MethodGet, "/", nil), 1)
		if over {
			answers.end(current)
		}
		if current.giveUp(); len(w.deadlines) == 0 != over {
			t.Errorf("over: %v, deadlines set: %v", over, w.deadlines)
		}
	}
}

type reading func([]byte) (int, error)

func (r reading) Read(p []byte) (int, error) { return r(p) }

// An answer that is made as it is read holds what it is made of, and one piece.
func TestSendFromHoldsAPiece(t *testing.T) {
	var answers Answers
	held := 0
	from := reading(func([]byte) (int, error) { held = answers.bytes; return 0, io.EOF })
	answers.SendFrom(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil), from, 100)
	if held != 100+Piece || answers.bytes != 0 {
		t.Errorf("held %d bytes, and then %d", held, answers.bytes)
	}
}

// A connection that is kept has no deadline from an earlier scrape.
func TestDeadlineEndsWithTheScrape(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := pipes.Serve(t, &http.Server{Handler: large(&Answers{}, 10)})()
		for range 3 {
			if response := pipes.Ask(t, c, "/"); pipes.IsCut(response) {
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
		answers := &Answers{most: 30 * Piece} // three answers
		var writing atomic.Int64
		handler := large(answers, 10*Piece)
		dial := pipes.Serve(t, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			writing.Add(1)
			handler.ServeHTTP(w, r)
			writing.Add(-1)
		})})
		var stalled []*http.Response
		for range 3 {
			stalled = append(stalled, ask(t, dial))
			time.Sleep(time.Second)
		}
		wantCut := func(response *http.Response, want bool, who string) {
			t.Helper()
			if got := pipes.IsCut(response); got != want {
				t.Errorf("%s: cut off: %v, want %v", who, got, want)
			}
		}
		time.Sleep(Stalled - 3*time.Second)
		wantCut(ask(t, dial), false, "a client that reads, when the first has just become stalled")
		synctest.Wait()
		if n := writing.Load(); n != 2 {
			t.Errorf("%d answers are being written, want those of the second and the third", n)
		}
		wantCut(stalled[0], true, "the first")
		time.Sleep(2 * time.Second)
		fourth := ask(t, dial)
		wantCut(ask(t, dial), false, "a client that reads, when two are stalled")
		wantCut(stalled[1], true, "the second")
		wantCut(stalled[2], false, "the third")
		wantCut(fourth, false, "the fourth")
		synctest.Wait()
		if len(answers.active) != 0 || answers.bytes != 0 {
			t.Errorf("%d writes and %d bytes are left", len(answers.active), answers.bytes)
		}

		// Nobody is cut off where all have just begun.
		var all []*http.Response
		for range 8 {
			all = append(all, ask(t, dial))
		}
		for i, response := range all {
			wantCut(response, false, fmt.Sprint("client ", i, " of many"))
		}
	})
}

// deadlinesThatFail is a writer of a middleware that does the worst.
type deadlinesThatFail struct{ http.ResponseWriter }

func (deadlinesThatFail) SetWriteDeadline(time.Time) error { panic("no deadlines here") }

// Where no deadline can be set, a stalled client makes room when it reads on.
func TestStalledClientBehindAMiddleware(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := large(&Answers{most: 5 * Piece}, 3*Piece)
		dial := pipes.Serve(t, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h.ServeHTTP(deadlinesThatFail{w}, r)
		})})
		stalled := ask(t, dial)
		time.Sleep(Stalled)
		if pipes.IsCut(ask(t, dial)) || !pipes.IsCut(stalled) {
			t.Error("the stalled client does not make room")
		}
	})
}

func TestMiddlewareWithoutDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := large(&Answers{}, 3*Piece)
		dial := pipes.Serve(t, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h.ServeHTTP(deadlinesThatFail{w}, r)
		})})
		response := ask(t, dial)
		time.Sleep(time.Hour)
		if pipes.IsCut(response) {
			t.Error("cut off")
		}
	})
}
