package wire

import (
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"
)

// gaugeText is what 35,000 gauges of timers and meters look like, 5.9 MB.
func gaugeText() (text []byte) {
	random := rand.New(rand.NewPCG(1, 2))
	suffixes := []string{"count", "min", "max", "mean", "sum", "variance", "stddev", "median", "percentile_75", "percentile_95",
		"percentile_99_0", "percentile_99_9", "rate_1min", "rate_5min", "rate_15min", "rate_mean"}
	for i := range 35_000 / len(suffixes) {
		for _, suffix := range suffixes {
			name := fmt.Sprintf("service_component_timer_%d_%s", i, suffix)
			text = fmt.Appendf(text, "# HELP %s service.component.timer.%d: %s of the recent sample, in nanoseconds\n", name, i, suffix)
			text = fmt.Appendf(text, "# TYPE %s gauge\n%s %v\n", name, name, random.ExpFloat64()*2e7)
		}
	}
	return text
}

// BenchmarkCompress is what the levels in level.go were chosen by.
func BenchmarkCompress(b *testing.B) {
	text := gaugeText()
	run := func(name string, w io.WriteCloser, reset func(io.Writer)) {
		b.Run(name, func(b *testing.B) {
			var out counting
			for b.Loop() {
				out = 0
				reset(&out)
				for rest := text; len(rest) > 0; {
					n := min(spillSize, len(rest))
					w.Write(rest[:n])
					rest = rest[n:]
				}
				w.Close()
			}
			b.SetBytes(int64(len(text)))
			b.ReportMetric(float64(out)/1000, "kB")
		})
	}
	for level := 1; level <= 7; level++ {
		w, _ := flate.NewWriter(io.Discard, level)
		run(fmt.Sprintf("gzip %d", level), w, w.Reset)
	}
	for _, level := range []zstd.EncoderLevel{zstd.SpeedFastest, zstd.SpeedDefault, zstd.SpeedBetterCompression} {
		for _, window := range []int{64 << 10, 256 << 10, 4 << 20} {
			w, _ := zstd.NewWriter(io.Discard, zstd.WithEncoderLevel(level), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(window), zstd.WithLowerEncoderMem(true))
			run(fmt.Sprintf("zstd %v %dk", level, window>>10), w, w.Reset)
		}
	}
	w := gzip.NewWriter(io.Discard)
	run("standard library", w, w.Reset)
}

// counting is a writer that counts.
type counting int

func (c *counting) Write(p []byte) (int, error) {
	*c += counting(len(p))
	return len(p), nil
}
