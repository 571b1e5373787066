package prometheusmetrics

import (
	"errors"
	"strconv"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/probing"
)

// A registry keeps every name that was ever registered, for as long as it lives. So
// the placeholder of a driver that is gone is used again, in the registry that
// remembers it; elsewhere it would tell others that the driver is still there.

// placeholderNames hands out the names of drivers' placeholders.
type placeholderNames struct {
	mu     sync.Mutex
	number int
	unused []string // the last ones that became free
}

var placeholders placeholderNames

// maxUnused is how many names are remembered for another use. More are forgotten.
const maxUnused = 64

var errNoPlaceholder = errors.New("there is no placeholder to use again")

// next returns a name that no driver of the process has had.
func (p *placeholderNames) next() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.number++
	return "prometheusmetrics_driver_" + strconv.Itoa(p.number)
}

// free notes that no driver has the name any more.
func (p *placeholderNames) free(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unused = append(p.unused, name)
	if len(p.unused) > maxUnused {
		p.unused = append(p.unused[:0], p.unused[1:]...)
	}
}

// reuse returns a name that the registry remembers and no driver has, or "" if there
// is none.
func (p *placeholderNames) reuse(r prometheus.Registerer) string {
	p.mu.Lock()
	unused := append([]string(nil), p.unused...)
	p.mu.Unlock()
	if len(unused) == 0 {
		return ""
	}
	remembered, err := probing.Taken(r, unused)
	if err != nil {
		return ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, name := range p.unused {
		if remembered[name] {
			p.unused = append(p.unused[:i], p.unused[i+1:]...)
			return name
		}
	}
	return ""
}
