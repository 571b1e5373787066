// Package writing sends answers to clients that may not read them.
package writing

import (
	"cmp"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// A client that does not read holds the answer in memory. Prometheus gives a scrape ten
// seconds as a rule, and reads what comes at once.
const (
	Piece     = 256 << 10        // bytes that are written at a time
	Patience  = 30 * time.Second // within which a client must have taken them
	Stalled   = 5 * time.Second  // from then on it may have to make room
	MaxUnread = 256 << 20        // bytes of answers being written, beyond which it must
)

// Answers are those of one handler that are being written, oldest first. The zero value
// has none. Any goroutine may use it.
type Answers struct {
	mu     sync.Mutex
	active []*write
	bytes  int
	most   int // instead of MaxUnread, in tests
}

// write is the writing of one answer.
type write struct {
	answers *Answers
	control http.ResponseController
	held    int
	began   time.Time // of the piece that is being written
	bounded bool      // whether the server bounds how long writing takes, or nobody can
	counted bool      // whether it is among the active

	mu   sync.Mutex
	over bool // the handler may have returned, and the connection have another request
}

// Send writes an answer until its client fails to take it in time. Its bytes stay in
// memory until then.
func (s *Answers) Send(w http.ResponseWriter, r *http.Request, parts ...[]byte) {
	held := 0
	for _, part := range parts {
		held += len(part)
	}
	current := s.begin(w, r, held)
	defer s.end(current)
	for _, part := range parts {
		for len(part) > 0 {
			n := min(len(part), Piece)
			if !current.write(w, part[:n]) {
				return
			}
			part = part[n:]
		}
	}
}

// SendFrom is Send for an answer that is made as it is read, a Piece at a time, from
// something of so many bytes.
func (s *Answers) SendFrom(w http.ResponseWriter, r *http.Request, from io.Reader, held int) {
	current := s.begin(w, r, held+Piece)
	defer s.end(current)
	piece := make([]byte, Piece)
	for {
		n, err := io.ReadFull(from, piece)
		if n == 0 || !current.write(w, piece[:n]) || err != nil {
			return
		}
	}
}

func (s *Answers) begin(w http.ResponseWriter, r *http.Request, held int) *write {
	server, _ := r.Context().Value(http.ServerContextKey).(*http.Server)
	current := &write{
		answers: s, control: *http.NewResponseController(w), held: held, began: time.Now(),
		bounded: server != nil && server.WriteTimeout > 0,
	}
	for _, stalled := range s.add(current) {
		go stalled.giveUp()
	}
	return current
}

// add counts an answer, and returns those whose clients must make room for it: those
// that have been stalled for the longest time, where the answers that are being
// written take too much memory. Clients that read go on, however many there are.
func (s *Answers) add(w *write) (stalled []*write) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.counted = true
	s.active = append(s.active, w)
	s.bytes += w.held
	excess := s.bytes - cmp.Or(s.most, MaxUnread)
	for _, oldest := range s.active {
		if excess <= 0 {
			break
		}
		if time.Since(oldest.began) >= Stalled {
			excess -= oldest.held
			stalled = append(stalled, oldest)
		}
	}
	for _, w := range stalled {
		s.remove(w)
	}
	return stalled
}

func (s *Answers) remove(w *write) {
	if w.counted {
		w.counted = false
		s.active = slices.DeleteFunc(s.active, func(other *write) bool { return other == w })
		s.bytes -= w.held
	}
}

// end is for an answer that is written, or was given up.
func (s *Answers) end(w *write) {
	s.mu.Lock()
	s.remove(w)
	s.mu.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
}

// write writes a piece, and reports false if the client was given up.
func (w *write) write(to http.ResponseWriter, piece []byte) bool {
	if !w.next() {
		return false
	}
	_, err := to.Write(piece)
	return err == nil
}

// next gives the client time for another piece, and reports false if it was given up.
func (w *write) next() bool {
	w.answers.mu.Lock()
	w.began = time.Now()
	goOn := w.counted
	w.answers.mu.Unlock()
	if goOn && !w.bounded {
		w.bounded = !w.setDeadline(w.began.Add(Patience))
	}
	return goOn
}

// giveUp makes the writing fail that is going on.
func (w *write) giveUp() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.over {
		w.setDeadline(time.Unix(1, 0))
	}
}

// setDeadline reports false where a middleware's writer hides the connection. It may
// run the middleware's code.
func (w *write) setDeadline(t time.Time) (ok bool) {
	defer func() { _ = recover() }()
	return w.control.SetWriteDeadline(t) == nil
}
