package benchmarks

import (
	"math"
	"math/rand/v2"
	"strconv"
	"time"
)

// Value is one value to be recorded, in the units that libraries want.
type Value struct {
	Nanoseconds int64
	Seconds     float64
	At          int // index of the instrument, where values are spread
}

// batch is how many values there are for one instrument. They are gone through
// again and again, so they have to stay in the processor's nearest cache beside
// what is measured.
const batch = 1024

// typical is the median latency: a service that answers within 20 ms.
const typical = 20 * time.Millisecond

// constantValues are all the same, in n instruments.
func constantValues(n int) []Value { return values(n, func(*rand.Rand) float64 { return 1 }) }

// logNormalValues are distributed as latencies are: the deviation of 1 puts the
// 99th percentile at ten times the median.
func logNormalValues(n int) []Value {
	return values(n, func(r *rand.Rand) float64 { return math.Exp(r.NormFloat64()) })
}

// values are a batch for one instrument, or eight for each of several: these
// come in random order, so that the processor can't guess which is next.
func values(n int, factor func(*rand.Rand) float64) []Value {
	random := rand.New(rand.NewPCG(1, 2))
	size := batch
	if n > 1 {
		size = 8 * n
	}
	all := make([]Value, size)
	for i := range all {
		d := time.Duration(factor(random) * float64(typical))
		all[i] = Value{Nanoseconds: int64(d), Seconds: d.Seconds(), At: i % n}
	}
	random.Shuffle(len(all), func(i, j int) { all[i].At, all[j].At = all[j].At, all[i].At })
	return all
}

// Pair is the labels of one event: a status and a method.
type Pair struct{ Code, Method string }

// pairs are a batch of events of 60 different label pairs in random order.
func pairs() []Pair {
	random := rand.New(rand.NewPCG(3, 4))
	methods := []string{"GET", "HEAD", "POST", "PUT", "DELETE"}
	all := make([]Pair, batch)
	for i := range all {
		all[i] = Pair{strconv.Itoa(200 + 25*random.IntN(12)), methods[random.IntN(len(methods))]}
	}
	return all
}

// names returns n names with the prefix.
func names(prefix string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = prefix + "_" + strconv.Itoa(i)
	}
	return all
}
