package metrics

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestHistogramOverASampleInUse(t *testing.T) {
	s := &ringSample{}
	s.Update(5)
	h := NewHistogram(s)
	h.Update(7)
	if h.Count() != 2 || h.Sum() != 12 || h.Sample() != Sample(s) {
		t.Errorf("count %d, sum %d, sample %v", h.Count(), h.Sum(), h.Sample())
	}

	shared := NewUniformSample(10)
	a, b := NewHistogram(shared), NewHistogram(shared)
	a.Update(1)
	b.Update(2)
	if a.Sum() != 3 || b.Count() != 2 || !slices.Equal(shared.Values(), []int64{1, 2}) {
		t.Errorf("two histograms over one sample: %+v %+v", readAll(a), readAll(b))
	}

	frozen := NewHistogram(NewSampleSnapshot(9, []int64{1, 2, 3}))
	frozen.Update(100)
	frozen.Clear()
	if got := readAll(frozen.Snapshot()); got.count != 9 || got.sum != 6 || got.median != 2 || readAll(frozen) != got {
		t.Errorf("over a snapshot: %+v", got)
	}
}

// brokenSample has no snapshot to give.
type brokenSample struct{ ringSample }

func (*brokenSample) Snapshot() Sample { return nil }

// nilSample has one that is a nil pointer.
type nilSample struct{ ringSample }

func (*nilSample) Snapshot() Sample { return (*ringSample)(nil) }

func TestHistogramOverABrokenSample(t *testing.T) {
	for _, sample := range []Sample{&brokenSample{}, &nilSample{}} {
		h := NewHistogram(sample)
		h.Update(5)
		var stats Statistics
		h.ReadStatistics(&stats, asked)
		if s := h.Snapshot(); s.Count() != 1 || s.Max() != 0 || stats.Count != 1 || stats.Max != 0 {
			t.Errorf("%T: %+v, %+v", sample, readAll(s), stats)
		}
	}
}

// A user's sample may embed one of ours and override Update.
type (
	inMicros        struct{ *ExpDecaySample }
	uniformMicros   struct{ *UniformSample }
	bucketsInMicros struct{ *BucketSample }
)

func (s inMicros) Update(v int64)        { s.ExpDecaySample.Update(v / 1000) }
func (s uniformMicros) Update(v int64)   { s.UniformSample.Update(v / 1000) }
func (s bucketsInMicros) Update(v int64) { s.BucketSample.Update(v / 1000) }

func TestSamplesThatEmbedOurs(t *testing.T) {
	for name, make := range map[string]func() Sample{
		"decaying": func() Sample { return inMicros{NewExpDecaySample(10, 0.015).(*ExpDecaySample)} },
		"uniform":  func() Sample { return uniformMicros{NewUniformSample(10).(*UniformSample)} },
		"buckets":  func() Sample { return bucketsInMicros{NewBucketSample(0.05).(*BucketSample)} },
	} {
		t.Run(name, func(t *testing.T) {
			h := NewHistogram(make())
			timer := GetOrRegisterTimer("t", NewRegistry(WithSample(make)))
			for range 20 { // more than the reservoirs hold
				h.Update(5000)
				timer.Update(5 * time.Microsecond)
			}
			for kind, got := range map[string]answers{
				"histogram": readAll(h), "snapshot": readAll(h.Snapshot()),
				"timer": readAll(timer), "timer's snapshot": readAll(timer.Snapshot()),
			} {
				if got.max != 5 || got.min != 5 || got.median != 5 || got.count != 20 || got.sum != 100 {
					t.Errorf("%s: %+v", kind, got)
				}
			}
			if !RunsUserCode(h) || !RunsUserCode(timer) {
				t.Error("reading runs code of the user's")
			}
			h.Clear()
			timer.Clear()
			h.Update(7000)
			timer.Update(7000)
			if h.Count() != 1 || h.Sum() != 7 || timer.Snapshot().Sum() != 7 || timer.Max() != 7 {
				t.Errorf("after Clear: %+v %+v", readAll(h), readAll(timer))
			}
		})
	}
}

// selfReading is a sample that reads its own timer whenever it is asked.
type selfReading struct {
	ringSample
	timer *Timer
}

func (s *selfReading) Snapshot() Sample {
	s.timer.Rate1()
	return s.ringSample.Snapshot()
}

func (s *selfReading) Clear() {
	s.timer.Rate1()
	s.timer.Count()
	s.ringSample.Clear()
}

func (s *selfReading) Update(v int64) {
	s.timer.Rate1()
	s.ringSample.Update(v)
}

// No lock is held while code of the user's runs, so it may use what it belongs to.
func TestSampleReadsItsOwnTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var timer Timer
		timer = GetOrRegisterTimer("t", NewRegistry(WithSample(func() Sample { return &selfReading{timer: &timer} })))
		timer.Update(1)
		timer.Update(1)
		time.Sleep(6 * time.Second)
		timer.Update(1)
		var stats Statistics
		timer.ReadStatistics(&stats, nil)
		if got := timer.Snapshot(); got.Count() != 3 || got.Rate1() != 0.4 || stats.Rate1 != 0.4 || got.RateMean() != 0.5 {
			t.Errorf("%v", got)
		}
		timer.Clear()
		time.Sleep(6 * time.Second)
		timer.Update(1)
		if got := timer.Snapshot(); got.Count() != 1 || got.Rate1() != 0 {
			t.Errorf("after Clear: %v", got)
		}
	})
}

// A nil pointer to a sample is no sample.
func TestNilSamples(t *testing.T) {
	for _, s := range []Sample{
		nil, (*ExpDecaySample)(nil), (*UniformSample)(nil), (*BucketSample)(nil), (*SampleSnapshot)(nil),
		(*BucketSnapshot)(nil), (*ringSample)(nil), (*brokenSample)(nil),
	} {
		h := NewHistogram(s)
		timer := GetOrRegisterTimer("t", NewRegistry(WithSample(func() Sample { return s })))
		h.Update(5)
		timer.Update(5)
		if h.Max() != 5 || timer.Max() != 5 || GetOrRegisterHistogram("h", NewRegistry(), s).Count() != 0 {
			t.Errorf("%T: %+v", s, readAll(h))
		}
	}
	h := NewHistogram(&panickingSample{})
	h.Update(5)
	if h.Count() != 1 {
		t.Error("a sample that can't be read yet loses its histogram")
	}
}

// panickingSample is not ready when the histogram is made.
type panickingSample struct{ ringSample }

func (*panickingSample) Count() int64 { panic("not yet") }
