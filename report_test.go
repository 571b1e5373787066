package metrics

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/go-metrics-plus/metrics/internal/logtest"
	"github.com/go-metrics-plus/metrics/internal/reports"
)

// captureLog collects what goes to slog until the test ends. What was reported
// before for no registry of ours is forgotten.
func captureLog(t testing.TB) *logtest.Log {
	problems = reports.Log{}
	return logtest.Capture(t)
}

// wantLog checks that there is exactly one line for each text, in that order.
func wantLog(t *testing.T, log *logtest.Log, want ...string) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(log.String(), "\n"), "\n")
	if len(want) == 0 && log.String() == "" {
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
