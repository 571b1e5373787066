package wire

import "github.com/klauspost/compress/zstd"

// The levels of compression, chosen by
//
//	go test -run '^$' -bench BenchmarkCompress ./internal/wire
//
// in module prometheusmetrics: 35,000 gauges, each a family of its own, 8.1 MB of
// text. On a shared AMD EPYC (go1.26.8, klauspost/compress v1.20.1), the least of six
// rounds, in milliseconds of processor time:
//
//	                           time     size
//	gzip level 1              22 ms   936 kB
//	gzip level 2              31 ms   948 kB
//	gzip level 3              37 ms   953 kB
//	gzip level 4              37 ms   938 kB
//	gzip level 5              49 ms   876 kB
//	gzip level 6              53 ms   849 kB
//	gzip level 7              95 ms   818 kB
//	zstd fastest, 64 KiB      26 ms   738 kB
//	zstd fastest, 256 KiB     27 ms   760 kB
//	zstd fastest, 1 MiB       37 ms   771 kB
//	zstd default, 64 KiB      57 ms   708 kB
//	compress/gzip            166 ms   795 kB
//
// A scrape costs the processor of the program that is scraped, and 10 % of traffic
// between machines that are near each other is worth less than twice the time.
const (
	GzipLevel = 1
	ZstdLevel = zstd.SpeedFastest

	// zstdWindow is how far back zstd looks. What repeats in an exposition repeats
	// within a few lines.
	zstdWindow = 64 << 10
)
