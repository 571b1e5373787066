package sharing

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	dto "github.com/prometheus/client_model/go"
)

// Family is what must agree between the drivers that show series of it.
type Family struct {
	Name       string
	Type       dto.MetricType
	Help, Unit string
	Metric     fmt.Stringer // by which it is exposed
}

// Holdings says what a driver shows. Its methods are called with the account locked,
// also for other drivers; only Commit changes what they say.
type Holdings interface {
	// Series returns the metric that exposes a series.
	Series(key string) (metric fmt.Stringer, held bool)
	// Keys calls each with the series that are held, and the family of each.
	Keys(each func(key, family string))
	// Family returns the family of a name.
	Family(name string) (family Family, held bool)
	// User returns the family that uses a name, be it that of one of its samples.
	User(name string) (family Family, held bool)
}

// Member is a driver's part in the account of its registry. A member of its own is
// one of a driver that shares with nobody.
type Member struct {
	holdings Holdings
	number   uint64 // lower ones were there first
	account  atomic.Pointer[account]

	// Guarded by the account.
	asked    map[string]fmt.Stringer // series that are reserved, with their metrics
	families map[string]Family       // of those, by every name that they use
	lost     map[Key]error           // held series that belong to another member, and why
	collects uint64
	left     bool // whether it has left for good

	// When it was last collected, in nanoseconds since it was made: times of the
	// monotonic clock, since somebody may set the wall clock.
	latest atomic.Int64
	made   time.Time
}

// account is what the members of one registry have in common.
type account struct {
	mu      sync.Mutex
	members []*Member
	let     map[string]letGo
	changes uint64
}

// letGo is a name or series that a member does not show any more.
type letGo struct {
	by       *Member
	collects uint64 // of the member until then
	at       time.Time
}

// grace is how long a scrape may take from one collector to the next. It counts only
// where drivers are not collected equally often.
const grace = 5 * time.Second

var (
	members atomic.Uint64
	changes atomic.Uint64 // of any account
)

// NewMember makes a member that shares with nobody yet.
func NewMember(holdings Holdings) *Member {
	m := &Member{holdings: holdings, number: members.Add(1), made: time.Now()}
	m.latest.Store(-int64(grace)) // long ago
	m.account.Store(&account{members: []*Member{m}, let: make(map[string]letGo)})
	return m
}

// locked calls f with the member's account locked. An account may be given up for
// another while its lock is waited for.
func (m *Member) locked(f func(*account)) {
	for {
		a := m.account.Load()
		a.mu.Lock()
		if m.account.Load() == a {
			defer a.mu.Unlock()
			f(a)
			return
		}
		a.mu.Unlock()
	}
}

// SharesWith reports whether the members have one account.
func (m *Member) SharesWith(other *Member) bool { return m.account.Load() == other.account.Load() }

// joining guards merges: only one at a time locks two accounts.
var joining sync.Mutex

// Join has the members, and those that they share with already, share one account.
// What more than one of them shows stays with the one that was there first; the
// others find it among what they Lost. One that has left joins no more.
func (m *Member) Join(other *Member) {
	joining.Lock()
	defer joining.Unlock()
	to, from := other.account.Load(), m.account.Load()
	if to == from {
		return
	}
	to.mu.Lock()
	defer to.mu.Unlock()
	from.mu.Lock()
	defer from.mu.Unlock()
	if m.left || other.left {
		return // while it was being found out where they are
	}
	collects := to.highest()
	for _, joins := range from.members {
		joins.collects = collects
		joins.account.Store(to)
	}
	to.members = append(to.members, from.members...)
	slices.SortFunc(to.members, func(a, b *Member) int { return int(a.number) - int(b.number) })
	for i, later := range to.members {
		for _, earlier := range to.members[:i] {
			later.losesTo(earlier)
		}
	}
	to.changes = changes.Add(1)
}

func (a *account) highest() (collects uint64) {
	for _, m := range a.members {
		collects = max(collects, m.collects)
	}
	return collects
}

// losesTo notes what the member holds that the earlier one holds as well.
func (m *Member) losesTo(earlier *Member) {
	m.holdings.Keys(func(key, family string) {
		claim := Claim{Series: key}
		if f, held := m.holdings.Family(family); held {
			claim.Family = f
		}
		if _, err := earlier.objects(claim); err != nil {
			if m.lost == nil {
				m.lost = make(map[Key]error)
			}
			m.lost[claim.Key()] = err
		}
	})
}

// Lost returns the held series that another member has the right to. They are for
// the next plan to let go.
func (m *Member) Lost() (lost map[Key]error) {
	m.locked(func(*account) { lost = m.lost })
	return lost
}

// Leave has the member share with nobody any more, for good.
func (m *Member) Leave() {
	alone := &account{members: []*Member{m}, let: make(map[string]letGo), changes: changes.Add(1)}
	m.locked(func(a *account) {
		a.members = slices.DeleteFunc(a.members, func(other *Member) bool { return other == m })
		m.holdings.Keys(func(key, family string) { a.letGo(m, key, family) })
		m.asked, m.families, m.lost, m.left = nil, nil, nil, true
		a.changes = changes.Add(1)
		m.account.Store(alone)
	})
}

// Changes returns a number that is another one whenever a member has let something
// go, and with it the chance of those who were refused.
func (m *Member) Changes() (number uint64) {
	m.locked(func(a *account) { number = a.changes })
	return number
}

// Collect calls load when a scrape collects the driver, to choose what it shows.
func (m *Member) Collect(load func()) {
	m.locked(func(*account) {
		m.collects++
		m.latest.Store(int64(time.Since(m.made)))
		load()
	})
}
