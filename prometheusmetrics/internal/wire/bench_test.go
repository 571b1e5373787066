package wire

import (
	"fmt"
	"io"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// gathered are the families of a registry: 2,000 gauges, 2,000 counters with two
// labels, 200 histograms, classic and native, and 200 summaries.
func gathered(tb testing.TB) []*dto.MetricFamily {
	registry := prometheus.NewRegistry()
	for i := range 2000 {
		gauge := prometheus.NewGauge(prometheus.GaugeOpts{Name: fmt.Sprintf("service_queue_%d_length", i), Help: "Length of a queue."})
		gauge.Set(float64(i) * 1.37)
		registry.MustRegister(gauge)
	}
	counter := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "service_requests_total", Help: "Requests."}, []string{"code", "path"})
	histogram := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "service_request_duration_seconds", Help: "Time of requests.", Buckets: prometheus.DefBuckets, NativeHistogramBucketFactor: 1.1,
	}, []string{"path"})
	summary := prometheus.NewSummaryVec(prometheus.SummaryOpts{
		Name: "service_request_size_bytes", Help: "Size of requests.", Objectives: map[float64]float64{0.5: 0.05, 0.99: 0.001},
	}, []string{"path"})
	registry.MustRegister(counter, histogram, summary)
	for i := range 2000 {
		counter.WithLabelValues("200", fmt.Sprintf("/path/%d", i)).Add(float64(i * 1000))
	}
	for i := range 200 {
		path := fmt.Sprintf("/path/%d", i)
		for j := range 100 {
			histogram.WithLabelValues(path).Observe(float64(i*j) / 1000)
			summary.WithLabelValues(path).Observe(float64(i * j))
		}
	}
	families, err := registry.Gather()
	if err != nil {
		tb.Fatal(err)
	}
	return families
}

func BenchmarkEncode(b *testing.B) {
	families := gathered(b)
	for name, contentType := range map[string]expfmt.Format{
		"text": expfmt.FmtText, "openmetrics": expfmt.FmtOpenMetrics_1_0_0, "protobuf": expfmt.FmtProtoDelim,
	} {
		b.Run(name+"/wire", func(b *testing.B) {
			b.ReportAllocs()
			encoder := NewEncoder(NewFormat(contentType))
			var buffer []byte
			for b.Loop() {
				buffer = buffer[:0]
				for _, family := range families {
					buffer, _ = encoder.Append(buffer, family)
				}
			}
			b.SetBytes(int64(len(buffer)))
		})
		b.Run(name+"/expfmt", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				encoder := expfmt.NewEncoder(io.Discard, contentType)
				for _, family := range families {
					encoder.Encode(family)
				}
			}
		})
	}
}
