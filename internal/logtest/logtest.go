// Package logtest has tests see what is logged.
package logtest

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
)

// Log holds what was logged, a line each. It may be read while others log.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Capture has slog's default logger write to a Log, without times, until the test ends.
func Capture(t testing.TB) *Log {
	log := new(Log)
	saved := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{ReplaceAttr: withoutTime})))
	t.Cleanup(func() { slog.SetDefault(saved) })
	return log
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// Write is for the logger.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String returns all lines so far, each with its line feed.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Lines returns how many lines there are so far.
func (l *Log) Lines() int { return strings.Count(l.String(), "\n") }

// Reset forgets what was logged.
func (l *Log) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Reset()
}
