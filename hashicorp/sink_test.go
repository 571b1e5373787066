package hashicorp

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	gometrics "github.com/hashicorp/go-metrics"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/internal/logtest"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

var update = flag.Bool("update", false, "write the golden files anew")

// reportAll makes every kind of call, as libraries do.
func reportAll(m *gometrics.Metrics) {
	peer := []gometrics.Label{{Name: "peer_id", Value: "b"}}
	m.IncrCounter([]string{"raft", "apply"}, 2)
	m.IncrCounterWithLabels([]string{"raft", "replication", "appendEntries", "logs"}, 3, peer)
	m.IncrCounter([]string{"raft", "replication", "appendEntries", "logs", "b"}, 3)
	m.IncrCounter([]string{"memberlist", "udp", "sent"}, 1400)
	m.IncrCounter([]string{"serf", "events", "deploy"}, 1)
	m.IncrCounter([]string{"shop", "cpu used"}, 0.25)
	m.SetGauge([]string{"raft", "peers"}, 3)
	m.SetGauge([]string{"raft", "fsm", "lastRestoreDuration"}, 9)
	m.SetPrecisionGauge([]string{"shop", "stock"}, 16777217)
	m.EmitKey([]string{"shop", "version"}, 7)
	m.AddSample([]string{"raft", "leader", "lastContact"}, 9)
	m.AddSample([]string{"raft", "thread", "main", "saturation"}, 0.25)
	m.AddSample([]string{"memberlist", "size", "remote"}, 300)
	m.AddSample([]string{"serf", "queue", "Event"}, 4)
	m.AddSample([]string{"serf", "coordinate", "adjustment-ms"}, 1.5)
	m.AddSample([]string{"runtime", "gc_pause_ns"}, 250_000)
	m.AddSample([]string{"shop", "basket-items"}, 3)
}

func TestExposition(t *testing.T) {
	for name, layout := range map[string]prometheusmetrics.Layout{
		"typed.prom": prometheusmetrics.LayoutTyped, "gauges.prom": prometheusmetrics.LayoutGauges,
	} {
		registry := metrics.NewRegistry()
		m := newMetrics(t, NewSink(registry, Config{}))
		driver := newDriver(t, registry, layout)
		reportAll(m)
		once := expose(t, driver)
		reportAll(m)
		twice := expose(t, driver)

		path := filepath.Join("testdata", name)
		got := once + "\n# The same again.\n" + twice
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is not what is exposed; if that is right, run go test -update:\n%s", path, got)
		}
	}
}

func TestLabels(t *testing.T) {
	registry := metrics.NewRegistry()
	log := logtest.Capture(t)
	s := NewSink(registry, Config{})
	key := []string{"requests"}
	for _, labels := range [][]gometrics.Label{
		{{Name: "code", Value: "200"}, {Name: "method", Value: "GET"}},
		{{Name: "method", Value: "GET"}, {Name: "code", Value: "200"}},
		{{Name: "method", Value: "GET"}, {Name: "code", Value: "500"}, {Name: "code", Value: "200"}},
		{{Name: "method", Value: "GET"}, {Name: "code", Value: "200"}, {Name: "host", Value: ""}},
		{{Name: "method", Value: "GET"}, {Name: "code", Value: "200"}, {Name: "", Value: "x"}},
	} {
		s.IncrCounterWithLabels(key, 1, labels)
		s.IncrCounterWithLabels(key, 1, labels)
	}
	s.IncrCounterWithLabels(key, 1, []gometrics.Label{{Name: "code", Value: ""}})
	s.IncrCounterWithLabels(key, 1, []gometrics.Label{})
	s.IncrCounter(key, 1)

	wantLines(t, expose(t, newDriver(t, registry, prometheusmetrics.LayoutTyped)),
		`requests_total{code="200",method="GET"} 10`, `requests_total 3`)
	if n := len(registry.GetAll()); n != 2 {
		t.Errorf("%d series, want 2", n)
	}
	wantLogged(t, log, "label left out", 1)
}

// Libraries append to slices that they share, and change them.
func TestCallersMayChangeTheirSlices(t *testing.T) {
	registry := metrics.NewRegistry()
	s := NewSink(registry, Config{})
	key := []string{"a"}
	labels := []gometrics.Label{{Name: "x", Value: "1"}}
	s.IncrCounterWithLabels(key, 1, labels)
	key[0], labels[0] = "b", gometrics.Label{Name: "y", Value: "2"}
	s.IncrCounterWithLabels(key, 10, labels)
	s.IncrCounterWithLabels([]string{"a"}, 100, []gometrics.Label{{Name: "x", Value: "1"}})

	wantLines(t, expose(t, newDriver(t, registry, prometheusmetrics.LayoutTyped)),
		`a_total{x="1"} 101`, `b_total{y="2"} 10`)
}

func TestKeys(t *testing.T) {
	registry := metrics.NewRegistry()
	log := logtest.Capture(t)
	s := NewSink(registry, Config{})
	for _, key := range [][]string{
		{"a", "b-c"}, {"a", "b c"}, {"a", "b/c"}, {"a.b_c"}, {"a", "bäc"}, {"a", "b\xffc"}, // one name
		nil, {}, {""}, {"", ""}, // none
		{"", "d"}, {"7"}, {"ns:e"},
	} {
		s.IncrCounter(key, 1)
		s.IncrCounter(key, 1)
	}
	wantLines(t, expose(t, newDriver(t, registry, prometheusmetrics.LayoutTyped)),
		"a_b_c_total 12", "_d_total 2", "_7_total 2", "ns_e_total 2")
	if n := len(registry.GetAll()); n != 4 {
		t.Errorf("%d series, want 4: %v", n, registry.GetAll())
	}
	wantLogged(t, log, "has no text", 2) // as "" and "."
}

func TestCounterValues(t *testing.T) {
	registry := metrics.NewRegistry()
	log := logtest.Capture(t)
	s := NewSink(registry, Config{})
	key := []string{"c"}
	for _, val := range []float32{1, 0.25, -1, float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 0, 2.5} {
		s.IncrCounter(key, val)
	}
	wantLines(t, expose(t, newDriver(t, registry, prometheusmetrics.LayoutTyped)), "c_total 3.75")
	wantLogged(t, log, "not counted", 1)
}

func TestSampleValues(t *testing.T) {
	registry := metrics.NewRegistry()
	logtest.Capture(t)
	s := NewSink(registry, Config{})
	key := []string{"s"}
	for _, val := range []float32{1, -2, float32(math.NaN()), float32(math.Inf(1)), 0, 2.5} {
		s.AddSample(key, val)
	}
	if count, sum := distribution(t, registry, "s", nil); count != 4 || sum != 1.5 {
		t.Errorf("count %d and sum %v, want 4 and 1.5", count, sum)
	}
}

// The first type of a name is what is exported; the others work, and are logged once.
func TestTypeClash(t *testing.T) {
	registry := metrics.NewRegistry()
	log := logtest.Capture(t)
	s := NewSink(registry, Config{})
	key := []string{"raft", "apply"}
	for range 3 {
		s.IncrCounter(key, 1)
		s.SetGauge(key, 7)
		s.AddSample(key, 7)
		s.EmitKey(key, 8)
	}
	text := expose(t, newDriver(t, registry, prometheusmetrics.LayoutTyped))
	wantLines(t, text, "raft_apply_total 3")
	if n := len(registry.GetAll()); n != 1 {
		t.Errorf("%d series are exported, want 1", n)
	}
	wantLogged(t, log, "not exported", 2) // as a gauge, and as a histogram
}

// A series that was unregistered comes back with its next value, and from 0.
func TestUnregistered(t *testing.T) {
	registry := metrics.NewRegistry()
	s := NewSink(registry, Config{})
	labels := []gometrics.Label{{Name: "x", Value: "1"}}
	s.IncrCounterWithLabels([]string{"c"}, 5, labels)
	registry.UnregisterAll()
	s.IncrCounterWithLabels([]string{"c"}, 2, labels)
	wantLines(t, expose(t, newDriver(t, registry, prometheusmetrics.LayoutTyped)), `c_total{x="1"} 2`)
}

func TestForget(t *testing.T) {
	registry := metrics.NewPrefixedChildRegistry(metrics.NewRegistry(), "p.")
	s := NewSink(registry, Config{})
	report := func() {
		for _, peer := range []string{"a", "b"} {
			labels := []gometrics.Label{{Name: "peer_id", Value: peer}, {Name: "dc", Value: "1"}}
			s.IncrCounterWithLabels([]string{"c"}, 1, labels)
			labels[0], labels[1] = labels[1], labels[0]
			s.IncrCounterWithLabels([]string{"c"}, 1, labels)
			s.SetGaugeWithLabels([]string{"g"}, 1, labels)
			s.AddSampleWithLabels([]string{"s"}, 1, labels)
		}
		s.IncrCounter(nil, 1) // leads nowhere
	}
	report()
	left := func(_ string, labels metrics.Labels) bool { return labels["peer_id"] == "b" }
	if n := s.Forget(left); n != 3 {
		t.Errorf("forgot %d series, want 3", n)
	}
	if n := s.Forget(left); n != 0 {
		t.Errorf("forgot %d series the second time", n)
	}
	if all := registry.GetAll(); len(all) != 3 {
		t.Errorf("there are %v", all)
	}
	report()
	wantLines(t, expose(t, newDriver(t, registry, prometheusmetrics.LayoutTyped)),
		`p_c_total{dc="1",peer_id="a"} 4`, `p_c_total{dc="1",peer_id="b"} 2`)
}

func TestMaxSeries(t *testing.T) {
	registry := metrics.NewRegistry()
	log := logtest.Capture(t)
	s := NewSink(registry, Config{MaxSeries: 4})
	for round := range 3 {
		for _, user := range []string{"a", "b", "c", "d"} {
			labels := []gometrics.Label{{Name: "user", Value: user}}
			s.IncrCounterWithLabels([]string{"c"}, 1, labels)
			s.AddSampleWithLabels([]string{"s"}, 1, labels)
			s.IncrCounter([]string{"serf", "events", user}, 1)
		}
		if round == 0 {
			s.IncrCounter([]string{"late"}, 1)
		}
	}
	text := expose(t, newDriver(t, registry, prometheusmetrics.LayoutTyped))
	wantLines(t, text,
		`c_total{user="a"} 3`, `c_total{user="b"} 3`, `c_total{user="other"} 6`,
		`s_count{user="a"} 3`, `s_count{user="other"} 9`,
		`serf_events_by_name_total{event="a"} 3`, `serf_events_by_name_total{event="other"} 9`)
	if registry.Get("late") != nil {
		t.Error("a new name was added beyond the limit")
	}
	wantLogged(t, log, "labels lose their values", 3)
	wantLogged(t, log, "left out", 1)

	unlimited := NewSink(metrics.NewRegistry(), Config{MaxSeries: -1})
	for i := range 2 * DefaultMaxSeries {
		unlimited.SetGauge([]string{time.Duration(i).String()}, 1)
	}
	if n := len(unlimited.registry.GetAll()); n != 2*DefaultMaxSeries {
		t.Errorf("%d series without a limit, want %d", n, 2*DefaultMaxSeries)
	}
}

func TestDescriptions(t *testing.T) {
	registry := metrics.NewRegistry()
	set := func(name, help, unit string) {
		if err := metrics.Describe(name, registry, metrics.Description{Help: help, Unit: unit}); err != nil {
			t.Fatal(err)
		}
	}
	set("raft.apply", "Mine", "")
	set("raft.leader.lastContact", "Mine", "")
	set("memberlist.udp.sent", "", "octets")
	s := NewSink(registry, Config{})
	s.IncrCounter([]string{"raft", "apply"}, 1)
	s.AddSample([]string{"raft", "leader", "lastContact"}, 1)
	s.IncrCounter([]string{"memberlist", "udp", "sent"}, 1)
	wantLines(t, expose(t, newDriver(t, registry, prometheusmetrics.LayoutTyped)),
		"# HELP raft_apply_total Mine", "# HELP raft_leader_lastContact_seconds Mine",
		"# HELP memberlist_udp_sent_octets_total Bytes sent over UDP")
}

// A sink without a registry of its own records into the default one.
func TestDefaultRegistry(t *testing.T) {
	saved := metrics.DefaultRegistry
	defer func() { metrics.DefaultRegistry = saved }()
	metrics.DefaultRegistry = metrics.NewRegistry()
	NewSink(nil, Config{}).IncrCounter([]string{"c"}, 1)
	if c, ok := metrics.Get("c").(metrics.Counter); !ok || c.Count() != 1 {
		t.Errorf("the default registry has %v", metrics.Get("c"))
	}
}

// Registries that users wrote work as well, and can't be given a unit.
func TestForeignRegistry(t *testing.T) {
	log := logtest.Capture(t)
	registry := struct{ metrics.Registry }{metrics.NewRegistry()}
	s := NewSink(registry, Config{})
	for range 2 {
		s.IncrCounter([]string{"raft", "apply"}, 1)
		s.AddSample([]string{"raft", "leader", "lastContact"}, 500)
	}
	if count, sum := distribution(t, registry, "raft.leader.lastContact", nil); count != 2 || sum != 1 {
		t.Errorf("count %d and sum %v, want 2 and 1", count, sum)
	}
	wantLogged(t, log, "not described", 2)
}

func TestShutdown(t *testing.T) {
	flushed := 0
	s := NewSink(metrics.NewRegistry(), Config{Flush: func() { flushed++ }})
	newMetrics(t, gometrics.FanoutSink{s, &gometrics.BlackholeSink{}}).Shutdown()
	if flushed != 1 {
		t.Errorf("flushed %d times, want once", flushed)
	}
	NewSink(nil, Config{}).Shutdown()
}
