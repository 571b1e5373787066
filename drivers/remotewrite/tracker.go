package remotewrite

import (
	"fmt"
	"math"
	"slices"

	writev2 "github.com/prometheus/client_golang/exp/api/remote/genproto/v2"
	dto "github.com/prometheus/client_model/go"
)

// staleMarker is the NaN by which Prometheus knows that a series has ended.
var staleMarker = math.Float64frombits(0x7ff0000000000002)

func isStale(value float64) bool { return math.Float64bits(value) == math.Float64bits(staleMarker) }

// sample is one value of one series, or one native histogram.
type sample struct {
	series    *series
	at        int64 // milliseconds
	start     int64 // milliseconds; 0 if it is not known when counting began
	value     float64
	histogram *writev2.Histogram // instead of a value
	exemplars []exemplar
}

type exemplar struct {
	labels []label
	value  float64
	at     int64 // milliseconds
}

// tracker turns what was gathered into samples, and remembers the series, since what
// has ended is to be marked. It is for one goroutine.
type tracker struct {
	histograms Histograms
	labelling  labelling

	known map[string]*series
	metas map[string]*metadata

	// of the round at hand
	round    uint64
	at       int64
	samples  []sample
	problems map[string]error // what can't be sent, by series or family
}

func newTracker(histograms Histograms, external []label) *tracker {
	return &tracker{
		histograms: histograms,
		labelling:  labelling{external: external},
		known:      map[string]*series{},
		metas:      map[string]*metadata{},
	}
}

// next returns the samples of a round: of each family, and stale markers for the
// series that the last round had and this one has not.
func (t *tracker) next(families []*dto.MetricFamily, at int64) []sample {
	t.begin(at)
	metas := make(map[string]*metadata, len(families))
	for _, family := range families {
		meta := t.metadataOf(family)
		metas[meta.family] = meta
		for _, metric := range family.GetMetric() {
			t.metric(meta, metric)
		}
	}
	t.metas = metas
	t.markEnded()
	return t.take()
}

// end returns stale markers for everything that is known, and forgets it.
func (t *tracker) end(at int64) []sample {
	t.begin(at)
	t.markEnded()
	return t.take()
}

func (t *tracker) begin(at int64) {
	t.round++
	t.at = at
	t.problems = map[string]error{}
	t.samples = make([]sample, 0, len(t.known))
}

func (t *tracker) take() []sample {
	samples := t.samples
	t.samples = nil
	return samples
}

// markEnded ends the series that this round has not seen. Those with timestamps of
// their own get no marker: they were never said to be there until now.
func (t *tracker) markEnded() {
	for key, s := range t.known {
		if s.round == t.round {
			continue
		}
		delete(t.known, key)
		if s.stamped != 0 {
			continue
		}
		marker := sample{series: s, at: t.at, value: staleMarker}
		if s.native {
			marker.histogram = &writev2.Histogram{Sum: staleMarker, Timestamp: t.at}
		}
		t.samples = append(t.samples, marker)
	}
}

// metadataOf returns the same as in the last round if nothing has changed.
func (t *tracker) metadataOf(family *dto.MetricFamily) *metadata {
	now := metadata{
		family: text(family.GetName()), help: text(family.GetHelp()), unit: text(family.GetUnit()), kind: family.GetType(),
	}
	if known := t.metas[now.family]; known != nil && *known == now {
		return known
	}
	return &now
}

// seriesOf returns the series of a metric, and nil if it can't be sent.
func (t *tracker) seriesOf(meta *metadata, name string, metric *dto.Metric, extra label) *series {
	labels, key, err := t.labelling.of(name, metric.GetLabel(), extra)
	if err != nil {
		t.problem(err)
		return nil
	}
	s := t.known[string(key)]
	switch {
	case s == nil:
		s = &series{labels: slices.Clone(labels)}
		t.known[string(key)] = s
	case s.round == t.round:
		t.problem(fmt.Errorf("%w %s: gathered twice", errSeries, describe(labels)))
		return nil
	}
	s.round, s.meta = t.round, meta
	return s
}

// problem notes what can't be sent.
func (t *tracker) problem(err error) { t.problems[err.Error()] = err }
