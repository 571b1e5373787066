package prometheusmetrics

import (
	"fmt"
	"strings"
	"sync"

	dto "github.com/prometheus/client_model/go"
)

// space keeps account of what is exposed in one Prometheus registry, by all the
// drivers in it: which series there are, and which names they use up. Whoever
// has a series keeps it until it is released.
type space struct {
	mu       sync.Mutex
	families map[string]*claim
	names    map[string]string // sample and family names in use, to the family that uses them
	series   map[string]struct{}
	released uint64 // how many series were given back
}

// claim is a family that has at least one series.
type claim struct {
	typ        dto.MetricType
	help, unit string
	series     int
}

func newSpace() *space {
	return &space{
		families: make(map[string]*claim),
		names:    make(map[string]string),
		series:   make(map[string]struct{}),
	}
}

// claim takes a series, given by its family and its key, and returns the
// family's help and unit, which are those of the series that came first.
func (s *space) claim(t template, name, key string) (help, unit string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.series[key]; taken {
		return "", "", fmt.Errorf("series %s is exposed by another metric", strings.ToValidUTF8(key, "?"))
	}
	family, exists := s.families[name]
	if !exists {
		for _, used := range namesUsed(name, t.typ) {
			if other, taken := s.names[used]; taken {
				return "", "", fmt.Errorf("%s %s can't stand beside %s, which another metric has become",
					strings.ToLower(t.typ.String()), name, other)
			}
		}
		family = &claim{typ: t.typ, help: t.help, unit: t.unit}
		s.families[name] = family
		for _, used := range namesUsed(name, t.typ) {
			s.names[used] = name
		}
	}
	if family.typ != t.typ {
		return "", "", fmt.Errorf("%s is a %s of another metric and can't be a %s",
			name, strings.ToLower(family.typ.String()), strings.ToLower(t.typ.String()))
	}
	family.series++
	s.series[key] = struct{}{}
	return family.help, family.unit, nil
}

// release gives back a series that was claimed.
func (s *space) release(name, key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.series, key)
	s.released++
	family := s.families[name]
	family.series--
	if family.series > 0 {
		return
	}
	delete(s.families, name)
	for _, used := range namesUsed(name, family.typ) {
		delete(s.names, used)
	}
}

// namesUsed lists the names that a family takes for itself in the text formats:
// its own, those of its samples, and for a counter the name without _total,
// which is its family in OpenMetrics.
func namesUsed(name string, typ dto.MetricType) []string {
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

// releases returns a number that grows whenever something is given back, and
// with it the chance of whoever was refused.
func (s *space) releases() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.released
}
