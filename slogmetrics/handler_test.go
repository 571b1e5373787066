package slogmetrics

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/slogtest"
	"time"

	"github.com/go-metrics-plus/metrics"
)

func countOf(r metrics.Registry, level string) int64 {
	counter, _ := metrics.GetSeries("log.records", r, metrics.Labels{"level": level}).(metrics.Counter)
	return counter.Count()
}

func TestHandlerCounts(t *testing.T) {
	r := metrics.NewRegistry()
	var out bytes.Buffer
	logger := slog.New(NewHandler(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}), r))
	for level, want := range map[slog.Level]string{
		slog.LevelDebug: "debug", slog.LevelInfo: "info", slog.LevelInfo + 2: "info", slog.LevelWarn: "warn",
		slog.LevelError: "error", slog.LevelError + 100: "error",
	} {
		before := countOf(r, want)
		logger.With("a", 1).WithGroup("g").Log(t.Context(), level, "text")
		if got := countOf(r, want) - before; got != 1 {
			t.Errorf("%v counted %d times as %s", level, got, want)
		}
	}
	if lines := bytes.Count(out.Bytes(), []byte("g.")) + bytes.Count(out.Bytes(), []byte("msg=text")); lines != 6 {
		t.Errorf("passed on: %s", &out)
	}
	logger.Log(t.Context(), slog.LevelDebug-4, "not enabled")
	if got := countOf(r, "debug"); got != 1 {
		t.Errorf("%d at debug, want 1", got)
	}
}

// failing is a handler that can't write.
type failing struct{ slog.Handler }

func (failing) Handle(context.Context, slog.Record) error { return io.ErrShortWrite }

func TestHandlerReturnsErrors(t *testing.T) {
	r := metrics.NewRegistry()
	err := NewHandler(failing{slog.DiscardHandler}, r).Handle(t.Context(), slog.Record{Level: slog.LevelWarn})
	if err != io.ErrShortWrite || countOf(r, "warn") != 1 {
		t.Errorf("error %v, %d records", err, countOf(r, "warn"))
	}
}

// It does nothing else to what it passes on.
func TestHandlerPassesOn(t *testing.T) {
	var out bytes.Buffer
	err := slogtest.TestHandler(NewHandler(slog.NewJSONHandler(&out, nil), metrics.NewRegistry()), func() (all []map[string]any) {
		for line := range bytes.Lines(out.Bytes()) {
			var m map[string]any
			if err := json.Unmarshal(line, &m); err != nil {
				t.Fatal(err)
			}
			all = append(all, m)
		}
		return all
	})
	if err != nil {
		t.Error(err)
	}
}

func TestHandlerOfNothing(t *testing.T) {
	r := metrics.NewRegistry()
	logger := slog.New(NewHandler(nil, r)).With("a", 1).WithGroup("b")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 1000 {
				logger.Debug("x")
			}
		})
	}
	all.Wait()
	if got := countOf(r, "debug"); got != 8000 {
		t.Errorf("counted %d, want 8000", got)
	}
	if countOf(r, "error") != 0 || metrics.GetSeries("log.records", r, metrics.Labels{"level": "error"}) == nil {
		t.Error("a level without records is not there")
	}
}

func TestHandlerAllocs(t *testing.T) {
	h := NewHandler(slog.DiscardHandler, metrics.NewRegistry())
	var record slog.Record
	ctx := context.Background()
	if got := testing.AllocsPerRun(100, func() { h.Handle(ctx, record) }); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

// What wraps the handler that a new program has may become the default itself, and package
// log is heard through it. A hang is what fails here.
func TestHandlerOfTheDefault(t *testing.T) {
	saved, output, flags := slog.Default(), log.Writer(), log.Flags()
	defer func() {
		slog.SetDefault(saved)
		log.SetOutput(output)
		log.SetFlags(flags)
	}()
	var out bytes.Buffer
	log.SetOutput(&out)
	r := metrics.NewRegistry()
	slog.SetDefault(slog.New(NewHandler(saved.Handler(), r)))
	done := make(chan struct{})
	go func() {
		defer close(done)
		slog.Info("from slog", "a", 1)
		slog.Debug("not enabled")
		log.Print("from log")
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("a record does not come back")
	}
	if countOf(r, "info") != 2 || countOf(r, "debug") != 0 || !strings.Contains(out.String(), `msg="from slog" a=1`) ||
		!strings.Contains(out.String(), `msg="from log"`) {
		t.Errorf("counted %d, wrote %s", countOf(r, "info"), &out)
	}
}
