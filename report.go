package metrics

import (
	"fmt"
	"log/slog"
	"sync"
)

// A reporter writes each distinct problem of recording code to slog once.
// Recording code gets a working instrument whatever it asks for, so a log line
// is where its author learns of the mistake, and one line is enough even if the
// mistake is made a million times a second.
type reporter struct {
	mutex sync.Mutex
	seen  map[reported]struct{}
}

// reported is what makes two problems the same one.
type reported struct{ name, problem string }

// reporterLimit bounds the memory of programs that make names up as they go: so
// many different problems are logged, then none.
const reporterLimit = 1000

// reports is the reporter for what belongs to no registry of ours.
var reports reporter

// once logs err unless the same problem with the same name was logged before.
// It must not be called with a lock held: a slog handler is the user's code, and
// may well count its lines with a metric.
func (p *reporter) once(name, problem string, err error) {
	if p.first(reported{name, problem}) {
		slog.Error("metrics: "+problem, "metric", name, "error", err)
	}
}

func (p *reporter) first(key reported) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if _, known := p.seen[key]; known || len(p.seen) >= reporterLimit {
		return false
	}
	if p.seen == nil {
		p.seen = map[reported]struct{}{}
	}
	p.seen[key] = struct{}{}
	return true
}

// guard runs code of the user's, reports a panic once, and returns whether f returned.
func guard(name, problem string, f func()) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			reports.once(name, problem, fmt.Errorf("panic: %v", p))
		}
	}()
	f()
	return true
}
