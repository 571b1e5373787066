package metrics

import (
	"math"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

const (
	second = int64(time.Second)
	day    = 24 * 3600 * second
)

// newTestReservoir draws the same random numbers each time.
func newTestReservoir(size int, alpha float64, seed uint64) *reservoir {
	r := new(reservoir)
	r.open(size, alpha)
	r.source = splitMix(seed*0x9e3779b97f4a7c15>>7 + 1)
	return r
}

// stream is a series of updates: how long after the start each one comes.
type stream []int64

// regular is one update every interval.
func regular(from, interval int64, n int) (s stream) {
	for i := range int64(n) {
		s = append(s, from+i*interval)
	}
	return s
}

// bursts are n updates at once every interval, times over.
func bursts(interval int64, n, times int) (s stream) {
	for i := range int64(times) {
		s = append(s, regular(i*interval, 0, n)...)
	}
	return s
}

// estimate feeds a reservoir with a stream, the value of each update being the
// group that it belongs to, and adds to weights what the reservoir says each
// group weighs at the end. It is what the statistics are computed from.
func (s stream) estimate(r *reservoir, groups int, weights []float64) {
	for i, t := range s {
		r.record(int64(i*groups/len(s)), r.start+t)
	}
	r.sort()
	end := r.members.alpha * float64(r.unitAt(r.start+s[len(s)-1]))
	for _, e := range r.members.entries {
		weights[e.value] += math.Exp(max(r.members.weight(e), r.members.tau) - end)
	}
}

// skipUnderRace leaves out what takes long and has one goroutine only.
func skipUnderRace(t *testing.T) {
	t.Helper()
	if underRace {
		t.Skip("nothing here is concurrent")
	}
}

// exact is what the groups really weigh, by their age at the end.
func (s stream) exact(alpha float64, groups int) []float64 {
	weights := make([]float64, groups)
	end := s[len(s)-1]
	for i, t := range s {
		weights[i*groups/len(s)] += math.Exp(-alpha * float64(end-t) / 1e9)
	}
	return weights
}

// TestWeightsAreExactOnAverage runs a reservoir many times over the same stream.
// The weights it assigns must be the exact ones on average: within what the
// scatter of the runs allows for each group, and by a chi-square over all. This
// is the property that Duffield, Lund and Thorup prove.
func TestWeightsAreExactOnAverage(t *testing.T) {
	skipUnderRace(t)
	const groups = 8
	for name, test := range map[string]struct {
		size   int
		alpha  float64
		stream stream
	}{
		"busy":                {100, 0.015, regular(0, second/50, 6000)},
		"busy, small":         {7, 0.015, regular(0, second/20, 2000)},
		"busy at once":        {50, 0.015, regular(0, 100, 3000)},
		"one per second":      {100, 0.015, regular(0, second, 400)},
		"one per 10 seconds":  {20, 0.015, regular(0, 10*second, 100)},
		"a few per second":    {100, 0.015, regular(0, second/4, 1000)},
		"steep":               {50, 1, regular(0, second/100, 1000)},
		"not full":            {500, 0.015, regular(0, second, 400)},
		"after 300 idle days": {100, 0.015, regular(300*day, second/4, 1000)},
		"with a pause":        {100, 0.015, append(regular(0, second/10, 2000), regular(300*second, second/10, 500)...)},
		"uniform":             {100, 0, regular(0, second, 2000)},
		"bursts":              {10, 0.015, bursts(60*second, 10, 50)},
		"uniform, small":      {5, 0, regular(0, second, 100)},
		"uniform, tiny":       {2, 0, regular(0, second, 50)},
	} {
		t.Run(name, func(t *testing.T) {
			runs := float64(max(300, 400_000/len(test.stream)))
			exact := test.stream.exact(test.alpha, groups)
			sum, squares := make([]float64, groups), make([]float64, groups)
			for seed := range uint64(runs) {
				weights := make([]float64, groups)
				test.stream.estimate(newTestReservoir(test.size, test.alpha, seed), groups, weights)
				for g, w := range weights {
					sum[g] += w
					squares[g] += w * w
				}
			}
			chi := 0.0
			for g := range groups {
				mean := sum[g] / runs
				deviation := math.Sqrt(max(squares[g]/runs-mean*mean, 0) / runs)
				// A stamp rounds the time to a millisecond; a group too light to
				// be seen in any run is left out.
				distance := max(math.Abs(mean-exact[g])-1e-3*exact[g], 0)
				if deviation > 0 {
					chi += distance * distance / (deviation * deviation)
				}
				if distance > 4*deviation && exact[g] > 0.02 {
					t.Errorf("group %d weighs %.4f ± %.4f, should be %.4f", g, mean, deviation, exact[g])
				}
			}
			if chi > 26.1 { // 8 degrees of freedom, 0.1 %
				t.Errorf("chi-square %.1f", chi)
			}
		})
	}
}

// TestMembersAreDrawnByWeight looks at the members themselves: in a busy stream
// each group must hold its share of the reservoir.
func TestMembersAreDrawnByWeight(t *testing.T) {
	skipUnderRace(t)
	const groups, runs, size = 20, 60, 1028
	for name, alpha := range map[string]float64{"decaying": 0.015, "uniform": 0} {
		busy := regular(0, second/200, 40_000)
		exact := busy.exact(alpha, groups)
		total := 0.0
		for _, w := range exact {
			total += w
		}
		members := make([]float64, groups)
		for seed := range uint64(runs) {
			r := newTestReservoir(size, alpha, seed)
			busy.estimate(r, groups, make([]float64, groups))
			for _, e := range r.members.entries {
				members[e.value]++
			}
		}
		chi := 0.0
		for g, n := range members {
			expected := exact[g] / total * size * runs
			chi += (n - expected) * (n - expected) / expected
		}
		if chi < 4 || chi > 43.8 { // 19 degrees of freedom, 0.1 %; far too good is wrong, too
			t.Errorf("%s: chi-square %.1f for members %v", name, chi, members)
		}
	}
}

// TestEveryUpdateHasTheSameChance drives the way of most updates, which don't know
// the time and are let pass by their number: at one moment, each of n updates is
// in a reservoir of k with a probability of k/n.
func TestEveryUpdateHasTheSameChance(t *testing.T) {
	skipUnderRace(t)
	synctest.Test(t, func(t *testing.T) {
		const n, size, runs, groups = 10_000, 50, 400, 25
		for _, alpha := range []float64{0, 0.015} {
			chosen, negative := make([]float64, groups), 0.0
			for seed := range uint64(runs) {
				r := newTestReservoir(size, alpha, seed)
				for i := range int64(n) {
					if i%8 == 3 {
						i = -1 - i // doesn't fit total's word
					}
					r.update(i)
				}
				for _, v := range r.Values() {
					chosen[max(v, -1-v)*groups/n]++
					if v < 0 {
						negative++
					}
				}
			}
			if expected := size * runs / 8.; math.Abs(negative-expected) > 3.3*math.Sqrt(expected*7/8) {
				t.Errorf("alpha %v: an eighth was negative, but %v of %d", alpha, negative, size*runs)
			}
			chi := 0.0
			const expected = float64(size*runs) / groups
			for _, c := range chosen {
				chi += (c - expected) * (c - expected) / expected
			}
			if chi < 6 || chi > 51.2 { // 24 degrees of freedom, 0.1 %
				t.Errorf("alpha %v: chi-square %.1f: %v", alpha, chi, chosen)
			}
		}
	})
}

// followed returns how long the percentile p takes to come half way from one
// value to another, after the values have changed all at once, before after start.
func followed(r *reservoir, p float64, start, before, interval, from, to int64) float64 {
	t := start
	for ; t < start+before; t += interval {
		r.record(from, r.start+t)
	}
	var s Statistics
	changed := t
	for ; ; t += interval {
		r.record(to, r.start+t)
		r.statistics(&s, []float64{p})
		if math.Abs(s.Percentiles[0]-float64(to)) <= math.Abs(float64(to-from))/2 {
			return float64(t-changed) / 1e9
		}
	}
}

// Half of all weight is younger than ln(2)/alpha, 46.2 s, so this is how long a
// median takes to follow, however few the updates.
func TestTheMedianFollowsAStep(t *testing.T) {
	skipUnderRace(t)
	for name, test := range map[string]struct {
		interval  int64
		tolerance float64
	}{
		"10 per second":   {second / 10, 8},
		"1 per second":    {second, 3},
		"0.1 per second":  {10 * second, 10},
		"0.05 per second": {20 * second, 20},
	} {
		before := 1500 * test.interval
		for _, step := range [][2]int64{{100, 200}, {200, 100}} {
			sum := 0.0
			const runs = 10
			for seed := range uint64(runs) {
				sum += followed(newTestReservoir(1028, 0.015, seed), 0.5, 0, before, test.interval, step[0], step[1])
			}
			if mean := sum / runs; math.Abs(mean-46.2) > test.tolerance {
				t.Errorf("%s: the median followed from %d to %d after %.1f s", name, step[0], step[1], mean)
			}
		}
	}
}

// What was slow hours ago must not rule the high percentiles of an instrument
// that is updated once in ten seconds, though it is still a member.
func TestHighPercentilesFollowAStep(t *testing.T) {
	for _, p := range []float64{0.95, 0.99, 0.999} {
		if got := followed(newTestReservoir(1028, 0.015, 1), p, 0, 4*3600*second, 10*second, 1000, 10); got > 600 {
			t.Errorf("percentile %v took %.0f s to fall", p, got)
		}
	}
}

func TestAfterDays(t *testing.T) {
	skipUnderRace(t)
	r := newTestReservoir(1028, 0.015, 1)
	for i := range int64(300_000) { // three days and a half
		r.record(100+i%10, r.start+i*second)
	}
	var s Statistics
	r.statistics(&s, []float64{0.5})
	if math.Abs(s.Mean-104.5) > 1.5 || s.Min != 100 || s.Max != 109 || r.Size() != 1028 {
		t.Errorf("after days of updates: %+v", s)
	}
	if got := followed(r, 0.5, 4*day, 3600*second, second, 100, 500); math.Abs(got-46) > 8 {
		t.Errorf("after days of updates, the median followed after %.0f s", got)
	}

	// After days of rest, the first new value is all that counts.
	r.record(7, r.start+20*day)
	r.statistics(&s, []float64{0.01, 0.5, 0.99})
	if !near(s.Mean, 7, 1e-12) || s.Percentiles[0] != 7 || s.Percentiles[2] != 7 {
		t.Errorf("after days of rest, then 7: %+v", s)
	}
	for i := range int64(600) {
		r.record(1000, r.start+20*day+i*second/10)
	}
	r.statistics(&s, []float64{0.01, 0.5, 0.99})
	if s.Percentiles[0] != 1000 || s.Percentiles[1] != 1000 {
		t.Errorf("one 7, then 600 times 1000: %+v", s)
	}
}

// TestBusyReservoirsRarelyLock counts what costs more than an addition.
func TestBusyReservoirsRarelyLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newTestReservoir(1028, 0.015, 1)
		const rate = 20_000
		changes := func(seconds int) uint64 {
			before := r.version
			for range seconds * 1000 {
				for range rate / 1000 {
					r.update(5)
				}
				time.Sleep(time.Millisecond)
			}
			return r.version - before
		}
		changes(100)
		before := r.source
		// size·alpha = 15.4 per second are admitted, and a few more drawn that
		// are turned away in the end.
		if got := float64(changes(30)) / 30; got < 10 || got > 22 {
			t.Errorf("%.1f changes per second", got)
		}
		// Fifteen periods a second, and two random numbers for each of them and of the admitted.
		if got := float64(steps(before, r.source)) / 30; got < 30 || got > 100 {
			t.Errorf("%.1f random numbers per second", got)
		}
		if got := r.total.read().count; got != 130*rate {
			t.Errorf("count %d", got)
		}
	})
}

// steps is how many random numbers a source gave on the way from one state to another.
func steps(from, to splitMix) (n int) {
	for ; from != to; n++ {
		from.Uint64()
	}
	return n
}

func TestReservoirParameters(t *testing.T) {
	for _, test := range []struct {
		size      int
		alpha     float64
		wantSize  int
		wantAlpha float64
	}{
		{100, 0.5, 100, 0.5},
		{0, 0.5, 1028, 0.5},
		{-5, -0.5, 1028, 0.015},
		{5, math.NaN(), 5, 0.015},
		{5, math.Inf(1), 5, 0.015},
		{5, math.Inf(-1), 5, 0.015},
		{5, 0, 5, 0},
	} {
		var r reservoir
		r.open(test.size, test.alpha)
		alpha := r.members.alpha / (1 << unitShift) * 1e9
		if r.members.size != test.wantSize || !near(alpha, test.wantAlpha, 1e-12) {
			t.Errorf("%d, %v became %d, %v", test.size, test.alpha, r.members.size, alpha)
		}
	}
	// No alpha may make a figure NaN.
	for _, alpha := range []float64{1e-300, 1000, 1e300, math.MaxFloat64} {
		r := newTestReservoir(10, alpha, 1)
		for i := range int64(1000) {
			r.record(i, r.start+i*day)
		}
		var s Statistics
		r.statistics(&s, []float64{0.5, 1})
		if math.IsNaN(s.Mean+s.Variance+s.Percentiles[0]+s.Percentiles[1]) || s.Max < 900 {
			t.Errorf("alpha %g: %+v", alpha, s)
		}
	}
}

func TestReservoirKeepsAllUntilFull(t *testing.T) {
	for _, alpha := range []float64{0, 0.015, 10} {
		r := newTestReservoir(500, alpha, 1)
		var want []int64
		for i := range int64(500) {
			want = append(want, 500-i)
			r.record(500-i, r.start+i*second)
		}
		slices.Sort(want)
		if got := r.Values(); !slices.Equal(got, want) {
			t.Errorf("alpha %v: members %v", alpha, got)
		}
		r.Clear()
		if r.Size() != 0 || r.Count() != 0 || r.Sum() != 0 {
			t.Errorf("cleared: %+v", r.Snapshot())
		}
		for range 1000 {
			r.record(5, r.start+500*second)
		}
		if r.Size() != 500 || r.Count() != 1000 || r.Sum() != 5000 || r.Mean() != 5 {
			t.Errorf("filled again: size %d, count %d", r.Size(), r.Count())
		}
		r.Clear()
		for range 300 {
			r.record(5, r.start+500*second)
		}
		if r.Size() != 300 {
			t.Errorf("cleared when full: size %d after 300 updates", r.Size())
		}
	}
}

// When a word's count starts over, the gate is drawn anew, also if somebody holds the
// lock just then: the old one would keep thousands of updates from being sampled.
func TestGateIsDrawnAnewAfterASpill(t *testing.T) {
	const stale = 12345<<countShift | 1 // never drawn: draws have no sum
	for range 200 {
		r := newTestReservoir(16, 0, 1)
		for range 1000 {
			r.Update(1)
		}
		r.total.set(tally{})
		r.total.word.Store(100*countOne | (1<<46 - 1)) // one more value fills the sum
		r.gate.Store(stale)
		r.mu.Lock() // as a reader does
		updated := make(chan struct{})
		go func() {
			r.Update(1 << 37)
			close(updated)
		}()
		for r.total.read().count < 101 || r.total.word.Load() != 0 {
			runtime.Gosched()
		}
		r.mu.Unlock()
		<-updated
		if r.gate.Load() == stale {
			t.Fatal("the gate is that of numbers gone by")
		}
	}
}
