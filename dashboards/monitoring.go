package dashboards

import (
	"errors"
	"fmt"
	"io"

	"github.com/prometheus/client_golang/prometheus"
)

// Monitoring is what is generated for one program. It does not change once made, and
// its methods may be called concurrently.
type Monitoring struct {
	dashboard, recording, alerts, tests, readme []byte
}

// ErrNoMetrics is returned for a gatherer that has no metric.
var ErrNoMetrics = errors.New("dashboards: there are no metrics")

// New gathers once and generates everything. A gatherer that fails in part is used for
// what it gave, if it gave anything, since one bad metric costs one metric; nil is an
// error.
func New(gatherer prometheus.Gatherer, config Config) (*Monitoring, error) {
	if gatherer == nil {
		return nil, errors.New("dashboards: the gatherer is nil")
	}
	config, err := config.complete()
	if err != nil {
		return nil, err
	}
	gathered, err := gatherer.Gather()
	if err != nil && len(gathered) == 0 {
		return nil, fmt.Errorf("dashboards: gathering: %w", err)
	}
	families := readFamilies(gathered)
	if len(families) == 0 {
		return nil, ErrNoMetrics
	}
	return newModel(families, config).generate()
}

// WriteDashboard writes the dashboard as JSON, in Grafana's classic schema 42.
func (m *Monitoring) WriteDashboard(w io.Writer) error { return write(w, m.dashboard) }

// WriteRules writes two files for Prometheus's rule_files: the recording rules that the
// dashboard and the alerts ask for, and the alerts. Without served requests there is
// nothing to record, and the first is a file without groups.
func (m *Monitoring) WriteRules(recording, alerts io.Writer) error {
	return errors.Join(write(recording, m.recording), write(alerts, m.alerts))
}

// WriteRuleTests writes cases for "promtool test rules": for each alert one in which it
// fires, and one in which none does. They expect the rules beside them in files of the
// names that WriteFiles uses.
func (m *Monitoring) WriteRuleTests(w io.Writer) error { return write(w, m.tests) }

// WriteReadme writes how to load the files, as Markdown.
func (m *Monitoring) WriteReadme(w io.Writer) error { return write(w, m.readme) }

func write(w io.Writer, text []byte) error {
	_, err := w.Write(text)
	return err
}
