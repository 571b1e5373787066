package dashboards

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPromDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Minute: "1m", 90 * time.Second: "1m30s", 3 * time.Hour: "3h", 49 * time.Hour: "2d1h", 1500 * time.Millisecond: "1s500ms",
	} {
		if got := promDuration(d); got != want {
			t.Errorf("%v is %s, want %s", d, got, want)
		}
	}
}

func TestBurnWindows(t *testing.T) {
	want := []string{"5m", "30m", "2h", "6h", "1h", "1d", "3d"}
	if got := burnWindows(); !slices.Equal(got, want) {
		t.Errorf("windows %v, want %v", got, want)
	}
}

// A low objective lets nothing burn 14.4 times too fast.
func TestAlertsThatCannotFire(t *testing.T) {
	text := histogramText("http_request_duration_seconds", `code="200"`)
	for objective, want := range map[float64]int{0.999: 8, 0.9: 6, 0.5: 2} {
		m := generate(t, fromText(t, text), Config{Objective: objective})
		if got := bytes.Count(m.alerts, []byte("BudgetBurn")); got != want {
			t.Errorf("objective %v has %d alerts, want %d", objective, got, want)
		}
	}
}

// With a job, rules are about it alone; without, about all.
func TestRulesOfAJob(t *testing.T) {
	metrics := exposed(t, "service")
	with := generate(t, metrics, Config{Job: `sh"op`, GrafanaURL: "https://grafana.example.com/"})
	for _, want := range []string{
		`absent(up{job="sh\"op"})`, `up{job="sh\"op"} == 0`, `"https://grafana.example.com/d/`,
		`http_server_request_duration_seconds:error_ratio_rate1h{job="sh\"op"} > 0.0144`,
	} {
		if !strings.Contains(string(with.alerts), want) {
			t.Errorf("no %s in the alerts", want)
		}
	}
	without := generate(t, metrics, Config{})
	if bytes.Contains(without.alerts, []byte("{job=")) || !bytes.Contains(without.alerts, []byte("last_over_time(example_service_")) {
		t.Error("without a job, alerts are about one, or don't say whose targets they mean")
	}
}

// Every alert has all that somebody who is woken up needs.
func TestAlertsAreComplete(t *testing.T) {
	for _, program := range programs(t) {
		m := modelOf(t, "x 1\n")
		m = newModel(readFamilies(exposed(t, program)), m.config)
		if _, err := m.dashboard(); err != nil {
			t.Fatal(err)
		}
		for _, a := range m.alerts() {
			if a.summary == "" || a.description == "" || a.panel == "" || a.hold <= 0 || a.labels[0].name != "severity" {
				t.Errorf("%s: alert %s lacks something: %+v", program, a.alert, a.rule)
			}
			annotations, err := a.rendered()
			if err != nil {
				t.Fatal(err)
			}
			for _, annotation := range annotations {
				if strings.Contains(annotation.value, "<no value>") || strings.Contains(annotation.value, "{{") {
					t.Errorf("%s: alert %s says %q", program, a.alert, annotation.value)
				}
			}
		}
	}
}
