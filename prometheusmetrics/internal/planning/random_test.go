package planning

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/layout"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/probing"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/sharing"
)

// twins are two states of the same metrics. One has series of which many share a hash,
// and plans that are dropped; the other has neither.
type twins struct {
	t       *testing.T
	random  *rand.Rand
	given   [][2]any // names and metrics
	reader  *reading.Reader
	hard    *State
	easy    *State
	changes uint64
}

func (w *twins) Each(visit func(string, any)) {
	for _, g := range w.given {
		visit(g[0].(string), g[1])
	}
}

// TestTwins: what a state becomes depends neither on hashes nor on plans that were never
// committed.
func TestTwins(t *testing.T) {
	for seed := range uint64(20) {
		w := newTwins(t, seed)
		for step := range 40 {
			w.act()
			if w.flush(); t.Failed() {
				t.Fatalf("seed %d, step %d", seed, step)
			}
		}
	}
}

func newTwins(t *testing.T, seed uint64) *twins {
	w := &twins{t: t, random: rand.New(rand.NewPCG(seed, 0))}
	wanted := reading.Wanted{Percentiles: []float64{0.5}, Buckets: true}
	w.reader = reading.New([]reading.Source{{Source: w, Wanted: wanted}}, nil)
	rules := map[string]*Rule{
		"a": {Help: "ruled"}, "b": {Name: "a", Labels: map[string]string{"of": "b"}}, "c": {Drop: true},
	}
	config := Config{
		Sources: []Source{{Layout: layout.Typed([]float64{0.5})}}, MaxSeries: []int{0, 30}[seed%2],
		Rule: func(name string) *Rule {
			if rule, ruled := rules[name]; ruled {
				return rule
			}
			return &Rule{}
		},
	}
	if seed%3 == 0 {
		config.Sources[0].Layout = layout.Gauges(time.Nanosecond, []float64{0.5})
		config.Prefix, config.Wrapped = "p_", []naming.Label{{Name: "m", Value: "w"}}
	}
	w.easy = NewState(config)
	config.hash = func(key []byte) uint64 { return uint64(len(key) % 8) }
	w.hard = NewState(config)
	return w
}

// act has some metrics come, and some go, or nearly all.
func (w *twins) act() {
	for range w.random.IntN(12) {
		name := []string{"a", "a_total", "a_count", "b", "c", "d.e", "d-e", "", "_total"}[w.random.IntN(9)]
		label := []string{"l", "k", "m", "z-", "quantile"}[w.random.IntN(5)]
		value := []string{"1", strings.Repeat("v", 200), "\"\xff\n"}[w.random.IntN(3)]
		labels := metrics.Labels{"l": fmt.Sprint(w.random.IntN(6)), label: value}
		made := []any{
			counter(1, labels), gauge(2, labels), metrics.NewTimer(labels), metrics.NewMeter(labels),
			metrics.NewHistogram(metrics.NewBucketSample(0.05), labels),
			metrics.NewFunctionalGauge(func() int64 { panic("no") }, labels),
		}
		at := w.random.IntN(len(w.given) + 1)
		w.given = slices.Insert(w.given, at, [2]any{name, made[w.random.IntN(len(made))]})
	}
	w.given = slices.DeleteFunc(w.given, func([2]any) bool { return w.random.IntN(8) == 0 })
	if w.random.IntN(12) == 0 {
		w.given = w.given[:len(w.given)/20]
	}
}

// answers has some of the series that are held refused.
func (w *twins) answers() Answers {
	a := Answers{Changes: w.changes, Refused: make(map[sharing.Key]error)}
	for _, e := range w.easy.series.All() {
		switch w.random.IntN(40) {
		case 0:
			a.Refused[e.claimKey(w.easy.config)] = errors.New("it is another driver's")
		case 1:
			a.Refused[e.claimKey(w.easy.config)] = fmt.Errorf("not so soon: %w", sharing.ErrNotYet)
		}
	}
	return a
}

// flush commits the same plan to both, after others to neither.
func (w *twins) flush() {
	all := w.reader.Read(reading.Limit{Timeout: time.Minute, Begin: time.Now()}).Metrics
	for range w.random.IntN(3) {
		p := Make(w.hard, all, w.answers())
		p.Settle(map[string]sharing.Family{"a": {Name: "a", Help: "theirs"}}, w.probe(p))
		p.Unregistered()
	}
	w.changes += uint64(w.random.IntN(2))
	answers := w.answers()
	hard, easy := Make(w.hard, all, answers), Make(w.easy, all, answers)
	probe := w.probe(easy)
	hard.Settle(nil, probe)
	easy.Settle(nil, probe)
	reported, want := w.commit(w.hard, hard), w.commit(w.easy, easy)
	if !slices.Equal(reported, want) {
		w.t.Errorf("reported %q, want %q", reported, want)
	}
	if got, want := outcomes(w.hard), outcomes(w.easy); !slices.Equal(got, want) {
		w.t.Errorf("the metrics become\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got, want := shown(w.hard.Exposition()), shown(w.easy.Exposition()); !slices.Equal(got, want) {
		w.t.Errorf("shown is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// probe has the application hold some of the families.
func (w *twins) probe(p *Plan) Probe {
	probe := Probe{Families: p.NewFamilies(), Clashes: make(map[string]string)}
	slices.SortFunc(probe.Families, func(a, b probing.Family) int { return strings.Compare(a.Name, b.Name) })
	for _, f := range probe.Families {
		if f.Type == dto.MetricType_GAUGE && w.random.IntN(4) == 0 {
			probe.Clashes[f.Name] = f.Name
		}
	}
	return probe
}

// commit returns what is reported, and looks at what other drivers can see.
func (w *twins) commit(s *State, p *Plan) (reported []string) {
	for _, r := range p.Commit(func(_ map[string]string, change func()) { change() }) {
		reported = append(reported, fmt.Sprint(r.Metric.Origin, " ", r.Problem.Reason, " ", r.Problem.Err))
	}
	slices.Sort(reported)
	keys := make(map[string]bool)
	s.Keys(func(key, family string) {
		keys[key] = true
		metric, held := s.Series(key)
		if f, there := s.Family(family); !held || !there || f.Metric == nil || metric.(*problem.Origin).Name == "" {
			w.t.Errorf("series %s of %v is held: %v; its family: %+v", key, metric, held, f)
		}
	})
	if len(keys) != s.series.Len() {
		w.t.Errorf("%d series have %d keys", s.series.Len(), len(keys))
	}
	return reported
}

// outcomes lists what the metrics have become.
func outcomes(s *State) (all []string) {
	s.Outcomes(func(o Outcome) {
		line := fmt.Sprint(o.Metric.Origin, o.Series)
		if o.Problem != nil {
			line += fmt.Sprint(" ", o.Problem.Reason, " ", o.Problem.Err)
		}
		all = append(all, line)
	})
	return all
}
