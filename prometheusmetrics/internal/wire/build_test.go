package wire

import (
	"encoding/binary"
	"math"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// builder builds families from the bytes of a fuzzer: each decision takes some,
// and when they are used up all that follow are for the first choice.
type builder struct{ data []byte }

func (b *builder) choose(n int) int {
	if len(b.data) == 0 {
		return 0
	}
	c := int(b.data[0])
	b.data = b.data[1:]
	return c % n
}

func (b *builder) uint64() uint64 {
	var raw [8]byte
	b.data = b.data[copy(raw[:], b.data):]
	return binary.LittleEndian.Uint64(raw[:])
}

func (b *builder) string(choices ...string) string {
	if i := b.choose(len(choices) + 1); i < len(choices) {
		return choices[i]
	}
	n := min(b.choose(20), len(b.data))
	s := string(b.data[:n])
	b.data = b.data[n:]
	return s
}

func (b *builder) float() float64 {
	special := []float64{0, 1, -1, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1), 0.5, 1e6, 999999, -1e6, 1234567,
		1 << 53, 1<<53 - 1, 1e15, 1e21, 1e-5, 1e300, math.MaxFloat64, math.SmallestNonzeroFloat64}
	switch i := b.choose(len(special) + 3); {
	case i < len(special):
		return special[i]
	case i == len(special):
		return float64(int64(b.uint64()) >> b.choose(64))
	case i == len(special)+1:
		return float64(int64(b.uint64())>>b.choose(64)) / 1000
	}
	return math.Float64frombits(b.uint64())
}

// some returns a pointer to the value, or nil.
func some[T any](b *builder, value T) *T {
	if b.choose(8) == 7 {
		return nil
	}
	return &value
}

// several builds up to n of something.
func several[T any](b *builder, n int, build func() T) (all []T) {
	for range b.choose(n + 1) {
		all = append(all, build())
	}
	return all
}

// orNil is what is built, or nil where a message should be.
func orNil[T any](b *builder, build func() *T) *T {
	if b.choose(64) == 63 {
		return nil
	}
	return build()
}

func (b *builder) label() *dto.LabelPair {
	return orNil(b, func() *dto.LabelPair {
		name := b.string("code", "method", "le", "__name__", "name:colon", "with.dot", "with space", "", "1st", "größe", "tab\tquote\"back\\line\n")
		value := b.string("200", "", "a\"b\\c\nd", "größe", "with.dot", "x")
		return &dto.LabelPair{Name: some(b, name), Value: some(b, value)}
	})
}

func (b *builder) timestamp() *timestamppb.Timestamp {
	switch b.choose(6) {
	case 0:
		return nil
	case 1:
		return &timestamppb.Timestamp{}
	case 2:
		return &timestamppb.Timestamp{Seconds: int64(b.uint64()), Nanos: int32(b.uint64())}
	case 3:
		return &timestamppb.Timestamp{Seconds: -1, Nanos: -1}
	}
	return &timestamppb.Timestamp{Seconds: int64(b.uint64() % 4e9), Nanos: int32(b.uint64() % 1e9)}
}

func (b *builder) exemplar() *dto.Exemplar {
	if b.choose(3) == 0 {
		return nil
	}
	return &dto.Exemplar{Label: several(b, 3, b.label), Value: some(b, b.float()), Timestamp: b.timestamp()}
}

func (b *builder) bucket() *dto.Bucket {
	return orNil(b, func() *dto.Bucket {
		bucket := &dto.Bucket{CumulativeCount: some(b, b.uint64()), UpperBound: some(b, b.float()), Exemplar: b.exemplar()}
		if b.choose(16) == 15 {
			bucket.CumulativeCountFloat = proto.Float64(b.float())
		}
		return bucket
	})
}

func (b *builder) span() *dto.BucketSpan {
	return orNil(b, func() *dto.BucketSpan {
		return &dto.BucketSpan{Offset: some(b, int32(b.uint64())), Length: some(b, uint32(b.uint64()))}
	})
}

func (b *builder) histogram() *dto.Histogram {
	h := &dto.Histogram{
		SampleCount:      some(b, b.uint64()),
		SampleSum:        some(b, b.float()),
		Bucket:           several(b, 5, b.bucket),
		CreatedTimestamp: b.timestamp(),
	}
	if b.choose(4) == 3 { // a native one
		h.Schema = some(b, int32(b.choose(13)-4))
		h.ZeroThreshold, h.ZeroCount = some(b, b.float()), some(b, b.uint64())
		h.NegativeSpan, h.PositiveSpan = several(b, 3, b.span), several(b, 3, b.span)
		h.NegativeDelta = several(b, 5, func() int64 { return int64(b.uint64()) })
		h.PositiveDelta = several(b, 5, func() int64 { return int64(b.uint64()) >> b.choose(64) })
		h.Exemplars = several(b, 3, b.exemplar)
	}
	if b.choose(16) == 15 { // of floats
		h.SampleCountFloat, h.ZeroCountFloat = some(b, b.float()), some(b, b.float())
		h.NegativeCount, h.PositiveCount = several(b, 3, b.float), several(b, 3, b.float)
	}
	return h
}

func (b *builder) quantile() *dto.Quantile {
	return orNil(b, func() *dto.Quantile { return &dto.Quantile{Quantile: some(b, b.float()), Value: some(b, b.float())} })
}

func (b *builder) metric(typ dto.MetricType) *dto.Metric {
	return orNil(b, func() *dto.Metric {
		m := &dto.Metric{Label: several(b, 4, b.label)}
		if b.choose(5) == 4 {
			m.TimestampMs = proto.Int64(int64(b.uint64()))
		}
		if b.choose(32) == 31 { // not what the family says
			typ = dto.MetricType(b.choose(6))
		}
		switch typ {
		case dto.MetricType_COUNTER:
			m.Counter = &dto.Counter{Value: some(b, b.float()), Exemplar: b.exemplar(), CreatedTimestamp: b.timestamp()}
		case dto.MetricType_GAUGE:
			m.Gauge = &dto.Gauge{Value: some(b, b.float())}
		case dto.MetricType_SUMMARY:
			m.Summary = &dto.Summary{SampleCount: some(b, b.uint64()), SampleSum: some(b, b.float()),
				Quantile: several(b, 4, b.quantile), CreatedTimestamp: b.timestamp()}
		case dto.MetricType_UNTYPED:
			m.Untyped = &dto.Untyped{Value: some(b, b.float())}
		default:
			m.Histogram = b.histogram()
		}
		return m
	})
}

func (b *builder) family() *dto.MetricFamily {
	name := b.string("requests_total", "requests", "_total", "1_total", "with.dot_total", "größe", "with space", "a:b", "", "tab\tquote\"back\\line\n")
	typ := dto.MetricType(b.choose(7)) // one beyond the last
	return &dto.MetricFamily{
		Name:   some(b, name),
		Help:   some(b, b.string("Requests.", "", "quote\" back\\ line\n", "größe")),
		Type:   some(b, typ),
		Unit:   some(b, b.string("seconds", "", "line\n\"")),
		Metric: several(b, 4, func() *dto.Metric { return b.metric(typ) }),
	}
}

// families builds some, and one of the formats.
func (b *builder) families() []*dto.MetricFamily { return several(b, 3, b.family) }
