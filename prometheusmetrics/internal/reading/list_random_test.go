package reading

import (
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/go-metrics-plus/metrics"
)

// messy is a source that gives its metrics twice, in another order or not to the end.
type messy struct {
	all     []found
	twice   bool
	panics  int // before which one; -1 for none
	hangs   int // likewise
	release chan struct{}
}

func (s *messy) Each(visit func(string, any)) {
	for i, f := range slices.Clone(s.all) {
		switch i {
		case s.panics:
			panic("midway")
		case s.hangs:
			<-s.release
		}
		visit(f.name, f.metric)
		if s.twice && i%2 == 0 {
			visit(f.name, f.metric)
		}
	}
}

// TestListsAgainstModel changes sources at random, and compares each list with what a
// simple one would be: every metric once, where it was given first, as the same one that
// it was; and what the source had before where it fails midway.
func TestListsAgainstModel(t *testing.T) {
	for seed := range uint64(60) {
		synctest.Test(t, func(t *testing.T) { listAgainstModel(t, rand.New(rand.NewPCG(seed, 0)), seed) })
	}
}

func listAgainstModel(t *testing.T, random *rand.Rand, seed uint64) {
	sources := []*messy{{}, {}}
	r := readerOf(sources[0], sources[1])
	lists := make([][]found, len(sources)) // as the model has them
	known := make(map[*Metric]found)
	for range 60 {
		for i, s := range sources {
			s.change(random)
			if s.panics < 0 && s.hangs < 0 {
				lists[i] = unique(s.all)
			}
		}
		got, want := r.Read(limit()).Metrics, slices.Concat(lists...)
		same := len(got) == len(want)
		for i := 0; same && i < len(got); i++ {
			f := found{got[i].Name, identity(got[i].value)}
			before, old := known[got[i]]
			same = f == found{want[i].name, identity(want[i].metric)} && (!old || before == f) &&
				got[i].Description == &noDescription && got[i].Fresh != (got[i].Kind == Unknown)
			known[got[i]] = f
		}
		if !same || r.known.Len() != len(want) {
			t.Fatalf("seed %d: the list is %v, want %v; %d are known", seed, got, want, r.known.Len())
		}
		for m, f := range known { // one that stays is no other one the next time
			same := func(other *Metric) bool { return other.key() == m.key() }
			if again, there := r.known.Find(m.key().hash(), same); there && again != m {
				t.Fatalf("seed %d: %v has been found anew", seed, f)
			}
			if !slices.Contains(got, m) {
				delete(known, m)
			}
		}
		synctest.Wait() // what hangs has got as far as that
		for _, s := range sources {
			if s.release != nil {
				close(s.release)
			}
		}
		synctest.Wait() // for what has hung, which comes too late
	}
}

// change changes something at random, and decides how the next list goes.
func (s *messy) change(random *rand.Rand) {
	values := []any{
		metrics.NewCounter(), metrics.NewGauge(), nan(1), nan(2), []int{1}, any(nil), struct{ any }{[]int{}}, 7, new(int),
	}
	for range random.IntN(4) {
		at := random.IntN(len(s.all) + 1)
		switch next := (found{[]string{"a", "b", "c"}[random.IntN(3)], values[random.IntN(len(values))]}); random.IntN(4) {
		case 0, 1:
			s.all = slices.Insert(s.all, at, next)
		case 2:
			s.all = slices.Delete(s.all, at, min(at+1+random.IntN(3), len(s.all)))
		case 3:
			random.Shuffle(len(s.all), func(i, j int) { s.all[i], s.all[j] = s.all[j], s.all[i] })
		}
	}
	s.twice, s.panics, s.hangs, s.release = random.IntN(4) == 0, -1, -1, nil
	if len(s.all) > 0 {
		switch random.IntN(8) {
		case 0:
			s.panics = random.IntN(len(s.all))
		case 1:
			s.hangs, s.release = random.IntN(len(s.all)), make(chan struct{})
		}
	}
}

// unique lists each metric once.
func unique(all []found) (list []found) {
	for _, f := range all {
		if !slices.ContainsFunc(list, func(other found) bool {
			return other.name == f.name && identity(other.metric) == identity(f.metric)
		}) {
			list = append(list, f)
		}
	}
	return list
}
