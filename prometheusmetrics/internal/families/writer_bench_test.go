package families

import (
	"fmt"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/wire"
)

// BenchmarkWriter writes 35,000 gauges, each a family of its own, as LayoutGauges
// has them, uncompressed and in the codings of HTTP.
func BenchmarkWriter(b *testing.B) {
	e := &Exposition{}
	for i := range 35_000 {
		name := fmt.Sprintf("service_component_timer_%d_percentile_%d", i/16, i%16)
		help := fmt.Sprintf("service.component.timer.%d: 0.%d quantile of the recent sample, in nanoseconds", i/16, i%16)
		e.Families = append(e.Families, NewFamily(name, help, "", dto.MetricType_GAUGE, []*Series{{Slot: uint32(i)}}))
		e.Numbers = append(e.Numbers, float64(i)*12345.678)
	}
	for _, contentType := range []expfmt.Format{expfmt.FmtText, expfmt.FmtOpenMetrics_1_0_0, expfmt.FmtProtoDelim} {
		format := wire.NewFormat(contentType)
		for _, coding := range []wire.Coding{wire.Identity, wire.Gzip, wire.Zstd} {
			b.Run(fmt.Sprintf("%s %v", contentType[:12], coding), func(b *testing.B) {
				b.ReportAllocs()
				size := 0
				for b.Loop() {
					renderer, writer := wire.NewRenderer(coding, size), e.NewWriter(format)
					for _, family := range e.Families {
						renderer.Buffer, _ = writer.Append(renderer.Buffer, family)
						renderer.Spill()
					}
					size = renderer.End().Size()
				}
				b.SetBytes(int64(size))
			})
		}
	}
}
