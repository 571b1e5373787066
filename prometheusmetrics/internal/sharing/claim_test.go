package sharing

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestAskingReserves: what a plan has asked for nobody else gets, until the plan is
// committed without it, or the driver asks for something else.
func TestAskingReserves(t *testing.T) {
	a, b := pair()
	a.Ask(slices.Values([]Claim{claim("g")}))
	if b.ask("g").Refused[key("g")] == nil {
		t.Error("two plans were given one series")
	}
	a.Ask(slices.Values([]Claim{claim("other")}))
	if err := b.ask("g").Refused[key("g")]; err != nil {
		t.Errorf("what is not asked for any more: %v", err)
	}
	a.Commit(nil, func() {})
	if err := b.ask("other").Refused[key("other")]; err != nil {
		t.Errorf("what was not committed: %v", err)
	}
}

// TestSharedFamily: the second driver of a family learns help and unit of the first.
func TestSharedFamily(t *testing.T) {
	a, b := pair()
	a.ask("g{1}")
	if got := b.ask("g{2}").Families["g"].Help; got != "Help of g{1}" {
		t.Errorf("the help text is %q", got)
	}
	if !a.Shares("g") || !b.Shares("g") || a.Shares("other") {
		t.Error("who shares is wrong")
	}
	a.letGo("g{1}")
	if b.Shares("g") {
		t.Error("a family is shared with a driver that has let go of it")
	}
}

// TestReservedFamily: a family that is reserved, and not shown yet, is shared already.
func TestReservedFamily(t *testing.T) {
	a, b := pair()
	a.Ask(slices.Values([]Claim{claim("g{1}")}))
	answers := b.ask("g{2}")
	if len(answers.Refused) > 0 || answers.Families["g"].Help != "Help of g{1}" || !b.Shares("g") {
		t.Errorf("another series of a reserved family: %v", answers)
	}
}

// TestLetGoIsForgotten: what has been let go costs memory for a while only.
func TestLetGoIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := pair()
		time.Sleep(time.Hour)
		for i := range 100 {
			a.ask(fmt.Sprint("g", i))
			a.collect()
			a.letGo(fmt.Sprint("g", i))
		}
		if n := len(b.account.Load().let); n < 100 {
			t.Errorf("%d names are remembered", n)
		}
		time.Sleep(grace)
		b.Commit(nil, func() {})
		if n := len(b.account.Load().let); n > 0 {
			t.Errorf("%d names are remembered for ever", n)
		}
		alone := newDriver()
		alone.ask("g")
		alone.collect()
		alone.letGo("g")
		if n := len(alone.account.Load().let); n > 0 {
			t.Errorf("%d names are remembered for nobody", n)
		}
	})
}
