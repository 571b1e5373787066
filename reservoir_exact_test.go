package metrics

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// outcome is what is compared of a run: a member drawn at random, by the place of its
// update in the stream, and tau.
type outcome struct{ member, tau float64 }

// prioritySample samples a stream by the definition: each value draws a priority, the
// highest ones are members, and tau is the highest of the others.
func (s stream) prioritySample(size int, alpha float64, random *rand.Rand) outcome {
	type drawn struct{ place, priority float64 }
	all := make([]drawn, len(s))
	for i, t := range s {
		all[i] = drawn{float64(i) / float64(len(s)), alpha*float64(t)/1e9 + random.ExpFloat64()}
	}
	slices.SortFunc(all, func(a, b drawn) int {
		if a.priority > b.priority {
			return -1
		}
		return 1
	})
	o := outcome{member: all[random.IntN(min(size, len(all)))].place}
	if len(all) > size {
		o.tau = all[size].priority
	}
	return o
}

// reservoirSample has a reservoir do the same, which is read now and then if so
// desired.
func (s stream) reservoirSample(size int, alpha float64, random *rand.Rand, read bool) outcome {
	r := newTestReservoir(size, alpha, random.Uint64())
	for i, t := range s {
		r.record(int64(i), r.start+t)
		if read && random.IntN(100) == 0 {
			r.Percentile(0.5)
		}
	}
	values := r.Values()
	return outcome{float64(values[random.IntN(len(values))]) / float64(len(s)), r.members.tau}
}

// twoSampleChi bins both lists by the deciles of the first, and returns chi-square
// for whether they come from one distribution, and the degrees of freedom.
func twoSampleChi(a, b []float64) (chi float64, freedom int) {
	sorted := slices.Sorted(slices.Values(a))
	var edges []float64
	for i := 1; i < 10; i++ {
		edges = append(edges, sorted[i*len(sorted)/10])
	}
	edges = slices.Compact(edges)
	count := func(list []float64) []float64 {
		bins := make([]float64, len(edges)+1)
		for _, v := range list {
			bin, _ := slices.BinarySearch(edges, v)
			bins[bin]++
		}
		return bins
	}
	first, second := count(a), count(b)
	for i := range first {
		if total := first[i] + second[i]; total > 0 {
			chi += (first[i] - second[i]) * (first[i] - second[i]) / total
			freedom++
		}
	}
	return chi, freedom - 1
}

// TestReservoirIsAPrioritySample compares reservoirs with sampling by the definition,
// over bursts and idle times, for sizes down to 1, read now and then or only at the
// end.
func TestReservoirIsAPrioritySample(t *testing.T) {
	skipUnderRace(t)
	idle := append(regular(0, second/100, 300), regular(200*second, second, 100)...)
	for name, test := range map[string]struct {
		alpha  float64
		stream stream
	}{
		"steady":      {0.015, regular(0, second/10, 600)},
		"bursts":      {0.015, bursts(20*second, 40, 12)},
		"idle times":  {0.015, append(idle, regular(1000*second, second/50, 100)...)},
		"all at once": {0.015, regular(0, 0, 500)},
		"steep":       {2, regular(0, second/20, 400)},
		"uniform":     {0, regular(0, second, 500)},
	} {
		for _, size := range []int{1, 2, 30} {
			for _, read := range []bool{false, true} {
				const runs = 800
				random := rand.New(rand.NewPCG(22, uint64(size)))
				var members, taus [2][]float64
				for range runs {
					want := test.stream.prioritySample(size, test.alpha, random)
					got := test.stream.reservoirSample(size, test.alpha, random, read)
					members[0], taus[0] = append(members[0], want.member), append(taus[0], want.tau)
					members[1], taus[1] = append(members[1], got.member), append(taus[1], got.tau)
				}
				for what, lists := range map[string][2][]float64{"members": members, "tau": taus} {
					chi, freedom := twoSampleChi(lists[0], lists[1])
					// Wilson and Hilferty's limit of chi-square at 1 in 20,000.
					ninth := 2 / (9 * float64(freedom))
					limit := float64(freedom) * math.Pow(1-ninth+3.9*math.Sqrt(ninth), 3)
					if chi > limit {
						t.Errorf("%s, size %d, read %t: chi-square of %s %.1f, at most %.1f", name, size, read, what, chi, limit)
					}
				}
			}
		}
	}
}
