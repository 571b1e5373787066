package prometheusmetrics

import (
	"fmt"
	"maps"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
)

// metric is one metric of a source as the driver knows it, from the flush that
// first saw it to the flush that misses it.
type metric struct {
	id     metricID
	value  any
	shape  shape
	own    bool   // one of our instruments, read directly
	guard  bool   // reading it runs code of others
	seen   uint64 // number of the flush that saw it last
	source *LabelledSource
	rule   *compiledRule

	reading *reading
	fresh   bool  // read by this flush
	stuck   *call // a reading that has not come back
	windows windows
	total   float64   // as the last flush showed it, if it is a counter
	cleared time.Time // when it began

	built   bool              // whether it has its series
	labels  map[string]string // original, of its series; nil for none
	info    map[string]string // likewise
	unit    unit
	figures []figure // of all its series, one after the other
	slot    int      // where their numbers begin in the exposition
	series  []*series
	shown   shown

	problem  *MetricError // why it is left out; nil if it is exposed
	reported Reason       // the last reason that was reported
}

// labelsChanged tells whether the metric's series have labels that are not its
// own any more.
func (m *metric) labelsChanged() bool {
	return !maps.Equal(m.info, m.reading.info) || m.reading.labeled && !maps.Equal(m.labels, m.reading.labels)
}

// metricID tells the metrics of a source apart. The identity of the metric is
// part of it, so that one that was replaced under its name is another metric.
type metricID struct {
	source   int
	name     string
	identity any
}

// series is one series of a family. A metric whose labels change gets new ones;
// what scrapes look at never changes, and metric is for flushes only.
type series struct {
	metric *metric
	family string
	key    string           // family and labels, as no other series has them
	labels []*dto.LabelPair // sorted by name
	slot   int
	part   int // index of its parts in the exposition; -1 if it has none

	quantiles []float64 // of a summary
}

// checkReserved refuses the labels that Prometheus itself adds to a type.
func checkReserved(labels []naming.Label, typ dto.MetricType) error {
	for _, l := range labels {
		if typ == dto.MetricType_HISTOGRAM && l.Name == "le" || typ == dto.MetricType_SUMMARY && l.Name == "quantile" {
			return fmt.Errorf("label %q is reserved in a %s", l.Name, strings.ToLower(typ.String()))
		}
	}
	return nil
}

func labelPairs(labels []naming.Label) []*dto.LabelPair {
	if len(labels) == 0 {
		return nil
	}
	pairs := make([]*dto.LabelPair, len(labels))
	for i, l := range labels {
		pairs[i] = &dto.LabelPair{Name: proto.String(l.Name), Value: proto.String(l.Value)}
	}
	return pairs
}
