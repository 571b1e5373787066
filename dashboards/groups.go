package dashboards

import (
	"slices"
	"strings"
)

// group is a row of the dashboard: the metrics of one prefix.
type group struct {
	prefix   string // "" for the metrics that share theirs with no other
	metrics  []*metric
	standard bool // the runtime's, the process's and such, which every program has
}

const (
	largeRow    = 12 // metrics; what is larger is divided by the next word, if it can be
	smallestRow = 3  // of those that a larger one is divided into
)

// standardPrefixes are those of metrics that every program has, by the collectors of
// client_golang, runtimemetrics, httpmetrics and promhttp.
var standardPrefixes = []string{"go_", "process_", "promhttp_", "http_server_", "http_client_"}

// isStandard reports whether a metric is of those that every program has.
func isStandard(name string) bool {
	return slices.ContainsFunc(standardPrefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// groupsOf makes rows of metrics: the program's own in the order of their names, then
// what every program has.
func groupsOf(metrics []*metric) []*group {
	var own, standard []*metric
	for _, m := range metrics {
		switch {
		case strings.HasPrefix(m.name, godebugPrefix): // they have one panel together
		case isStandard(m.name):
			standard = append(standard, m)
		default:
			own = append(own, m)
		}
	}
	groups := divide(own, 0, 2)
	for _, g := range divide(standard, 0, 1) {
		g.standard = true
		groups = append(groups, g)
	}
	return groups
}

// divide groups metrics by the word at a position of their names. A group that is still
// too large is divided further; those too few for a row are left together, at the end.
func divide(metrics []*metric, position, smallest int) []*group {
	var words []string
	byWord := make(map[string][]*metric)
	for _, m := range metrics {
		word := wordAt(m.base, position)
		if byWord[word] == nil {
			words = append(words, word)
		}
		byWord[word] = append(byWord[word], m)
	}
	var groups []*group
	var rest []*metric
	for _, word := range words {
		switch members := byWord[word]; {
		case word == "" || len(members) < smallest:
			rest = append(rest, members...)
		case len(members) > largeRow:
			groups = append(groups, divide(members, position+1, smallestRow)...)
		default:
			groups = append(groups, &group{prefix: commonPrefix(members), metrics: members})
		}
	}
	if len(rest) > 0 {
		g := &group{metrics: rest}
		if position > 0 || len(rest) == len(metrics) {
			g.prefix = wordsBefore(rest[0].base, position)
		}
		groups = append(groups, g)
	}
	return groups
}

func wordAt(name string, position int) string {
	words := strings.Split(name, "_")
	if position >= len(words) {
		return ""
	}
	return words[position]
}

func wordsBefore(name string, position int) string {
	words := strings.Split(name, "_")
	return strings.Join(words[:min(position, len(words))], "_")
}

// commonPrefix returns the whole words with which all names begin.
func commonPrefix(metrics []*metric) string {
	common := strings.Split(metrics[0].base, "_")
	common = common[:max(1, len(common)-1)] // the last word says what it is
	for _, m := range metrics[1:] {
		words := strings.Split(m.base, "_")
		n := 0
		for n < min(len(common), len(words)) && words[n] == common[n] {
			n++
		}
		common = common[:n]
	}
	return strings.Join(common, "_")
}

// title is the row's.
func (g *group) title() string {
	if g.prefix == "" {
		return "Other metrics"
	}
	return strings.ReplaceAll(g.prefix, "_", " ")
}

// titleOf is a metric's name without the prefix that the row has as its title.
func (g *group) titleOf(m *metric) string {
	name := strings.TrimPrefix(m.base, g.prefix)
	name = strings.TrimPrefix(name, "_")
	for _, suffix := range []string{"_total", "_info", "_seconds", "_bytes"} {
		name = strings.TrimSuffix(name, suffix)
	}
	if name == "" {
		return strings.ReplaceAll(m.base, "_", " ")
	}
	return strings.ReplaceAll(name, "_", " ")
}

// godebugPrefix begins the names of what counts uses of GODEBUG settings, dozens that
// are zero nearly always.
const godebugPrefix = "go_godebug_non_default_behavior_"
