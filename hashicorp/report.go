package hashicorp

import (
	"log/slog"
	"sync"
)

// reporter logs each problem of a name once, as the core does, and no more than
// reporterLimit in all: keys may be made up as the program goes.
type reporter struct {
	mutex sync.Mutex
	seen  map[[2]string]bool
}

const reporterLimit = 1000

// once must not be called with a lock held: a slog handler is the user's code.
func (r *reporter) once(problem, name string, err error) {
	if r.first([2]string{problem, name}) {
		slog.Error("hashicorp: "+problem, "metric", name, "error", err)
	}
}

func (r *reporter) first(key [2]string) bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.seen[key] || len(r.seen) >= reporterLimit {
		return false
	}
	if r.seen == nil {
		r.seen = map[[2]string]bool{}
	}
	r.seen[key] = true
	return true
}
