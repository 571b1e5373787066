package probing

import (
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
)

// Family is a family that is to be exposed.
type Family struct {
	Name string
	Type dto.MetricType
}

// Prober finds out which families can't be exposed, since the application has
// registered something itself. One goroutine at a time may use it.
type Prober struct {
	registerer prometheus.Registerer
	gather     func() ([]*dto.MetricFamily, error) // nil if the registerer is no gatherer
	types      map[string]knownType
}

// knownType is what was found out about a name that is taken.
type knownType struct {
	splits bool // whether its samples have suffixes
	sure   bool // false if there was nothing of it to see
	at     time.Time
}

// recheck is how soon a type that could not be seen is looked up again.
const recheck = time.Minute

// NewProber makes a prober. Gather is the registry's, and may be nil: it is called
// where a name alone does not tell whether there is a conflict.
func NewProber(registerer prometheus.Registerer, gather func() ([]*dto.MetricFamily, error)) *Prober {
	return &Prober{registerer: registerer, gather: gather, types: make(map[string]knownType)}
}

// Clashes returns, for each family that can't be exposed, the name that is taken.
func (p *Prober) Clashes(all []Family) (map[string]string, error) {
	var names []string
	for _, f := range all {
		names = append(append(names, families.Names(f.Name, f.Type)...), wholes(f.Name)...)
	}
	slices.Sort(names) // a name must not be probed twice in one registration
	taken, err := Taken(p.registerer, slices.Compact(names))
	if err != nil {
		return nil, err
	}
	clashes := make(map[string]string)
	var doubtful []string
	for _, f := range all {
		for _, name := range families.Names(f.Name, f.Type) {
			if taken[name] {
				clashes[f.Name] = name
				break
			}
		}
		for _, whole := range wholes(f.Name) {
			if taken[whole] {
				doubtful = append(doubtful, whole)
			}
		}
	}
	if len(doubtful) == 0 {
		clear(p.types)
		return clashes, nil
	}
	p.findTypes(doubtful, time.Now())
	for _, f := range all {
		for _, whole := range wholes(f.Name) {
			if taken[whole] && p.types[whole].splits && clashes[f.Name] == "" {
				clashes[f.Name] = whole
			}
		}
	}
	return clashes, nil
}

// wholes lists the histograms and summaries of which a family, by its name, might
// be a part. One of another type does not mind.
func wholes(name string) (names []string) {
	for _, suffix := range []string{"_count", "_sum", "_bucket"} {
		if whole, found := strings.CutSuffix(name, suffix); found && whole != "" {
			names = append(names, whole)
		}
	}
	return names
}

// findTypes finds out whether names that are taken are those of histograms or
// summaries. Where that can't be seen, they are taken for such.
func (p *Prober) findTypes(names []string, now time.Time) {
	known := make(map[string]knownType, len(names))
	unknown := false
	for _, name := range names {
		t, ok := p.types[name]
		if !ok || !t.sure && now.Sub(t.at) >= recheck {
			unknown = true
			t = knownType{splits: true, at: now}
		}
		known[name] = t
	}
	p.types = known // without those that nobody asks about any more
	if !unknown || p.gather == nil {
		return
	}
	all, _ := p.gather() // what fails is not among them
	for _, family := range all {
		if _, asked := known[family.GetName()]; asked {
			known[family.GetName()] = knownType{splits: splits(family.GetType()), sure: true, at: now}
		}
	}
}

func splits(typ dto.MetricType) bool {
	switch typ {
	case dto.MetricType_HISTOGRAM, dto.MetricType_GAUGE_HISTOGRAM, dto.MetricType_SUMMARY:
		return true
	}
	return false
}
