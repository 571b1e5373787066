package soak

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/go-metrics-plus/metrics/integration/soak/truth"
)

// silent is a test that may fail.
type silent struct{ testing.TB }

func (silent) Helper()               {}
func (silent) Errorf(string, ...any) {}

// newChecked returns a run of a service and a receiver in which trouble was made to the
// receiver from the 20th to the 24th second.
func newChecked(t *testing.T, trouble string) (r *run, d delivered) {
	t.Helper()
	begun := time.Unix(1_000_000, 0)
	s := &service{name: "steady", generation: 1}
	c := &receiver{name: "remotewrite", queues: true}
	r = &run{t: silent{t}, folder: t.TempDir(), begun: begun, tally: newTally(), services: []*service{s},
		receivers: []*receiver{c}}
	if err := os.Mkdir(r.folderOf(s, 1), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, journal := range []string{truth.Reports, truth.Causes, truth.Stalls} {
		if err := os.WriteFile(filepath.Join(r.folderOf(s, 1), journal), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.events = []event{{trouble: trouble, on: c.name, stops: true,
		from: begun.Add(20 * time.Second), to: begun.Add(24 * time.Second)}}
	l := truthOfLife{life: life{driver: truth.Driver{Figures: []truth.Figure{{Series: "n", Scale: 1}}}}, generation: 1}
	for i := range int64(60) {
		l.history.Marks = append(l.history.Marks, truth.Mark{
			Number: 1_000_000_001 + i, At: begun.Add(time.Duration(i) * time.Second),
			Slots: []truth.Bounds{{Done: 10 * i, Begun: 10*i + 1}},
		})
	}
	l.history.Marks[59].Slots[0].Begun-- // in the end, all that was begun is done
	l.history.First = l.history.Marks[0].Number
	d = delivered{run: r, receiver: c, service: s, life: l, stored: stored{sentMark: {{}}, "n": {{}}}}
	for i, mark := range l.history.Marks {
		d.stored[sentMark][0][model.TimeFromUnixNano(mark.At.UnixNano())] = float64(mark.Number)
		d.stored["n"][0][model.TimeFromUnixNano(mark.At.UnixNano())] = float64(10 * i)
	}
	return r, d
}

func at(second int64) model.Time { return model.TimeFromUnix(1_000_000 + second) }

// Each check of deliveries sees what it is there for, and nothing else.
func TestChecksOfDeliveries(t *testing.T) {
	for _, test := range []struct {
		name    string
		trouble string
		spoil   func(d delivered)
		failed  string
	}{
		{"nothing is wrong", "receiver killed", func(delivered) {}, ""},
		{"too much", "receiver killed", func(d delivered) { d.stored["n"][0][at(30)] = 312 }, deliveriesCheck},
		{"too little", "receiver killed", func(d delivered) { d.stored["n"][0][at(30)] = 299 }, deliveriesCheck},
		{"a series is missing without trouble", "receiver killed", func(d delivered) {
			d.stored["n"] = append(d.stored["n"], map[model.Time]float64{at(29): 0, at(31): 0})
			d.stored["n"][0][at(30)] = 200
		}, deliveriesCheck},
		{"a series is missing with trouble", "receiver killed", func(d delivered) {
			d.stored["n"] = append(d.stored["n"], map[model.Time]float64{at(21): 0, at(23): 0})
			d.stored["n"][0][at(22)] = 100
		}, ""},
		{"the last value", "receiver killed", func(d delivered) { d.stored["n"][0][at(59)] = 591 }, deliveredCheck},
		{"no last value", "receiver killed", func(d delivered) { delete(d.stored["n"][0], at(59)) }, deliveredCheck},
		{"a gap", "receiver killed", func(d delivered) {
			for second := range int64(3) {
				delete(d.stored[sentMark][0], at(21+second))
			}
		}, gapsCheck},
		{"a gap, of what was refused", refusingName, func(d delivered) {
			for second := range int64(3) {
				delete(d.stored[sentMark][0], at(21+second))
			}
		}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, d := newChecked(t, test.trouble)
			test.spoil(d)
			d.check()
			checkFailed(t, r, test.failed)
		})
	}
}

// A life that was killed may lack one delivery, and more if its receiver was away.
func TestCheckOfKilledLives(t *testing.T) {
	for _, test := range []struct{ end, seen int64 }{{59, 58}, {59, 50}, {22, 15}} {
		r, d := newChecked(t, "receiver killed")
		d.life.over = true
		d.life.history.Marks = d.life.history.Marks[:test.end+1]
		d.checkEnd(d.life.history.Marks[test.seen])
		want := ""
		if test.end == 59 && test.seen == 50 {
			want = livesDelivered
		}
		checkFailed(t, r, want)
	}
}

// An outage that was not reported is seen, whether or not something else was.
func TestCheckOfOutages(t *testing.T) {
	for _, test := range []struct {
		reported int64 // second; 0 for never
		failed   string
	}{{21, ""}, {26, ""}, {30, causesCheck}, {0, causesCheck}} {
		r, d := newChecked(t, "receiver killed")
		var reports []truth.Report
		if test.reported != 0 {
			reports = append(reports, truth.Report{At: at(test.reported).Time()})
		}
		r.checkOutages(d.service, outages{on: d.receiver.name, reported: reports,
			least: 7 * time.Second / 2, most: 4 * time.Second})
		checkFailed(t, r, test.failed)
	}
}

func checkFailed(t *testing.T, r *run, check string) {
	t.Helper()
	var failed, want []string
	for name := range r.tally.failed {
		failed = append(failed, name)
	}
	if check != "" {
		want = append(want, check)
	}
	slices.Sort(failed)
	if !slices.Equal(failed, want) {
		t.Errorf("failed are %q, want %q", failed, want)
	}
}
