package sharing

import (
	"errors"
	"fmt"
	"iter"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
)

// Claim is a series that a driver would show.
type Claim struct {
	Family Family
	Series string // its family and labels, as no other series is written
	Metric fmt.Stringer
}

// Key tells claims apart. A series that can't be had as a histogram may be had as a
// gauge.
type Key struct {
	Series string
	Type   dto.MetricType
}

// Key returns the claim's key.
func (c Claim) Key() Key { return Key{c.Series, c.Family.Type} }

// ErrNotYet is why a series can't be had that another driver has just let go. It is
// to be had with one of the next flushes.
var ErrNotYet = errors.New("another driver has just let it go")

// Answers is what became of claims.
type Answers struct {
	// Refused says why, for each claim that can't be had.
	Refused map[Key]error

	// Families are those of which another driver shows series, by name. Help and
	// unit are to be as there.
	Families map[string]Family
}

// Ask reserves series, and says which can't be had. What was reserved by an earlier
// call, and is not part of a commit, is not reserved any more.
func (m *Member) Ask(claims iter.Seq[Claim]) (answers Answers) {
	m.locked(func(a *account) {
		if len(m.asked) > 0 {
			a.changes = changes.Add(1) // others may have been refused for it
		}
		m.asked, m.families = nil, nil
		if len(a.members) == 1 && len(a.let) == 0 {
			return
		}
		answers = Answers{Refused: make(map[Key]error), Families: make(map[string]Family)}
		m.asked, m.families = make(map[string]fmt.Stringer), make(map[string]Family)
		now := time.Now()
		a.forget(now)
		for claim := range claims {
			m.ask(a, claim, now, &answers)
		}
	})
	return answers
}

func (m *Member) ask(a *account, claim Claim, now time.Time, answers *Answers) {
	names := families.Names(claim.Family.Name, claim.Family.Type)
	for _, other := range a.members {
		if other == m {
			continue
		}
		family, err := other.objects(claim)
		if err != nil {
			answers.Refused[claim.Key()] = err
			return
		}
		if family != nil {
			answers.Families[family.Name] = *family
		}
	}
	for _, name := range append(names, claim.Series) {
		if !a.isFree(name, m, now) {
			answers.Refused[claim.Key()] = ErrNotYet
			return
		}
	}
	m.asked[claim.Series] = claim.Metric
	if _, known := m.families[claim.Family.Name]; !known {
		for _, name := range names {
			m.families[name] = claim.Family
		}
	}
}

// objects says why the member, which shows or has reserved what is in the way, can't
// let another have the claim. Otherwise it returns the family, if it has it, too.
func (m *Member) objects(claim Claim) (*Family, error) {
	metric, held := m.holdings.Series(claim.Series)
	if !held {
		metric, held = m.asked[claim.Series]
	}
	if held {
		return nil, fmt.Errorf("series %s is exposed by metric %s of another driver", claim.Series, metric)
	}
	if family, held := m.family(claim.Family.Name); held {
		if family.Type != claim.Family.Type {
			return nil, conflict(claim.Family, family)
		}
		return &family, nil
	}
	for _, name := range families.Names(claim.Family.Name, claim.Family.Type) {
		if family, held := m.holdings.User(name); held {
			return nil, conflict(claim.Family, family)
		}
		if family, held := m.families[name]; held {
			return nil, conflict(claim.Family, family)
		}
	}
	return nil, nil
}

func (m *Member) family(name string) (Family, bool) {
	if family, held := m.holdings.Family(name); held {
		return family, true
	}
	family, held := m.families[name]
	return family, held && family.Name == name
}

func conflict(f, with Family) error {
	return fmt.Errorf("%w, of another driver", Conflict(f, with))
}

// Conflict is the error for a family that can't be exposed beside another one.
func Conflict(f, with Family) error {
	return fmt.Errorf("family %s (%s) conflicts with %s (%s), exposed by metric %s",
		f.Name, families.TypeName(f.Type), with.Name, families.TypeName(with.Type), with.Metric)
}

// Commit makes a plan the state: apply changes the holdings, and what scrapes see,
// by what was asked for and by letting go of the released series, given with their
// families.
func (m *Member) Commit(released map[string]string, apply func()) {
	m.locked(func(a *account) {
		if len(a.members) > 1 {
			for key, family := range released {
				a.letGo(m, key, family)
			}
		}
		if len(released) > 0 {
			a.changes = changes.Add(1)
		}
		if len(a.let) > 0 {
			a.forget(time.Now())
		}
		apply()
		for key := range m.asked {
			if _, held := m.holdings.Series(key); !held {
				a.changes = changes.Add(1)
				break
			}
		}
		m.asked, m.families, m.lost = nil, nil, nil
	})
}

// letGo notes that a member does not show a series any more, and maybe no other one
// of the family.
func (a *account) letGo(m *Member, key, family string) {
	gone := letGo{by: m, collects: m.collects, at: time.Now()}
	a.let[key] = gone
	if f, held := m.holdings.Family(family); held {
		for _, name := range families.Names(f.Name, f.Type) {
			a.let[name] = gone
		}
	}
}

// isFree reports whether no scrape is under way that may have seen the name or series
// of the member that let it go, and has yet to collect this one. As long as scrapes
// don't overlap, one that has collected either of them as often as the other is at
// no such point.
func (a *account) isFree(name string, m *Member, now time.Time) bool {
	gone, held := a.let[name]
	return !held || gone.by == m || m.collects >= gone.collects || gone.isOld(now)
}

// isOld reports whether every scrape that may have seen it has ended for sure.
func (g letGo) isOld(now time.Time) bool {
	return now.Sub(g.at) >= grace || g.by.isQuiet(now)
}

// isQuiet reports whether no scrape that has collected the member is under way.
func (m *Member) isQuiet(now time.Time) bool {
	return int64(now.Sub(m.made))-m.latest.Load() >= int64(grace)
}

// forget drops what is free for everybody. Where scrapes have ceased, what they
// counted is made equal, since a driver may have been made in the midst of one.
func (a *account) forget(now time.Time) {
	quiet := true
	for _, m := range a.members {
		quiet = quiet && m.isQuiet(now)
	}
	if quiet {
		collects := a.highest()
		for _, m := range a.members {
			m.collects = collects
		}
	}
	for name, gone := range a.let {
		if gone.isOld(now) {
			delete(a.let, name)
		}
	}
}

// Shares reports whether another driver shows series of the family, or may still be
// seen to.
func (m *Member) Shares(name string) (shared bool) {
	m.locked(func(a *account) {
		for _, other := range a.members {
			if other != m {
				_, held := other.family(name)
				shared = shared || held
			}
		}
		shared = shared || !a.isFree(name, m, time.Now())
	})
	return shared
}
