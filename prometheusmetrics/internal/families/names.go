package families

import (
	"strings"

	dto "github.com/prometheus/client_model/go"
)

// Names lists the names that a family takes for itself in the text formats: its own,
// which comes first, those of its samples, and for a counter the name without
// _total, which is its family in OpenMetrics.
func Names(name string, typ dto.MetricType) []string {
	switch typ {
	case dto.MetricType_COUNTER:
		base := strings.TrimSuffix(name, "_total")
		if base == name {
			return []string{name, name + "_created"}
		}
		return []string{name, base, base + "_created"}
	case dto.MetricType_SUMMARY:
		return []string{name, name + "_count", name + "_sum", name + "_created"}
	case dto.MetricType_HISTOGRAM:
		return []string{name, name + "_count", name + "_sum", name + "_bucket", name + "_created"}
	}
	return []string{name}
}

// TypeName writes a type in lower case, as the text formats do.
func TypeName(typ dto.MetricType) string { return strings.ToLower(typ.String()) }
