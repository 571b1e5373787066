package rcrowley

import (
	"log/slog"
	"sync"
)

// reports writes each problem to slog once. Recording code gets something that
// works whatever it asks for, so a line in the log is where its author learns of
// the mistake. What our own registry finds out it reports itself.
type reports struct {
	mutex sync.Mutex
	seen  map[[2]string]bool
}

// reportLimit bounds the memory of programs that make names up as they go.
const reportLimit = 1000

// once must not be called with a lock held: a slog handler is a user's code.
func (r *reports) once(name, problem string, err error) {
	if r.first(name, problem) {
		slog.Error("metrics: "+problem, "metric", name, "error", err)
	}
}

func (r *reports) first(name, problem string) bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	key := [2]string{name, problem}
	if r.seen[key] || len(r.seen) >= reportLimit {
		return false
	}
	if r.seen == nil {
		r.seen = map[[2]string]bool{}
	}
	r.seen[key] = true
	return true
}
