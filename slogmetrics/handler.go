// Package slogmetrics counts log records by level, so that a graph and an alert show
// what a log says too often:
//
//	text := slog.NewTextHandler(os.Stderr, nil)
//	slog.SetDefault(slog.New(slogmetrics.NewHandler(text, nil)))
//
// It imports the standard library alone.
package slogmetrics

import (
	"context"
	"fmt"
	"log"
	"log/slog"

	"github.com/go-metrics-plus/metrics"
)

// NewHandler returns a handler that counts each record and passes it on to next. The
// counter is log.records in the registry, with the label level: "debug", "info",
// "warn" or "error", the highest that a record's level reaches; what is below debug
// counts as "debug". All four are there from the beginning, so that an alert on a
// level has something to go by. A nil registry is metrics.DefaultRegistry.
//
// What next is not enabled for is not counted. A nil next only counts, and is enabled
// for all levels. A record costs one atomic addition more, and allocates nothing.
//
// The handler that slog.Default has in a new program is replaced by a slog.TextHandler
// that writes to where package log does. It writes through package log, which hands its
// lines to the default handler once that is another: inside of that one, the first
// record would never come back.
func NewHandler(next slog.Handler, r metrics.Registry) slog.Handler {
	switch {
	case next == nil:
		next = everything{slog.DiscardHandler}
	case fmt.Sprintf("%T", next) == "*slog.defaultHandler": // the type is not exported
		next = slog.NewTextHandler(log.Writer(), nil)
	}
	return &handler{next: next, counts: newCounts(r)}
}

// levels are those of package slog, which lie four apart.
var levels = [...]string{"debug", "info", "warn", "error"}

// counts holds a counter for each level. Handlers with attributes share it.
type counts [len(levels)]metrics.Counter

func newCounts(r metrics.Registry) *counts {
	const name = "log.records"
	_ = metrics.Describe(name, r, metrics.Description{Help: "Log records by level."})
	c := new(counts)
	for i, level := range levels {
		c[i] = metrics.GetOrRegisterCounter(name, r, metrics.Labels{"level": level})
	}
	return c
}

// of returns the counter for a level.
func (c *counts) of(level slog.Level) metrics.Counter {
	switch {
	case level >= slog.LevelError:
		return c[3]
	case level >= slog.LevelWarn:
		return c[2]
	case level >= slog.LevelInfo:
		return c[1]
	}
	return c[0]
}

type handler struct {
	next   slog.Handler
	counts *counts
}

func (h *handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

func (h *handler) Handle(ctx context.Context, record slog.Record) error {
	h.counts.of(record.Level).Inc(1)
	return h.next.Handle(ctx, record)
}

func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &handler{h.next.WithAttrs(attrs), h.counts}
}

func (h *handler) WithGroup(name string) slog.Handler {
	return &handler{h.next.WithGroup(name), h.counts}
}

// everything is enabled for all levels.
type everything struct{ slog.Handler }

func (everything) Enabled(context.Context, slog.Level) bool { return true }

func (e everything) WithAttrs([]slog.Attr) slog.Handler { return e }

func (e everything) WithGroup(string) slog.Handler { return e }
