package wire

import "github.com/klauspost/compress/zstd"

// The levels of compression. Chosen by
//
//	go test -run '^$' -bench BenchmarkCompress ./internal/wire
//
// in module prometheusmetrics, over an exposition of 35,000 gauges of 5.9 MB.
// LEVELTABLE
const (
	GzipLevel = 1
	ZstdLevel = zstd.SpeedFastest

	// zstdWindow is how far back zstd looks. What repeats in an exposition repeats
	// within a few lines.
	zstdWindow = 64 << 10
)
