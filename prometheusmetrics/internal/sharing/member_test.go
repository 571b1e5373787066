package sharing

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
)

// holdings are what a test has a driver show: series, to their families.
type holdings map[string]Family

func (h holdings) Series(key string) (fmt.Stringer, bool) {
	f, held := h[key]
	return f.Metric, held
}

func (h holdings) Keys(each func(key, family string)) {
	for key, f := range h {
		each(key, f.Name)
	}
}

func (h holdings) Family(name string) (Family, bool) {
	for _, f := range h {
		if f.Name == name {
			return f, true
		}
	}
	return Family{}, false
}

func (h holdings) User(name string) (Family, bool) {
	for _, f := range h {
		if slices.Contains(families.Names(f.Name, f.Type), name) {
			return f, true
		}
	}
	return Family{}, false
}

// claim makes one of a series of a family: "c{x}" is one of the counter c.
func claim(series string) Claim {
	name, _, _ := strings.Cut(series, "{")
	typ := dto.MetricType_GAUGE
	switch name[0] {
	case 'c':
		typ = dto.MetricType_COUNTER
	case 'h':
		typ = dto.MetricType_HISTOGRAM
	}
	metric := &problem.Origin{Name: "metric " + series}
	family := Family{Name: name, Type: typ, Help: "Help of " + series, Metric: metric}
	return Claim{Family: family, Series: series, Metric: metric}
}

// key is that of the claim to a series.
func key(series string) Key { return claim(series).Key() }

// driver is a member that shows what it asks for, at once.
type driver struct {
	*Member
	holdings
}

func newDriver() *driver {
	h := holdings{}
	return &driver{NewMember(h), h}
}

// ask asks for series and commits those that are not refused.
func (d *driver) ask(series ...string) Answers {
	var claims []Claim
	for _, s := range series {
		claims = append(claims, claim(s))
	}
	answers := d.Ask(slices.Values(claims))
	d.Commit(nil, func() {
		for _, c := range claims {
			if answers.Refused[c.Key()] == nil {
				d.holdings[c.Series] = c.Family
			}
		}
	})
	return answers
}

func (d *driver) letGo(series string) {
	d.Commit(map[string]string{series: d.holdings[series].Name}, func() { delete(d.holdings, series) })
}

// collect notes a collection.
func (d *driver) collect() { d.Collect(func() {}) }

// pair makes two drivers of one registry.
func pair() (a, b *driver) {
	a, b = newDriver(), newDriver()
	b.Join(a.Member)
	return a, b
}

// TestOneOfTwo: of one series, one family and names that don't go together, the
// second driver gets nothing, and is told who has it.
func TestOneOfTwo(t *testing.T) {
	for _, test := range []struct{ first, second, want string }{
		{"g", "g", "series g is exposed by metric metric g of another driver"},
		{"g{1}", "g{2}", ""},
		{"h", "h_count",
			"family h_count (gauge) conflicts with h (histogram), exposed by metric metric h, of another driver"},
		{"h_count", "h", "family h (histogram) conflicts with h_count (histogram)"},
		{"c_total", "c", "family c (counter) conflicts with c_total (counter), exposed by metric metric c_total"},
		{"g", "other", ""},
	} {
		a, b := pair()
		a.ask(test.first)
		if refused := a.ask("more").Refused; len(refused) > 0 {
			t.Errorf("the first is refused %v", refused)
		}
		second := claim(test.second)
		if test.second == "h_count" {
			second.Family.Type = dto.MetricType_GAUGE
		}
		err := b.Ask(slices.Values([]Claim{second})).Refused[second.Key()]
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s beside %s: %v, want %q", test.second, test.first, err, test.want)
		}
	}
}

// TestChanges: others are told of what they may have been refused for, and of nothing
// else: each change has them plan anew.
func TestChanges(t *testing.T) {
	a, b := pair()
	before := b.Changes()
	changed := func(what string, want bool) {
		t.Helper()
		now := b.Changes()
		if (now != before) != want {
			t.Errorf("%s: a change is told: %v, want %v", what, now != before, want)
		}
		before = now
	}
	a.Ask(slices.Values([]Claim{claim("g")}))
	changed("asking for the first time", false)
	a.Ask(slices.Values([]Claim{}))
	changed("asking for less", true)
	a.Ask(slices.Values([]Claim{}))
	changed("asking for nothing again", false)
	a.Commit(nil, func() {})
	changed("an empty commit", false)
	a.ask("g")
	changed("showing what was asked for", false)
	a.letGo("g")
	changed("letting go", true)
}

// TestMove: a series that one driver lets go is free for the other when no scrape may
// have seen it that has yet to collect the other.
func TestMove(t *testing.T) {
	for _, test := range []struct {
		name          string
		before, after func(a, b *driver) // letting go
		free          bool
	}{
		{"never scraped", nil, nil, true},
		{"scraped", func(a, b *driver) { a.collect(); b.collect() }, nil, true},
		{"collected the other way round", func(a, b *driver) { b.collect(); a.collect() }, nil, true},
		{"in the midst of a scrape", func(a, _ *driver) { a.collect() }, nil, false},
		{"in the midst of a later scrape", func(a, b *driver) { a.collect(); b.collect(); a.collect() }, nil, false},
		{"at its end", func(a, _ *driver) { a.collect() }, func(_, b *driver) { b.collect() }, true},
		{"long ago", func(a, _ *driver) { a.collect() }, func(_, _ *driver) { time.Sleep(grace) }, true},
		{"long ago, and scraped since", func(a, _ *driver) { a.collect() },
			func(a, _ *driver) { time.Sleep(grace); a.collect() }, true},
		{"long after the last scrape", func(a, _ *driver) { a.collect(); time.Sleep(grace / 2) },
			func(_, _ *driver) { time.Sleep(grace - grace/2) }, true},
		{"while it is the other's turn", func(_, b *driver) { b.collect() }, nil, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			a, b := pair()
			time.Sleep(time.Hour) // after the zero time of collections
			a.ask("g")
			if test.before != nil {
				test.before(a, b)
			}
			changes := b.Changes()
			a.letGo("g")
			if b.Changes() == changes {
				t.Errorf("%s: nothing tells the other driver", test.name)
			}
			if test.after != nil {
				test.after(a, b)
			}
			err := b.ask("g").Refused[key("g")]
			if (err == nil) != test.free || err != nil && !errors.Is(err, ErrNotYet) {
				t.Errorf("%s: %v, want free: %v", test.name, err, test.free)
			}
			if test.free {
				return
			}
			if err := a.ask("g").Refused[key("g")]; err != nil {
				t.Errorf("%s: who let it go can't have it back: %v", test.name, err)
			}
		})
	}
}

// TestJoinLater: of what two drivers show when they find that they share a registry,
// the one that was there first keeps it.
func TestJoinLater(t *testing.T) {
	a, b, c := newDriver(), newDriver(), newDriver()
	a.ask("g", "first")
	b.ask("g", "second", "h")
	c.ask("h_sum")
	b.Join(c.Member)
	a.Join(b.Member)
	if !a.SharesWith(c.Member) || len(a.Lost()) > 0 {
		t.Errorf("the first has lost %v", a.Lost())
	}
	if lost := b.Lost(); len(lost) != 1 || lost[key("g")] == nil {
		t.Errorf("the second has lost %v", lost)
	}
	if lost := c.Lost(); len(lost) != 1 || !strings.Contains(lost[key("h_sum")].Error(), "conflicts with h (histogram)") {
		t.Errorf("the third has lost %v", lost)
	}
	b.letGo("g")
	if len(b.Lost()) > 0 {
		t.Errorf("after a commit the second has lost %v", b.Lost())
	}
}

// TestLeave: what a driver showed is free when it has left, and it does not join again.
func TestLeave(t *testing.T) {
	a, b := pair()
	a.ask("g")
	a.Leave()
	a.Join(b.Member)
	b.Join(a.Member)
	if a.SharesWith(b.Member) {
		t.Error("a driver that has left is back")
	}
	if err := b.ask("g").Refused[key("g")]; err != nil {
		t.Error(err)
	}
	if err := a.ask("g").Refused[key("g")]; err != nil {
		t.Errorf("who left can't show what it likes: %v", err)
	}
}

// TestLeaveDuringScrape: what a driver showed that leaves in the midst of a scrape is
// free when the scrape is over, also for one that is alone then.
func TestLeaveDuringScrape(t *testing.T) {
	a, b := pair()
	a.ask("g")
	a.collect()
	a.Leave()
	if err := b.ask("g").Refused[key("g")]; !errors.Is(err, ErrNotYet) {
		t.Errorf("in the midst of the scrape: %v", err)
	}
	b.collect()
	if err := b.ask("g").Refused[key("g")]; err != nil {
		t.Errorf("after the scrape: %v", err)
	}
}

// TestJoinConcurrentSafe joins and leaves from all sides.
func TestJoinConcurrentSafe(t *testing.T) {
	all := make([]*driver, 20)
	for i := range all {
		all[i] = newDriver()
	}
	var wg sync.WaitGroup
	for i, d := range all {
		wg.Go(func() {
			d.ask(fmt.Sprint("g{", i, "}"))
			for _, other := range all {
				d.Join(other.Member)
				d.collect()
				d.Lost()
			}
			if i%2 == 0 {
				d.Leave()
			}
		})
	}
	wg.Wait()
	for i, d := range all {
		if shares := d.SharesWith(all[1].Member); shares != (i%2 == 1) {
			t.Errorf("driver %d shares: %v", i, shares)
		}
	}
}
