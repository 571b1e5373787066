package otlp

import (
	"iter"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// split hands out the metrics in requests of up to n data points each. A metric with more
// of them is divided.
func split(scopes []metricdata.ScopeMetrics, n int) iter.Seq[[]metricdata.ScopeMetrics] {
	return func(yield func([]metricdata.ScopeMetrics) bool) {
		for _, scope := range scopes {
			var metrics []metricdata.Metrics
			room := n
			for _, m := range scope.Metrics {
				for points := count(m); points > 0; points = count(m) {
					var head metricdata.Metrics
					head, m = cut(m, min(points, room))
					metrics = append(metrics, head)
					if room -= count(head); room > 0 {
						continue
					}
					if !yield([]metricdata.ScopeMetrics{{Scope: scope.Scope, Metrics: metrics}}) {
						return
					}
					metrics, room = nil, n
				}
			}
			if len(metrics) > 0 && !yield([]metricdata.ScopeMetrics{{Scope: scope.Scope, Metrics: metrics}}) {
				return
			}
		}
	}
}

// count returns how many data points a metric has.
func count(m metricdata.Metrics) int {
	switch data := m.Data.(type) {
	case metricdata.Gauge[float64]:
		return len(data.DataPoints)
	case metricdata.Sum[float64]:
		return len(data.DataPoints)
	case metricdata.Histogram[float64]:
		return len(data.DataPoints)
	case metricdata.ExponentialHistogram[float64]:
		return len(data.DataPoints)
	case metricdata.Summary:
		return len(data.DataPoints)
	}
	return 0
}

// cut divides a metric: the first has n data points, the second the rest.
func cut(m metricdata.Metrics, n int) (first, second metricdata.Metrics) {
	first, second = m, m
	switch data := m.Data.(type) {
	case metricdata.Gauge[float64]:
		rest := data
		data.DataPoints, rest.DataPoints = data.DataPoints[:n], data.DataPoints[n:]
		first.Data, second.Data = data, rest
	case metricdata.Sum[float64]:
		rest := data
		data.DataPoints, rest.DataPoints = data.DataPoints[:n], data.DataPoints[n:]
		first.Data, second.Data = data, rest
	case metricdata.Histogram[float64]:
		rest := data
		data.DataPoints, rest.DataPoints = data.DataPoints[:n], data.DataPoints[n:]
		first.Data, second.Data = data, rest
	case metricdata.ExponentialHistogram[float64]:
		rest := data
		data.DataPoints, rest.DataPoints = data.DataPoints[:n], data.DataPoints[n:]
		first.Data, second.Data = data, rest
	case metricdata.Summary:
		rest := data
		data.DataPoints, rest.DataPoints = data.DataPoints[:n], data.DataPoints[n:]
		first.Data, second.Data = data, rest
	}
	return first, second
}
