package buckets

import (
	"encoding/binary"
	"math"
	"math/big"
	"slices"
	"strconv"
	"sync"
)

const (
	// FinestSchema and CoarsestSchema are the ends of what Prometheus knows.
	FinestSchema, CoarsestSchema = 8, -4

	// DefaultError replaces a relative error that isn't positive.
	DefaultError = 0.05
)

// Bounds where none are given: 1-2.5-5 steps in seconds for timers, powers of
// four for histograms, which leave the native buckets whole.
var (
	secondsBounds = []float64{
		0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 60,
	}
	countBounds = []float64{
		1, 1 << 2, 1 << 4, 1 << 6, 1 << 8, 1 << 10, 1 << 12, 1 << 14, 1 << 16,
		1 << 18, 1 << 20, 1 << 22, 1 << 24, 1 << 26, 1 << 28, 1 << 30, 1 << 32,
	}
)

// A Spec is what a sample of buckets is made from. All samples of the same
// parameters share one, and with it the tables of their buckets, which are made
// when they are first needed.
type Spec struct{ plain, seconds, float func() *Scheme }

// Plain returns the scheme whose bounds hold in recorded units.
func (s *Spec) Plain() *Scheme { return s.plain() }

// Seconds returns the scheme whose bounds hold in seconds, for values in
// nanoseconds.
func (s *Spec) Seconds() *Scheme { return s.seconds() }

// Float returns the scheme of floats, whose bounds hold as they are.
func (s *Spec) Float() *Scheme { return s.float() }

// specs are all there are. They stay: a program has few of them.
var specs struct {
	mu  sync.Mutex
	all map[string]*Spec
}

// SpecOf returns the spec of buckets that grow by no more than the error, and end
// at each of the bounds: in seconds for Seconds, as they are for Plain. An error
// that isn't positive is DefaultError. Without bounds either has its own.
func SpecOf(relativeError float64, bounds []float64) *Spec {
	schema := schemaFor(relativeError)
	bounds = cleanBounds(bounds)
	key := binary.BigEndian.AppendUint32(make([]byte, 0, 4+8*len(bounds)), uint32(schema))
	for _, bound := range bounds {
		key = binary.BigEndian.AppendUint64(key, math.Float64bits(bound))
	}
	specs.mu.Lock()
	defer specs.mu.Unlock()
	if spec := specs.all[string(key)]; spec != nil {
		return spec
	}
	plain, seconds, float := bounds, bounds, bounds
	if len(bounds) == 0 {
		plain, seconds, float = countBounds, secondsBounds, floatBounds
	}
	spec := &Spec{
		plain:   sync.OnceValue(func() *Scheme { return newScheme(schema, 1, plain) }),
		seconds: sync.OnceValue(func() *Scheme { return newScheme(schema, NanosPerSecond, seconds) }),
		float:   sync.OnceValue(func() *Scheme { return newFloatScheme(schema, float) }),
	}
	if specs.all == nil {
		specs.all = map[string]*Spec{}
	}
	specs.all[string(key)] = spec
	return spec
}

// schemaFor returns the coarsest schema whose buckets grow by no more than the
// error, or else the finest there is.
func schemaFor(relativeError float64) int32 {
	if !(relativeError > 0) {
		relativeError = DefaultError
	}
	for schema := CoarsestSchema; schema < FinestSchema; schema++ {
		if bucketGrowth(schema)-1 <= relativeError {
			return int32(schema)
		}
	}
	return FinestSchema
}

// bucketGrowth is the ratio of the bounds of a bucket: 2^(2^-schema).
func bucketGrowth(schema int) float64 { return math.Exp2(math.Ldexp(1, -schema)) }

// cleanBounds returns the bounds that make sense, in ascending order.
func cleanBounds(bounds []float64) []float64 {
	clean := make([]float64, 0, len(bounds))
	for _, bound := range bounds {
		if !math.IsNaN(bound) && !math.IsInf(bound, 0) {
			clean = append(clean, bound+0) // -0 becomes 0
		}
	}
	slices.Sort(clean)
	return slices.Compact(clean)
}

// Floor returns the highest integer that is no more than bound·unit, or the end
// of int64 next to it. A fraction counts as the decimal number it is written as: in
// nanoseconds 0.3 is 300,000,000, though the float64 next to 0.3 is less.
func Floor(bound float64, unit int64) (floor int64, within bool) {
	exact := new(big.Rat).SetFloat64(bound)
	if !exact.IsInt() {
		exact.SetString(strconv.FormatFloat(bound, 'g', -1, 64))
	}
	exact.Mul(exact, new(big.Rat).SetInt64(unit))
	integer := new(big.Int).Div(exact.Num(), exact.Denom()) // rounds down: the denominator is positive
	switch {
	case integer.IsInt64():
		return integer.Int64(), true
	case integer.Sign() < 0:
		return math.MinInt64, false
	}
	return math.MaxInt64, false
}
