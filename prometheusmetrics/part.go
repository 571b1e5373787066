package prometheusmetrics

import (
	"time"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/go-metrics-plus/metrics"
)

// part is what a series has beside numbers. What it points to never changes.
type part struct {
	created   *timestamppb.Timestamp
	exemplar  *dto.Exemplar
	histogram *dto.Histogram
}

// shown is a metric's part, and what it was made from: it is made again only
// where that has changed.
type shown struct {
	part
	from     time.Time
	exemplar *metrics.Exemplar
}

// part brings the metric's part up to date.
func (m *metric) part() part {
	r := m.reading
	if !r.created.Equal(m.shown.from) {
		m.shown.from, m.shown.created, m.shown.histogram = r.created, nil, nil
		if !r.created.IsZero() {
			m.shown.created = timestamppb.New(r.created)
		}
	}
	if r.exemplar != m.shown.exemplar {
		m.shown.exemplar, m.shown.part.exemplar = r.exemplar, nil
		if r.exemplar != nil {
			m.shown.part.exemplar = newExemplar(*r.exemplar, unit{1, 1})
		}
	}
	if r.buckets != nil && (r.renewed || m.shown.histogram == nil) {
		m.shown.histogram = newHistogram(r.buckets, m.unit, m.shown.created)
	}
	return m.shown.part
}
