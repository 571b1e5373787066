package metrics

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// What is here makes a line of an instrument or snapshot, for log lines and for
// whoever prints one: its type, its labels and its values as key=value, durations
// with their unit. The text is for people; it may change.

// String returns the labels as Prometheus writes them, {code="200",method="GET"},
// and {} if there are none.
func (l Labels) String() string {
	if set := newLabelSet(l); set != nil {
		return set.String()
	}
	return "{}"
}

// String returns the counter as a line of text.
func (c Counter) String() string { return c.Snapshot().String() }

// String returns the snapshot as a line of text: counter{code="200"} count=3.
func (s CounterSnapshot) String() string {
	return fmt.Sprintf("counter%s count=%d", s.labels, s.Count())
}

// String returns the gauge as a line of text. That of a functional gauge runs its
// function.
func (g Gauge) String() string { return g.Snapshot().String() }

// String returns the snapshot as a line of text: gauge value=7.
func (s GaugeSnapshot) String() string { return fmt.Sprintf("gauge%s value=%d", s.labels, s.value) }

// String returns the gauge as a line of text. That of a functional gauge runs its
// function.
func (g GaugeFloat64) String() string { return g.Snapshot().String() }

// String returns the snapshot as a line of text: gauge value=0.5.
func (s GaugeFloat64Snapshot) String() string {
	return fmt.Sprintf("gauge%s value=%v", s.labels, s.value)
}

// String returns the meter as a line of text.
func (m Meter) String() string { return m.Snapshot().String() }

// String returns the snapshot as a line of text: meter count=3 rate1=0.6 rate5=0.6
// rate15=0.6 ratemean=0.2, rates in events per second.
func (s MeterSnapshot) String() string {
	return fmt.Sprintf("meter%s count=%d%s", s.labels, s.count, ratesText(s))
}

// String returns the histogram as a line of text.
func (h Histogram) String() string { return h.Snapshot().String() }

// String returns the snapshot as a line of text: histogram count=3 sum=60 min=10
// max=30 mean=20 stddev=8.16497 median=20 95%=30 99%=30.
func (s HistogramSnapshot) String() string {
	return fmt.Sprintf("histogram%s count=%d sum=%d%s", s.labels, s.Count(), s.Sum(), distributionText(s, shortNumber))
}

// String returns the histogram as a line of text.
func (h HistogramFloat64) String() string { return h.Snapshot().String() }

// String returns the snapshot as a line of text, as that of a histogram of integers:
// histogram count=2 sum=0.75 min=0.25 ….
func (s HistogramFloat64Snapshot) String() string {
	return fmt.Sprintf("histogram%s count=%d sum=%s%s", s.labels, s.Count(), shortNumber(s.Sum()),
		distributionText(s, shortNumber))
}

// String returns the timer as a line of text.
func (t Timer) String() string { return t.Snapshot().String() }

// String returns the snapshot as a line of text, that of a histogram and a meter in
// one: timer count=3 sum=60ms min=10ms ….
func (s TimerSnapshot) String() string {
	return fmt.Sprintf("timer%s count=%d sum=%s%s%s", s.labels, s.Count(), shortDuration(s.SumFloat64()),
		distributionText(s, shortDuration), ratesText(s))
}

// String returns the sample as a line of text: sample count=3 size=3 min=10 ….
func (s *SampleSnapshot) String() string {
	return fmt.Sprintf("sample count=%d size=%d%s", s.Count(), s.Size(), distributionText(s, shortNumber))
}

// String returns what was counted as a line of text: buckets count=3 size=3 min=10
// …, in the unit recorded; the size is that of the buckets in use.
func (s *BucketSnapshot) String() string {
	return fmt.Sprintf("buckets count=%d size=%d%s", s.Count(), s.Size(), distributionText(s, shortNumber))
}

// String returns the check as a line of text: healthcheck{disk="a"} healthy, or
// unhealthy and the error. It does not check.
func (h *StandardHealthcheck) String() string {
	if err := h.Error(); err != nil {
		return fmt.Sprintf("healthcheck%s unhealthy: %v", h.labels, err)
	}
	return fmt.Sprintf("healthcheck%s healthy", h.labels)
}

// String returns the average as a line of text: ewma rate=0.6.
func (a EWMA) String() string { return fmt.Sprintf("ewma rate=%s", shortNumber(a.Rate())) }

func ratesText(s rateReader) string {
	return fmt.Sprintf(" rate1=%s rate5=%s rate15=%s ratemean=%s",
		shortNumber(s.Rate1()), shortNumber(s.Rate5()), shortNumber(s.Rate15()), shortNumber(s.RateMean()))
}

func distributionText[N int64 | float64](s distributionReader[N], number func(float64) string) string {
	ps := s.Percentiles([]float64{0.5, 0.95, 0.99})
	return fmt.Sprintf(" min=%s max=%s mean=%s stddev=%s median=%s 95%%=%s 99%%=%s",
		number(float64(s.Min())), number(float64(s.Max())), number(s.Mean()), number(s.StdDev()),
		number(ps[0]), number(ps[1]), number(ps[2]))
}

// shortNumber writes six significant digits, more than which nobody reads.
func shortNumber(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

// shortDuration writes nanoseconds with a unit, and as many digits.
func shortDuration(nanoseconds float64) string {
	if !(math.Abs(nanoseconds) < math.MaxInt64) {
		return shortNumber(nanoseconds/float64(time.Second)) + "s" // no Duration holds it
	}
	step := 1.
	for math.Abs(nanoseconds)/step >= 1e6 {
		step *= 10
	}
	return time.Duration(nanoseconds).Round(time.Duration(step)).String()
}
