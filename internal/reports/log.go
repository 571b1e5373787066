package reports

import (
	"log/slog"
	"sync"
)

// Log writes each problem of recording code to slog once. Recording code gets something
// that works whatever it asks for, so a line in the log is where its author learns of
// the mistake, and one line is enough even if the mistake is made a million times a
// second. The zero value is ready for use, from any goroutine.
type Log struct {
	Package string // at the beginning of each line; metrics if it is empty

	mu   sync.Mutex
	seen map[logged]struct{}
}

// logged is what makes two problems the same one.
type logged struct{ name, problem string }

// maxLogged bounds the memory of programs that make names up as they go: so many
// different problems are logged, then none.
const maxLogged = 1000

// Once logs the problem of a metric, unless it was logged before with the same name. It
// must not be called with a lock held: a slog handler is the user's code, and may well
// count its lines with a metric.
func (l *Log) Once(name, problem string, err error) {
	if !l.isFirst(logged{name, problem}) {
		return
	}
	from := l.Package
	if from == "" {
		from = "metrics"
	}
	slog.Error(from+": "+problem, "metric", name, "error", err)
}

func (l *Log) isFirst(key logged) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := l.seen[key]; known || len(l.seen) >= maxLogged {
		return false
	}
	if l.seen == nil {
		l.seen = make(map[logged]struct{})
	}
	l.seen[key] = struct{}{}
	return true
}
