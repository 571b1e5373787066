package metrics

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/go-metrics-plus/metrics/internal/reports"
)

// captureLog collects what goes to slog until the test ends. What was reported
// before for no registry of ours is forgotten.
func captureLog(t *testing.T) *bytes.Buffer {
	problems = reports.Log{}
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
