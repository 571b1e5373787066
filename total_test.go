package metrics

import (
	"math"
	"math/big"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
)

func bigSum(t tally) *big.Int {
	sum := new(big.Int).Lsh(big.NewInt(t.high), 64)
	return sum.Add(sum, new(big.Int).SetUint64(t.low))
}

func TestTallyAgreesWithBigIntegers(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		var got tally
		want := new(big.Int)
		for range 1 + random.IntN(50) {
			v := int64(random.Uint64()) >> random.IntN(64)
			if random.IntN(4) == 0 {
				v = []int64{math.MinInt64, math.MaxInt64, -1, 0, 1}[random.IntN(5)]
			}
			got.add(1, v)
			want.Add(want, big.NewInt(v))

			if bigSum(got).Cmp(want) != 0 {
				t.Fatalf("sum %v, want %v", bigSum(got), want)
			}
			saturated := want.Int64()
			if !want.IsInt64() {
				saturated = math.MaxInt64
				if want.Sign() < 0 {
					saturated = math.MinInt64
				}
			}
			if got.Sum() != saturated {
				t.Fatalf("Sum %v for %v", got.Sum(), want)
			}
			if f, _ := new(big.Float).SetInt(want).Float64(); math.Abs(got.SumFloat64()-f) > 3e-16*math.Abs(f) {
				t.Fatalf("SumFloat64 %v for %v", got.SumFloat64(), want)
			}
		}
	}
}

func TestTotalOfEverySize(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	var total total
	var want tally
	for i := range 200_000 {
		v := int64(random.Uint64()) >> random.IntN(64)
		if i%3 > 0 {
			v = random.Int64N(packable) // fills the word's sum as fast as can be
		}
		total.add(v)
		want.add(1, v)
		if i%1000 == 0 && total.read() != want {
			t.Fatalf("after %d values %v, want %v", i+1, total.read(), want)
		}
	}
	if got := total.read(); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	total.set(tally{})
	total.add(3)
	if got := total.read(); got.Count() != 1 || got.Sum() != 3 {
		t.Errorf("cleared, then 3: %v", got)
	}
}

// TestTotalIsReadAsOfOneMoment has writers record equal values: in every reading
// the sum must be their multiple, and neither sum nor count may go down.
func TestTotalIsReadAsOfOneMoment(t *testing.T) {
	// Values that fill the word by its count, by its sum, and that don't fit it.
	for _, value := range []int64{7, packable - 1, packable + 7, -7} {
		const writers, each = 4, 60_000
		var total total
		var writing sync.WaitGroup
		for range writers {
			writing.Go(func() {
				for range each {
					total.add(value)
				}
			})
		}
		done := make(chan struct{})
		go func() {
			writing.Wait()
			close(done)
		}()
		last := tally{}
		for reading := true; reading; {
			select {
			case <-done:
				reading = false
			default:
			}
			got := total.read()
			want := new(big.Int).Mul(big.NewInt(value), big.NewInt(got.count))
			if bigSum(got).Cmp(want) != 0 {
				t.Fatalf("%d values of %d sum up to %v", got.count, value, bigSum(got))
			}
			if got.count < last.count {
				t.Fatalf("count fell from %d to %d", last.count, got.count)
			}
			last = got
		}
		if last.count != writers*each {
			t.Errorf("%d values of %d counted, %d recorded", last.count, value, writers*each)
		}
	}
}

// TestNothingIsMissedWhileFolding stops half way in folding: what has left the
// word but not yet reached the tally must not be missing from a reading, nor
// survive a reset.
func TestNothingIsMissedWhileFolding(t *testing.T) {
	for name, test := range map[string]struct {
		use  func(*total) tally
		want int64
	}{
		"read":  {func(t *total) tally { return t.read() }, 5},
		"reset": {func(t *total) tally { t.set(tally{}); return t.read() }, 0},
	} {
		var total total
		for range 5 {
			total.add(7)
		}
		word := total.take()

		result := make(chan tally)
		go func() { result <- test.use(&total) }()
		for range 1000 {
			runtime.Gosched() // give it the chance to err
		}
		total.deliver(word)
		if got := <-result; got.Count() != test.want || got.Sum() != 7*test.want {
			t.Errorf("%s: count %d, sum %d", name, got.Count(), got.Sum())
		}
	}
}
