package metrics

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// captureLog collects what goes to slog until the test ends. What was reported
// before for no registry of ours is forgotten.
func captureLog(t *testing.T) *bytes.Buffer {
	reports.mutex.Lock()
	reports.seen = nil
	reports.mutex.Unlock()
	var buffer bytes.Buffer
	saved := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&buffer, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})))
	t.Cleanup(func() { slog.SetDefault(saved) })
	return &buffer
}

// wantLog checks that there is exactly one line for each text, in that order.
func wantLog(t *testing.T, log *bytes.Buffer, want ...string) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(log.String(), "\n"), "\n")
	if len(want) == 0 && log.Len() == 0 {
		return
	}
	if len(lines) != len(want) {
		t.Errorf("%d lines logged, want %d:\n%s", len(lines), len(want), log)
		return
	}
	for i, text := range want {
		if !strings.HasPrefix(lines[i], "level=ERROR") || !strings.Contains(lines[i], text) {
			t.Errorf("line %d is %q, want %q in it", i, lines[i], text)
		}
	}
}

func TestReporter(t *testing.T) {
	log := captureLog(t)
	var p reporter
	for range 3 {
		p.once("a", "broken", fmt.Errorf("cause"))
		p.once("b", "broken", fmt.Errorf("cause"))
		p.once("a", "gone", fmt.Errorf("cause"))
	}
	wantLog(t, log,
		`msg="metrics: broken" metric=a error=cause`,
		`msg="metrics: broken" metric=b error=cause`,
		`msg="metrics: gone" metric=a error=cause`)
}

// TestReporterLimit shows that a program that makes names up doesn't fill
// memory with them.
func TestReporterLimit(t *testing.T) {
	captureLog(t)
	var p reporter
	for i := range 10 * reporterLimit {
		p.once(fmt.Sprint(i), "broken", nil)
	}
	if len(p.seen) != reporterLimit {
		t.Errorf("%d problems kept, want %d", len(p.seen), reporterLimit)
	}
}

// handlerFunc is a slog handler that calls a function for each line.
type handlerFunc func()

func (f handlerFunc) Enabled(context.Context, slog.Level) bool  { return true }
func (f handlerFunc) Handle(context.Context, slog.Record) error { f(); return nil }
func (f handlerFunc) WithAttrs([]slog.Attr) slog.Handler        { return f }
func (f handlerFunc) WithGroup(string) slog.Handler             { return f }

func setLogHandler(t *testing.T, h slog.Handler) {
	saved := slog.Default()
	slog.SetDefault(slog.New(h))
	t.Cleanup(func() { slog.SetDefault(saved) })
}
