package dashboards

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
)

// family is what is known of a metric family without its values. It is all that
// the generated files are made from.
type family struct {
	name   string
	help   string // without what LayoutGauges adds
	unit   string // as Prometheus spells it, such as seconds; "" if unknown
	kind   dto.MetricType
	labels []string // sorted, without le and quantile

	native    bool // a histogram with native buckets
	classic   bool // a histogram with classic buckets
	quantiles bool // a gauge with the label quantile, as the driver has for foreign reservoirs
}

// plainName matches the names of metrics and labels that need no quotes. Others, which
// Prometheus 3 can have, are left out.
var plainName = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*$`)

// readFamilies reads the description of each family, sorted by name. A name that
// comes twice, from gatherers that were put together, is one family.
func readFamilies(gathered []*dto.MetricFamily) []*family {
	byName := make(map[string]*family)
	for _, g := range gathered {
		if len(g.GetMetric()) == 0 || !plainName.MatchString(g.GetName()) {
			continue
		}
		f := byName[g.GetName()]
		if f == nil {
			f = &family{name: g.GetName(), kind: g.GetType()}
			f.help, f.unit = splitHelp(g.GetHelp())
			f.unit = cmp.Or(g.GetUnit(), f.unit, unitOfName(f.name))
			byName[f.name] = f
		}
		for _, m := range g.GetMetric() {
			f.add(m)
		}
	}
	var families []*family
	for _, f := range byName {
		slices.Sort(f.labels)
		f.labels = slices.Compact(f.labels)
		families = append(families, f)
	}
	slices.SortFunc(families, func(a, b *family) int { return cmp.Compare(a.name, b.name) })
	return families
}

// add takes in which labels and which kinds of buckets a series has.
func (f *family) add(m *dto.Metric) {
	for _, pair := range m.GetLabel() {
		switch name := pair.GetName(); name {
		case "quantile":
			f.quantiles = true
		case "job", "instance": // Prometheus puts its own there
			f.labels = append(f.labels, "exported_"+name)
		default:
			if plainName.MatchString(name) {
				f.labels = append(f.labels, name)
			}
		}
	}
	h := m.GetHistogram()
	if h == nil {
		return
	}
	// Native histograms name their schema, even the empty ones.
	f.native = f.native || h.Schema != nil
	f.classic = f.classic || len(h.GetBucket()) > 0 || h.Schema == nil
}

// gaugesHelp is what LayoutGauges puts after a help text: which statistic it is, and
// of timers the unit, which the name does not tell.
var gaugesHelp = regexp.MustCompile(`^(.*): (?:current (?:count|value)|count since the start|` +
	`(?:minimum|maximum|mean|median|standard deviation|variance|[0-9.]+ quantile) of the recent sample|` +
	`sum of (?:all values since the start|the recent sample)|events per second[^:]*)(?:, in ([a-z]+)(?: squared)?)?$`)

// splitHelp takes the unit out of a help text of LayoutGauges, and what only says
// which statistic it is.
func splitHelp(help string) (text, unit string) {
	if match := gaugesHelp.FindStringSubmatch(help); match != nil {
		return match[1], match[2]
	}
	return help, ""
}

// unitOfName is the unit at the end of a name that follows Prometheus's conventions.
func unitOfName(name string) string {
	name = strings.TrimSuffix(strings.TrimSuffix(name, "_total"), "_observations")
	for _, unit := range []string{"seconds", "milliseconds", "nanoseconds", "bytes", "ratio", "percent",
		"celsius", "meters", "volts", "amperes", "joules", "grams", "hertz", "watts"} {
		if strings.HasSuffix(name, "_"+unit) {
			return unit
		}
	}
	return ""
}
