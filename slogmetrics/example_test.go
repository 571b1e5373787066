package slogmetrics_test

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/slogmetrics"
)

func ExampleNewHandler() {
	r := metrics.NewRegistry()
	logger := slog.New(slogmetrics.NewHandler(slog.NewTextHandler(io.Discard, nil), r))
	logger.Info("started")
	logger.Error("the disk is full")
	logger.Error("the disk is still full")

	fmt.Println(metrics.GetSeries("log.records", r, metrics.Labels{"level": "error"}))
	// Output: counter{level="error"} count=2
}
