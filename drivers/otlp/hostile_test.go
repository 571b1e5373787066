package otlp

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"

	"github.com/go-metrics-plus/metrics/internal/hostile"
)

// TestInjection: whatever stands in a label or help text, a receiver has as many metrics and
// attributes as there are, with that text, in which what is no UTF-8 is replaced.
func TestInjection(t *testing.T) {
	for name, protocol := range protocols {
		t.Run(name, func(t *testing.T) {
			r := &receiver{}
			value := 1.
			d, told := newTestDriver(t, Config{URL: r.start(t, protocol), Protocol: protocol,
				Gatherer: prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return hostileFamilies(value), nil })})
			for range 2 {
				if err := d.Once(); err != nil {
					t.Fatal(err)
				}
				got, want := r.texts(), make(map[string]float64)
				for i, text := range hostile.Texts {
					want[fmt.Sprintf("g%d|%s|label=%s", i, valid(text), valid(text))] = value
				}
				if !maps.Equal(got, want) {
					for key := range want {
						if got[key] != want[key] {
							t.Errorf("%q is missing", key)
						}
					}
					t.Errorf("%d metrics arrived, want %d; reported: %q", len(got), len(want), told())
				}
				value++
			}
		})
	}
}

// hostileFamilies has a gauge for each text, which stands in its help text and label.
func hostileFamilies(value float64) (all []*dto.MetricFamily) {
	for i, text := range hostile.Texts {
		all = append(all, &dto.MetricFamily{
			Name: proto.String(fmt.Sprint("g", i)), Help: proto.String(text), Type: dto.MetricType_GAUGE.Enum(),
			Metric: []*dto.Metric{{
				Label: []*dto.LabelPair{{Name: proto.String("label"), Value: proto.String(text)}},
				Gauge: &dto.Gauge{Value: proto.Float64(value)},
			}},
		})
	}
	return all
}

func valid(text string) string { return strings.ToValidUTF8(text, "\ufffd") }

// texts returns the gauges of the last delivery with their texts, and forgets it.
func (r *receiver) texts() map[string]float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make(map[string]float64)
	for _, request := range r.requests {
		for _, of := range request.ResourceMetrics {
			for _, scope := range of.ScopeMetrics {
				for _, m := range scope.Metrics {
					for _, point := range m.GetGauge().GetDataPoints() {
						key := m.Name + "|" + m.Description
						for _, pair := range point.Attributes {
							key += "|" + pair.Key + "=" + pair.Value.GetStringValue()
						}
						all[key] = point.GetAsDouble()
					}
				}
			}
		}
	}
	r.requests = nil
	return all
}
