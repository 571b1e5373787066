package families

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
)

// collecting is a collector of one exposition.
type collecting struct{ *Exposition }

func (collecting) Describe(descs chan<- *prometheus.Desc) {
	descs <- prometheus.NewDesc("collecting", "Placeholder.", nil, nil)
}

func (c collecting) Collect(metrics chan<- prometheus.Metric) { c.Exposition.Collect(metrics, nil) }

func gather(t *testing.T, e *Exposition) []*dto.MetricFamily {
	t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(collecting{e})
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// spoil changes everything in the families that can be changed.
func spoil(families []*dto.MetricFamily) {
	for _, f := range families {
		*f.Name, *f.Help = "spoilt", "spoilt"
		for _, m := range f.Metric {
			for _, pair := range m.Label {
				*pair.Name, *pair.Value = "spoilt", "spoilt"
			}
			switch {
			case m.Gauge != nil:
				*m.Gauge.Value = -1
			case m.Counter != nil:
				*m.Counter.Value = -1
				*m.Counter.Exemplar.Value = -1
				*m.Counter.Exemplar.Label[0].Value = "spoilt"
				m.Counter.CreatedTimestamp.Seconds = -1
			case m.Summary != nil:
				*m.Summary.SampleSum, *m.Summary.Quantile[0].Value, *m.Summary.Quantile[0].Quantile = -1, -1, -1
			case m.Histogram != nil:
				*m.Histogram.SampleCount, *m.Histogram.Schema = 0, -1
				*m.Histogram.Bucket[0].UpperBound, *m.Histogram.Bucket[0].CumulativeCount = -1, 77
				*m.Histogram.PositiveSpan[0].Offset, m.Histogram.PositiveDelta[0] = -1, -1
			}
		}
	}
}

// TestFamiliesAreTheCallers: what a caller does to families shows in no other.
func TestFamiliesAreTheCallers(t *testing.T) {
	for name, get := range map[string]func(*testing.T, *Exposition) []*dto.MetricFamily{
		"through a registry": gather,
		"directly":           func(_ *testing.T, e *Exposition) []*dto.MetricFamily { return e.DTO() },
	} {
		e := newTestExposition()
		want := get(t, newTestExposition())
		spoil(get(t, e))
		got := get(t, e)
		if len(got) != len(want) {
			t.Fatalf("%s: %d families, want %d", name, len(got), len(want))
		}
		for i := range got {
			if !proto.Equal(got[i], want[i]) {
				t.Errorf("%s: a caller's change shows:\n%v\nwant\n%v", name, got[i], want[i])
			}
		}
	}
}

// TestBothWaysAgree: a registry gathers what the exposition gives directly.
func TestBothWaysAgree(t *testing.T) {
	e := newTestExposition()
	gathered, direct := gather(t, e), e.DTO()
	for i := range direct {
		if !proto.Equal(gathered[i], direct[i]) {
			t.Errorf("gathered\n%v\nand directly\n%v", gathered[i], direct[i])
		}
	}
}

// TestCollectLast: the last series, and no other, is handed over for what is to be
// made of it.
func TestCollectLast(t *testing.T) {
	e := newTestExposition()
	metrics := make(chan prometheus.Metric, e.Series+1)
	var asked []prometheus.Metric
	replacement := prometheus.NewGauge(prometheus.GaugeOpts{Name: "replacement"})
	e.Collect(metrics, func(m prometheus.Metric) prometheus.Metric {
		asked = append(asked, m)
		return replacement
	})
	close(metrics)
	var sent []prometheus.Metric
	for m := range metrics {
		sent = append(sent, m)
	}
	if len(asked) != 1 || asked[0].Desc() != e.Families[3].Desc {
		t.Errorf("%d series were handed over: %v", len(asked), asked)
	}
	if len(sent) != e.Series || sent[e.Series-1] != prometheus.Metric(replacement) {
		t.Errorf("sent %d series, want %d, of which the last is the replacement", len(sent), e.Series)
	}
}
