package writing

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/pipes"
)

// large answers with so many bytes.
func large(answers *Answers, size int) http.Handler {
	part := make([]byte, size)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(size))
		answers.Send(w, r, part)
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
		t.Run(fmt.Sprint(test.timeout, test.pause), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dial := pipes.Serve(t, &http.Server{Handler: large(&Answers{}, 5*Piece), WriteTimeout: test.timeout})
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
		answers := &Answers{most: 35 * Piece} // three answers, and a half
		dial := pipes.Serve(t, &http.Server{Handler: large(answers, 10*Piece)})
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
		wantCut(stalled[0], true, "the first")
		time.Sleep(time.Second / 2)
		wantCut(ask(t, dial), false, "a client that reads, when there is room")
		wantCut(stalled[1], false, "the second")
		wantCut(stalled[2], false, "the third")
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
