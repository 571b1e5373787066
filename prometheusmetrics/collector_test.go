package prometheusmetrics

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
)

// TestCollectorDescribesItself by its placeholder alone, which is never collected.
func TestCollectorDescribesItself(t *testing.T) {
	d, source, registry, _ := newTestDriver(t, Config{})
	metrics.GetOrRegisterCounter("c", source)
	once(t, d)
	descs := make(chan *prometheus.Desc, 10)
	d.collector.Describe(descs)
	close(descs)
	var all []string
	for desc := range descs {
		all = append(all, desc.String())
	}
	if len(all) != 1 || !strings.Contains(all[0], `"`+d.collector.name+`"`) {
		t.Errorf("described by %q", all)
	}
	if text := expose(t, registry); strings.Contains(text, d.collector.name) || !strings.Contains(text, "c_count 0") {
		t.Errorf("exposed:\n%s", text)
	}
}

// TestCollectBeforeReady: a scrape in the midst of New shows nothing, and flushes
// nothing.
func TestCollectBeforeReady(t *testing.T) {
	d, source, registry, log := newTestDriver(t, Config{})
	metrics.GetOrRegisterCounter("c", source)
	d.collector.ready.Store(false)
	if text := expose(t, registry); text != "" || !d.LastFlush().IsZero() {
		t.Errorf("exposed before the driver is ready:\n%s", text)
	}
	d.collector.ready.Store(true)
	once(t, d)
	if text := expose(t, registry); !strings.Contains(text, "c_count 0") || len(log.reasons()) > 0 {
		t.Errorf("exposed, with %q reported:\n%s", log.reasons(), text)
	}
}
