package metrics

import (
	"log"
	"time"
)

// Logger is what Log and its like write to; a *log.Logger is one.
type Logger interface {
	Printf(format string, v ...any)
}

// Log writes each series of the registry to the logger every d: its type and name
// in a line, then a line for each value, timers in nanoseconds. It doesn't return,
// so call it with go; if d is not positive, it writes once. A nil registry is
// DefaultRegistry, a nil logger that of package log.
//
// New code that wants metrics in its log should pass a snapshot to its own logger:
// snapshots have a String method.
func Log(r Registry, d time.Duration, l Logger) { LogScaled(r, d, time.Nanosecond, l) }

// LogScaled is Log with timers in units of scale, such as time.Millisecond. A scale
// that is not positive is a nanosecond.
func LogScaled(r Registry, d, scale time.Duration, l Logger) {
	_ = every(d, func() error {
		logOnce(r, scale, l)
		return nil
	})
}

// LogOnCue is Log at each value that comes through the channel, until that is
// closed.
func LogOnCue(r Registry, cue <-chan any, l Logger) { LogScaledOnCue(r, cue, time.Nanosecond, l) }

// LogScaledOnCue is LogScaled at each value that comes through the channel, until
// that is closed.
func LogScaledOnCue(r Registry, cue <-chan any, scale time.Duration, l Logger) {
	for range cue {
		logOnce(r, scale, l)
	}
}

func logOnce(r Registry, scale time.Duration, l Logger) {
	if l == nil {
		l = log.Default()
	}
	if scale <= 0 {
		scale = time.Nanosecond
	}
	orDefault(r).Each(func(name string, metric any) {
		t, ok := textOf(name, metric, scale)
		if !ok {
			return
		}
		l.Printf("%s %s\n", t.kind, t.name)
		for _, line := range t.lines {
			l.Printf(textFormat, line.label, line.value)
		}
	})
}
