package prometheusmetrics

import (
	"sync"
	"time"
	"weak"

	"github.com/prometheus/client_golang/prometheus"
)

// A registry that is registered in another one describes what it had at that moment,
// so the outer one can't be probed for a driver that came into the inner one later.
// But both drivers are then collected for one gathering, which shows in the channel
// that they send to. Wrapping registerers use channels of their own, and a registry
// that was empty when it was registered has another one, so this does not find all.

const (
	// maxCollections bounds the channels that are kept to compare them, and
	// collectionAge how long each is: longer than any scrape takes.
	maxCollections = 16
	collectionAge  = time.Minute
)

// collection is one call of a driver's Collect.
type collection struct {
	metrics chan<- prometheus.Metric
	driver  weak.Pointer[Driver]
	at      time.Time
}

// collections are the latest ones of all drivers.
type collections struct {
	mu     sync.Mutex
	latest []collection // the oldest first
}

var collected collections

// add notes a collection, and returns drivers that have been collected for the same
// gathering, and with which the driver does not share an account.
func (c *collections) add(d *Driver, metrics chan<- prometheus.Metric) (others []*Driver) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	for len(c.latest) > 0 && (len(c.latest) >= maxCollections || now.Sub(c.latest[0].at) >= collectionAge) {
		c.latest[0] = collection{}
		c.latest = c.latest[1:]
	}
	for _, other := range c.latest {
		if other.metrics != metrics {
			continue
		}
		if o := other.driver.Value(); o != nil && o != d && !o.member.SharesWith(d.member) {
			others = append(others, o)
		}
	}
	c.latest = append(c.latest, collection{metrics, weak.Make(d), now})
	return others
}

// collectedWith has the driver share an account with others that turned out to be in
// the same registry. What more than one of them shows goes from all but one.
func (d *Driver) collectedWith(others []*Driver) {
	for _, other := range others {
		d.member.Join(other.member)
		other.settleLosses()
	}
	d.settleLosses()
}
