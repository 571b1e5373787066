package harness

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
)

// RuledPrometheus is a Prometheus that evaluates rules as often as it scrapes.
type RuledPrometheus struct {
	*Prometheus
	path string // of its configuration
}

// StartPrometheusWithRules starts one that has all that typed metrics have but what the
// jobs' options say of native and classic histograms, and evaluates the files of rules.
func StartPrometheusWithRules(t testing.TB, rules []string, jobs ...Job) *RuledPrometheus {
	t.Helper()
	folder := t.TempDir()
	path := filepath.Join(folder, "prometheus.yml")
	writeRuledConfiguration(t, path, rules, jobs)
	return &RuledPrometheus{newPrometheus(t, path, jobs, "--enable-feature="+typedFeatures), path}
}

func writeRuledConfiguration(t testing.TB, path string, rules []string, jobs []Job) {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal(configuration(t, jobs, nil), &all); err != nil {
		t.Fatal(err)
	}
	all["rule_files"] = rules
	all["global"].(map[string]any)["evaluation_interval"] = scrapeInterval
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Reload gives a running one other jobs and rules.
func (p *RuledPrometheus) Reload(t testing.TB, rules []string, jobs ...Job) {
	t.Helper()
	writeRuledConfiguration(t, p.path, rules, jobs)
	p.jobs = jobs
	if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
}

// Alerts returns the alerts that are pending or fire.
func (p *RuledPrometheus) Alerts() ([]v1.Alert, error) {
	ctx, cancel := context.WithTimeout(context.Background(), pollTimeout)
	defer cancel()
	result, err := p.api.Alerts(ctx)
	if err != nil {
		return nil, fmt.Errorf("asking for alerts: %w", err)
	}
	return result.Alerts, nil
}

// CheckRules lets promtool check files of rules, and fails the test with what it says
// against them.
func CheckRules(t testing.TB, paths ...string) {
	t.Helper()
	if output, err := Promtool(t, append([]string{"check", "rules", "--lint-fatal"}, paths...)...); err != nil {
		t.Errorf("promtool check rules: %v\n%s", err, output)
	}
}

// TestRules lets promtool run a file of test cases.
func TestRules(t testing.TB, path string) {
	t.Helper()
	if output, err := Promtool(t, "test", "rules", path); err != nil {
		t.Errorf("promtool test rules %s: %v\n%s", path, err, output)
	}
}

// Promtool runs promtool and returns what it wrote.
func Promtool(t testing.TB, arguments ...string) (string, error) {
	t.Helper()
	output, err := exec.Command(buildTool(t, "promtool"), arguments...).CombinedOutput()
	return string(output), err
}
