package metrics

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// Sums of values of very different sizes, against exact arithmetic.
func TestFloatSum(t *testing.T) {
	for name, next := range map[string]func(i int) float64{
		"small after large": func(i int) float64 {
			if i == 0 {
				return 1e16
			}
			return 1
		},
		"tenths":     func(int) float64 { return 0.1 },
		"log-normal": func(int) float64 { return math.Exp(rand.NormFloat64() * 10) },
		"cancelling": func(i int) float64 { return rand.NormFloat64() * math.Pow(10, float64(i%20)) },
		"subnormal":  func(int) float64 { return math.Float64frombits(rand.Uint64N(1 << 52)) },
	} {
		t.Run(name, func(t *testing.T) {
			var sum, other floatSum
			exact := new(big.Float).SetPrec(2000)
			for i := range 100_000 {
				v := next(i)
				exact.Add(exact, big.NewFloat(v))
				if i%3 == 0 {
					other.add(v)
				} else {
					sum.add(v)
				}
			}
			sum.merge(other)
			want, _ := exact.Float64()
			if got := sum.value(); math.Abs(got-want) > math.Abs(want)*0x1p-52 {
				t.Errorf("sum %v, want %v", got, want)
			}
		})
	}
}

func TestFloatSumOfProducts(t *testing.T) {
	var sum floatSum
	exact := new(big.Float).SetPrec(2000)
	for range 10_000 {
		a, b := rand.NormFloat64(), float64(rand.Int64N(1<<50))
		sum.addProduct(a, b)
		exact.Add(exact, new(big.Float).SetPrec(2000).Mul(big.NewFloat(a), big.NewFloat(b)))
	}
	if want, _ := exact.Float64(); math.Abs(sum.value()-want) > math.Abs(want)*0x1p-52 {
		t.Errorf("sum %v, want %v", sum.value(), want)
	}
}

// What rounding cuts off of a sum or a product is there still.
func TestFloatSumKeepsTheRest(t *testing.T) {
	var part, sum, product floatSum
	part.add(1)
	part.add(0x1p-60)
	sum.merge(part)
	sum.merge(part)
	if want := (floatSum{2, 0x1p-59}); sum != want {
		t.Errorf("merged %v, want %v", sum, want)
	}
	product.addProduct(1+0x1p-30, 1+0x1p-30)
	if want := (floatSum{1 + 0x1p-29, 0x1p-60}); product != want {
		t.Errorf("product %v, want %v", product, want)
	}
}

// Positive values never let it go down, by not one bit.
func TestFloatSumGoesUp(t *testing.T) {
	var sum floatSum
	last := 0.
	for range 200_000 {
		sum.add(math.Exp(rand.NormFloat64() * 20))
		if sum.value() < last {
			t.Fatalf("went from %v to %v", last, sum.value())
		}
		last = sum.value()
	}
}

func TestFloatSumOverflow(t *testing.T) {
	var sum floatSum
	for range 3 {
		sum.add(math.MaxFloat64)
	}
	sum.addProduct(math.MaxFloat64, 2)
	sum.add(1)
	if got := sum.value(); !math.IsInf(got, 1) {
		t.Errorf("sum %v, want infinity", got)
	}
}
