package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	gometrics "github.com/rcrowley/go-metrics"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/integration/soak/truth"
)

// workers record at the same time, in bursts with pauses, so that the machine has
// time for everybody else.
const (
	workers = 4
	burst   = 50
	pause   = 10 * time.Millisecond
)

// load records what the service counts by itself.
type load struct {
	s      *service
	seed   uint64
	act    []func(random *rand.Rand) // one of them is a step
	base   string
	cancel context.CancelFunc
	busy   sync.WaitGroup
}

func newLoad(s *service, seed uint64) *load {
	l := &load{s: s, seed: seed}
	l.counters()
	l.distributions()
	l.foreign()
	l.idle()
	s.sources.http = newTraffic(s)
	s.sources.kafka = newKafka(s)
	return l
}

// slot adds a slot for a metric of the main registry.
func (l *load) slot(name string, k kind) *truth.Slot {
	return l.s.slots.add(meaning{source: "main", name: name, kind: k})
}

func (l *load) counters() {
	r := l.s.sources.main()
	n := func(random *rand.Rand) int64 { return random.Int64N(10) }

	counter, slot := metrics.GetOrRegisterCounter("soak.counter", r), l.slot("soak_counter", count)
	l.add(func(random *rand.Rand) { n := n(random); slot.Record(n, func() { counter.Inc(n) }) })

	meter, meterSlot := metrics.GetOrRegisterMeter("soak.meter", r), l.slot("soak_meter", count)
	l.add(func(random *rand.Rand) { n := n(random); meterSlot.Record(n, func() { meter.Mark(n) }) })

	labelled := metrics.NewVec[metrics.Counter](r, "soak.labelled", "code", "method")
	labelledSlot := l.s.slots.add(meaning{source: "main", name: "soak_labelled", kind: count, parts: true})
	const codes = 5
	methods := []string{"GET", "PUT"}
	for i := range codes * len(methods) { // before a driver lists them: it asks all sources at once
		labelled.With(fmt.Sprint(200+i%codes), methods[i/codes])
	}
	l.add(func(random *rand.Rand) {
		code, method := fmt.Sprint(200+random.IntN(codes)), methods[random.IntN(len(methods))]
		labelledSlot.Record(1, func() { labelled.With(code, method).Inc(1) })
	})

	// Customers without end, of whom ten have a series of their own.
	const regulars = 10
	limited := metrics.NewVec[metrics.Counter](r, "soak.limited", "customer").MaxChildren(regulars)
	limitedSlot := l.s.slots.add(meaning{source: "main", name: "soak_limited", kind: count, parts: true})
	for i := range regulars + 1 { // the last one has others share a series
		limited.With(fmt.Sprint(i))
	}
	l.add(func(random *rand.Rand) {
		customer := fmt.Sprint(random.Uint64() >> random.IntN(64))
		limitedSlot.Record(1, func() { limited.With(customer).Inc(1) })
	})
}

func (l *load) distributions() {
	r := l.s.sources.main()
	for _, kind := range []struct {
		name   string
		sample metrics.Sample
	}{
		{"reservoir", metrics.NewExpDecaySample(1028, 0.015)},
		{"uniform", metrics.NewUniformSample(100)},
		{"bucketed", metrics.NewBucketSample(0.05, 10, 100, 1000)},
	} {
		h := metrics.GetOrRegisterHistogram("soak."+kind.name, r, kind.sample)
		counts, sums := l.slot("soak_"+kind.name, observations), l.slot("soak_"+kind.name, total)
		l.add(func(random *rand.Rand) {
			value := random.Int64N(2000)
			counts.Record(1, func() { sums.Record(value, func() { h.Update(value) }) })
		})
	}
	l.timer("timer", metrics.NewExpDecaySample(1028, 0.015))
	l.timer("timer_bucketed", metrics.NewBucketSample(0.05))
	// Quarters, which add up exactly.
	float := metrics.GetOrRegisterHistogramFloat64("soak.float", r)
	counts := l.slot("soak_float", observations)
	sums := l.s.slots.add(meaning{source: "main", name: "soak_float", kind: total, scale: 0.25})
	l.add(func(random *rand.Rand) {
		quarters := random.Int64N(40)
		counts.Record(1, func() { sums.Record(quarters, func() { float.Update(float64(quarters) / 4) }) })
	})
}

func (l *load) timer(name string, sample metrics.Sample) {
	t := metrics.NewCustomTimer(metrics.NewHistogram(sample), metrics.NewMeter())
	must(l.s.sources.main().Register("soak."+name, t))
	counts, sums := l.slot("soak_"+name, durations), l.slot("soak_"+name, elapsed)
	l.add(func(random *rand.Rand) {
		d := time.Duration(random.ExpFloat64() * 1e8)
		counts.Record(1, func() { sums.Record(int64(d), func() { t.Update(d) }) })
	})
}

// foreign are instruments of rcrowley/go-metrics in a registry of its own.
func (l *load) foreign() {
	r := l.s.sources.foreign()
	slot := func(name string, k kind) *truth.Slot {
		return l.s.slots.add(meaning{source: "foreign", name: name, kind: k})
	}
	counter, counts := gometrics.GetOrRegisterCounter("soak.theirs.counter", r), slot("soak_theirs_counter", count)
	l.add(func(*rand.Rand) { counts.Record(1, func() { counter.Inc(1) }) })
	meter, marks := gometrics.GetOrRegisterMeter("soak.theirs.meter", r), slot("soak_theirs_meter", count)
	l.add(func(*rand.Rand) { marks.Record(1, func() { meter.Mark(1) }) })
	h := gometrics.GetOrRegisterHistogram("soak.theirs.histogram", r, gometrics.NewUniformSample(100))
	values := slot("soak_theirs_histogram", theirs)
	l.add(func(random *rand.Rand) { values.Record(1, func() { h.Update(random.Int64N(100)) }) })
}

// idle is recorded in seldom, so that it is hidden and comes back.
func (l *load) idle() {
	c := metrics.GetOrRegisterCounter("soak.idle", l.s.sources.main())
	slot := l.slot("soak_idle", count)
	begun := time.Now()
	l.add(func(*rand.Rand) {
		if period := int(time.Since(begun) / idleAfter); period%4 == 0 {
			slot.Record(1, func() { c.Inc(1) })
		}
	})
}

func (l *load) add(step func(random *rand.Rand)) { l.act = append(l.act, step) }

// start begins recording, and does nothing if it has begun already.
func (l *load) start(base string) {
	if l.cancel != nil {
		return
	}
	if base != "" {
		l.base = base
	}
	ctx, cancel := context.WithCancel(l.s.ctx)
	l.cancel = cancel
	for i := range workers {
		l.seed++
		random := rand.New(rand.NewPCG(l.seed, uint64(i)))
		l.busy.Go(func() { l.record(ctx, random) })
	}
	l.busy.Go(func() { l.s.sources.http.run(ctx, l.base) })
	l.busy.Go(func() { l.s.sources.kafka.run(ctx) })
	l.busy.Go(func() { l.s.latency.run(ctx) })
}

func (l *load) record(ctx context.Context, random *rand.Rand) {
	for ctx.Err() == nil {
		for range burst {
			l.act[random.IntN(len(l.act))](random)
		}
		wait(ctx, pause)
	}
}

// burst records each thing once, with nothing else under way.
func (l *load) burst() {
	random := rand.New(rand.NewPCG(l.seed, uint64(len(l.act))))
	for _, step := range l.act {
		step(random)
	}
}

// stop ends recording: nothing is under way any more when it returns.
func (l *load) stop() {
	if l.cancel != nil {
		l.cancel()
		l.busy.Wait()
		l.cancel = nil
	}
}

// wait returns after a while, or when the context ends.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
