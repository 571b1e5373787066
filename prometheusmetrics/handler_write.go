package prometheusmetrics

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// A client that does not read holds the answer in memory. Prometheus gives a scrape ten
// seconds as a rule, and reads what comes at once.
const (
	maxPiece     = 256 << 10        // bytes that are written at a time
	pieceTimeout = 30 * time.Second // within which a client must have taken them
	stalledAfter = 5 * time.Second  // from then on it may have to make room
	maxUnread    = 256 << 20        // bytes of answers being written, beyond which it must
)

// writes are the answers of one handler that are being written, oldest first.
type writes struct {
	mu     sync.Mutex
	active []*write
	bytes  int
	most   int
}

// write is the writing of one answer.
type write struct {
	writes  *writes
	control http.ResponseController
	length  int
	began   time.Time // of the piece that is being written
	bounded bool      // whether the server bounds how long writing takes, or nobody can
	counted bool      // whether it is among the active

	mu   sync.Mutex
	over bool // the handler may have returned, and the connection have another request
}

// send writes an answer until its client fails to take it in time.
func (s *writes) send(w http.ResponseWriter, r *http.Request, a *answer) {
	current := s.begin(w, r, a.length)
	defer s.end(current)
	for _, part := range a.parts {
		for len(part) > 0 {
			if !current.next() {
				return
			}
			n := min(len(part), maxPiece)
			if _, err := w.Write(part[:n]); err != nil {
				return
			}
			part = part[n:]
		}
	}
}

func (s *writes) begin(w http.ResponseWriter, r *http.Request, length int) *write {
	server, _ := r.Context().Value(http.ServerContextKey).(*http.Server)
	current := &write{
		writes: s, control: *http.NewResponseController(w), length: length, began: time.Now(),
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
func (s *writes) add(w *write) (stalled []*write) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.counted = true
	s.active = append(s.active, w)
	s.bytes += w.length
	excess := s.bytes - s.most
	for _, oldest := range s.active {
		if excess <= 0 {
			break
		}
		if time.Since(oldest.began) >= stalledAfter {
			excess -= oldest.length
			stalled = append(stalled, oldest)
		}
	}
	for _, w := range stalled {
		s.remove(w)
	}
	return stalled
}

func (s *writes) remove(w *write) {
	if w.counted {
		w.counted = false
		s.active = slices.DeleteFunc(s.active, func(other *write) bool { return other == w })
		s.bytes -= w.length
	}
}

// end is for an answer that is written, or was given up.
func (s *writes) end(w *write) {
	s.mu.Lock()
	s.remove(w)
	s.mu.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
}

// next gives the client time for another piece, and reports false if it was given up.
func (w *write) next() bool {
	w.writes.mu.Lock()
	w.began = time.Now()
	goOn := w.counted
	w.writes.mu.Unlock()
	if goOn && !w.bounded {
		w.bounded = !w.setDeadline(w.began.Add(pieceTimeout))
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
