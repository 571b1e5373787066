package hashicorp

import (
	"math"
	"strings"
	"testing"

	gometrics "github.com/hashicorp/go-metrics"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/internal/logtest"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

func TestRuleMatch(t *testing.T) {
	for _, test := range []struct {
		match, key string // parts by blanks
		name       string // empty if it doesn't match
		labels     string
	}{
		{"raft.apply", "raft apply", "raft.apply", "{}"},
		{"raft.apply", "consul raft apply", "consul.raft.apply", "{}"},
		{"raft.apply", "consul host.eu raft apply", "consul.host.eu.raft.apply", "{}"},
		{"raft.apply", "raft apply x", "", ""},
		{"raft.apply", "apply", "", ""},
		{"raft.apply", "raft.apply", "", ""},
		{"raft.apply", "draft apply", "", ""},
		{"a.{x}.b", "a 1 b", "a.b", `{x="1"}`},
		{"a.{x}.b", "s a 10.0.0.1:8300 b", "s.a.b", `{x="10.0.0.1:8300"}`},
		{"a.{x}.b", "a b", "", ""},
		{"a.{x}.{y}", "a 1 2", "a", `{x="1",y="2"}`},
	} {
		s := NewSink(metrics.NewRegistry(), Config{Rules: []Rule{{Match: test.match}}})
		key := strings.Fields(test.key)
		rule, name := s.ruleFor(key)
		if rule == noRule {
			name = ""
		}
		if name != test.name {
			t.Errorf("%s makes %q of %q, want %q", test.match, name, key, test.name)
		} else if got := rule.captured(key).String(); name != "" && got != test.labels {
			t.Errorf("%s makes labels %s of %q, want %s", test.match, got, key, test.labels)
		}
	}
}

func TestRulesThatCantBe(t *testing.T) {
	for match, scale := range map[string]float64{
		"": 0, "a.": 0, "a..b": 0, "{x}": 0, "{x}.{y}": 0, "a.{x}.{x}": 0, "a.{1}": 0, "a.{}": 0, "a.{x": 0, "a.x}": 0,
		"a.b{x}": 0, "a.{__x}": 0, "a.{x}y": 0,
		"n": math.NaN(), "i": math.Inf(1), "m": -1,
	} {
		log := logtest.Capture(t)
		s := NewSink(metrics.NewRegistry(), Config{Rules: []Rule{{Match: match, Scale: scale}, {Match: "good"}}})
		if len(s.rules) != 1 || s.rules[0].Match != "good" {
			t.Errorf("%q with scale %v is taken for a rule", match, scale)
		}
		wantLogged(t, log, "rule left out", 1)
	}
}

func TestRules(t *testing.T) {
	seen := map[string]bool{}
	for _, rule := range Rules() {
		if seen[rule.Match] {
			t.Errorf("%s is there twice", rule.Match)
		}
		seen[rule.Match] = true
		if _, err := compileRule(rule); err != nil {
			t.Errorf("%s: %v", rule.Match, err)
		}
		if rule.Help == "" && !rule.Drop {
			t.Errorf("%s has no help", rule.Match)
		}
	}
	// The slice is the caller's.
	Rules()[0].Match = "changed"
	if Rules()[0].Match == "changed" {
		t.Error("a caller changed the rules")
	}
}

// Each key has the rule that was written for it, and no other comes before.
func TestRulesAreReached(t *testing.T) {
	s := NewSink(metrics.NewRegistry(), Config{})
	for _, rule := range s.rules {
		var key []string
		for i, part := range rule.parts {
			if rule.captures[i] != "" {
				part = "some " + rule.captures[i]
			}
			key = append(key, part)
		}
		for _, prefix := range [][]string{nil, {"consul"}, {"consul", "host"}} {
			if got, _ := s.ruleFor(append(prefix, key...)); got != rule {
				t.Errorf("%q has the rule of %s, want that of %s", key, got.Match, rule.Match)
			}
		}
	}
}

// Rules of one's own go before, and none keep all keys as they are.
func TestOwnRules(t *testing.T) {
	registry := metrics.NewRegistry()
	own := []Rule{{Match: "raft.apply", Name: "commands", Help: "Mine"}, {Match: "raft.peers", Drop: true},
		{Match: "shop.size", Unit: "bytes", Bounds: []float64{10, 20}}}
	s := NewSink(registry, Config{Rules: append(own, Rules()...)})
	s.IncrCounter([]string{"raft", "apply"}, 1)
	s.IncrCounter([]string{"raft", "barrier"}, 1)
	s.SetGauge([]string{"raft", "peers"}, 3)
	s.AddSample([]string{"shop", "size"}, 15)
	text := expose(t, newDriver(t, registry, prometheusmetrics.LayoutTyped))
	wantLines(t, text, "# HELP commands_total Mine", "commands_total 1", "raft_barrier_total 1",
		`shop_size_bytes_bucket{le="10"} 0`, `shop_size_bytes_bucket{le="20"} 1`, `shop_size_bytes_bucket{le="+Inf"} 1`)
	if strings.Contains(text, "raft_peers") {
		t.Error("what was dropped is there")
	}

	registry = metrics.NewRegistry()
	s = NewSink(registry, Config{Rules: []Rule{}})
	s.AddSample([]string{"raft", "thread", "main", "saturation"}, 0.5)
	s.IncrCounterWithLabels([]string{"raft", "replication", "heartbeat", "b"}, 1, []gometrics.Label{{Name: "x", Value: "1"}})
	wantLines(t, expose(t, newDriver(t, registry, prometheusmetrics.LayoutTyped)),
		"raft_thread_main_saturation_count 1", `raft_replication_heartbeat_b_total{x="1"} 1`)
}

func TestScale(t *testing.T) {
	for _, test := range []struct{ factor, value, want float64 }{
		{0, 9, 9}, {1, 9, 9}, {0.001, 9, 0.009}, {1e-9, 3, 3e-9}, {1e-6, 250, 0.00025}, {1000, 0.5, 500}, {2.5, 2, 5}, {0.3, 2, 0.6},
	} {
		if got := scaleOf(test.factor).apply(test.value); got != test.want {
			t.Errorf("%v scaled by %v is %v, want %v", test.value, test.factor, got, test.want)
		}
	}
}
