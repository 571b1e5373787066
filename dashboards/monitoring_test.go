package dashboards

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

func TestConfig(t *testing.T) {
	for _, test := range []struct {
		config Config
		want   string // in the error; "" for none
	}{
		{Config{}, ""},
		{Config{Objective: 0.99, LatencyObjective: 0.9, LatencyThreshold: time.Second, GrafanaURL: "https://g/", UID: "a-B_1"}, ""},
		{Config{Objective: 1}, "objective 1 is not between 0 and 1"},
		{Config{Objective: math.NaN()}, "objective NaN"},
		{Config{LatencyObjective: -1}, "latency objective -1"},
		{Config{LatencyThreshold: -time.Second}, "latency threshold of -1s"},
		{Config{For: -1}, "must hold of -1ns"},
		{Config{FlushAge: time.Microsecond}, "age of a flush of 1µs"},
		{Config{UID: strings.Repeat("x", 41)}, "is not one to 40"},
		{Config{UID: "a/b"}, "is not one to 40"},
		{Config{GrafanaURL: "grafana:3000"}, "is no URL"},
	} {
		_, err := New(gather(fromText(t, "x 1\n")), test.config)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%+v: %v, want %q", test.config, err, test.want)
		}
	}
}

func TestGatherers(t *testing.T) {
	broken := errors.New("broken")
	failing := func(families []*dto.MetricFamily) prometheus.Gatherer {
		return prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return families, broken })
	}
	if _, err := New(failing(nil), Config{}); !errors.Is(err, broken) {
		t.Errorf("a gatherer that gives nothing: %v", err)
	}
	if _, err := New(failing(fromText(t, "x 1\n")), Config{}); err != nil {
		t.Errorf("a gatherer that gives something: %v", err)
	}
	if _, err := New(gather(nil), Config{}); !errors.Is(err, ErrNoMetrics) {
		t.Errorf("no metrics: %v", err)
	}
	if _, err := New(nil, Config{}); err == nil {
		t.Error("nil is no gatherer")
	}
}

// The writers get what the files have, and their errors come back.
func TestWriters(t *testing.T) {
	m := generate(t, exposed(t, "service"), Config{})
	var dashboard, recording, alerts, tests, readme bytes.Buffer
	err := errors.Join(m.WriteDashboard(&dashboard), m.WriteRules(&recording, &alerts), m.WriteRuleTests(&tests), m.WriteReadme(&readme))
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]*bytes.Buffer{
		dashboardName: &dashboard, recordingName: &recording, alertsName: &alerts, testsName: &tests, readmeName: &readme,
	} {
		if !bytes.Equal(got.Bytes(), m.files()[name]) {
			t.Errorf("%s differs from the file", name)
		}
	}
	reader, writer := io.Pipe()
	reader.Close()
	if err := m.WriteRules(io.Discard, writer); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a writer's error came back as %v", err)
	}
}

func TestTitles(t *testing.T) {
	for _, test := range []struct{ text, title, uid string }{
		{"shop_db_reads 1\nshop_db_writes 1\nmail_sent 1\nmail_lost 1\nmail_kept 1\n", "mail", "mail"},
		{"go_goroutines 1\n", "Go program", "go-program"},
	} {
		m := modelOf(t, test.text)
		if m.config.Title != test.title || m.config.UID != test.uid {
			t.Errorf("title %q, UID %q, want %q, %q", m.config.Title, m.config.UID, test.title, test.uid)
		}
	}
	if got := uidOf("Größe!"); got != "gr-e" {
		t.Errorf("UID %q", got)
	}
	if got := uidOf("ß"); got != "metrics" {
		t.Errorf("UID %q", got)
	}
	if got := uidOf(strings.Repeat("a", 39) + " b"); got != strings.Repeat("a", 39) {
		t.Errorf("UID %q", got)
	}
}
