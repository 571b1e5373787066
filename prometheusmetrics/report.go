package prometheusmetrics

import (
	"fmt"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"
)

// packageName is what log lines begin with.
const packageName = "prometheusmetrics"

// metricError makes the error that users see of a metric's problem.
func metricError(m *reading.Metric, p *problem.Problem) *MetricError {
	return &MetricError{Name: m.Name, Labels: m.Origin.Labels(), Reason: Reason(p.Reason), Err: p.Err}
}

// sourceError makes the error that users see of sources that can't be listed; nil of
// nil.
func sourceError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("prometheusmetrics: %w", err)
}
