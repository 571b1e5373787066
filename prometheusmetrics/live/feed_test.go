package live

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

func TestIncrements(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &families{all: []*dto.MetricFamily{gauge("a", map[string]float64{"x": 1, "y": 2}), gauge("b", map[string]float64{"x": 3})}}
		page := New(g, Config{})
		r := newReader(t)
		steps := []struct {
			all     []*dto.MetricFamily
			want    map[string]string
			members string // that the frame must have beside seq, times, slots and values
			changes int
		}{
			{g.all, map[string]string{"a[l x] value": "1", "a[l y] value": "2", "b[l x] value": "3"}, "key families series", 3},
			{g.all, map[string]string{"a[l x] value": "1", "a[l y] value": "2", "b[l x] value": "3"}, "", 0},
			{[]*dto.MetricFamily{gauge("a", map[string]float64{"x": 1, "y": 5}), gauge("b", map[string]float64{"x": 3})},
				map[string]string{"a[l x] value": "1", "a[l y] value": "5", "b[l x] value": "3"}, "", 1},
			{[]*dto.MetricFamily{gauge("a", map[string]float64{"w": 7, "y": 5})},
				map[string]string{"a[l w] value": "7", "a[l y] value": "5"}, "series gone", 1},
			{[]*dto.MetricFamily{gauge("a", map[string]float64{"y": 5}), gauge("b", map[string]float64{"x": 3})},
				map[string]string{"a[l y] value": "5", "b[l x] value": "3"}, "families series gone", 1},
		}
		for i, step := range steps {
			g.all = step.all
			r.seen = make(map[string]int)
			r.poll(page)
			if got := r.values(); !maps.Equal(got, step.want) {
				t.Errorf("step %d: got %v, want %v", i, got, step.want)
			}
			for _, member := range []string{"key", "families", "series", "gone"} {
				if (r.seen[member] > 0) != strings.Contains(" "+step.members+" ", " "+member+" ") {
					t.Errorf("step %d: has %s: %v, in %s", i, member, r.seen[member] > 0, r.last)
				}
			}
			if g.gathered != i+1 {
				t.Errorf("step %d: gathered %d times", i, g.gathered)
			}
		}
	})
}

// Viewers that come at any time share one gathering per interval, and none happens
// while nobody looks.
func TestOneGatheringForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &families{all: []*dto.MetricFamily{gauge("a", map[string]float64{"x": 1})}}
		page := New(g, Config{Interval: time.Second})
		var viewers sync.WaitGroup
		for i := range 5 {
			time.Sleep(130 * time.Millisecond)
			viewers.Go(func() {
				since, session := "0", ""
				for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
					_, body := get(t, page, "/data?v=1&viewer="+string(rune('a'+i))+"&since="+session+"."+since)
					r := newReader(t)
					r.names, r.series, r.slots = map[int]string{}, map[int]*readSeries{}, map[int]readSlot{}
					r.take(body)
					session, since = r.session, number(float64(r.seq))
				}
			})
		}
		viewers.Wait()
		if g.gathered < 20 || g.gathered > 22 {
			t.Errorf("gathered %d times in 20.5 s, want 21", g.gathered)
		}
		gathered := g.gathered
		time.Sleep(time.Hour)
		synctest.Wait()
		if g.gathered != gathered {
			t.Errorf("gathered %d times while nobody looked", g.gathered-gathered)
		}
		if page.feed.tracker != nil || page.feed.recent.frames != nil || page.feed.answers != nil {
			t.Error("its state is still there an hour later")
		}
	})
}

// A viewer that was away for a few frames is told them, one that was away longer
// is told everything, and so is one of another process.
func TestMissedFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &families{}
		page := New(g, Config{})
		other, slow := newReader(t), newReader(t)
		tick := func(n int) {
			for range n {
				g.all = []*dto.MetricFamily{gauge("a", map[string]float64{"x": float64(g.gathered)})}
				other.poll(page)
			}
		}
		tick(1)
		slow.poll(page)
		for _, test := range []struct {
			missed int
			key    bool
		}{{3, false}, {maxRecent, false}, {maxRecent + 1, true}} {
			tick(test.missed)
			slow.seen = make(map[string]int)
			slow.poll(page)
			if (slow.seen["key"] > 0) != test.key {
				t.Errorf("%d missed: told everything %v, want %v", test.missed, !test.key, test.key)
			}
			if !maps.Equal(slow.values(), other.values()) {
				t.Errorf("%d missed: got %v, want %v", test.missed, slow.values(), other.values())
			}
		}
		slow.session, slow.seen = "another", make(map[string]int)
		slow.poll(page)
		if slow.seen["key"] != 1 {
			t.Error("one of another session was not told everything")
		}
	})
}

func TestGathererMisbehaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &families{all: []*dto.MetricFamily{gauge("a", map[string]float64{"x": 1})}}
		healthy := &families{all: []*dto.MetricFamily{gauge("b", map[string]float64{"x": 2})}}
		page := New(prometheus.Gatherers{g, nil, healthy}, Config{})
		r := newReader(t)
		hang := make(chan struct{})
		for _, test := range []struct {
			name, problem string
			hook          func()
			err           error
		}{
			{"well", "", nil, nil},
			{"fails in part", "no disk", nil, errors.New("no disk")},
			{"panics", "gathering panicked: oh", func() { panic("oh") }, nil},
			{"ends its goroutine", "gathering ended its goroutine", func() { runtime.Goexit() }, nil},
			{"hangs", "gathering has taken 9s so far", func() { <-hang }, nil},
		} {
			g.hook, g.err = test.hook, test.err
			r.poll(page)
			if problem, _ := r.answer["problem"].(string); problem != test.problem {
				t.Errorf("%s: problem %q, want %q", test.name, problem, test.problem)
			}
			if got := r.values(); got["a[l x] value"] != "1" || got["b[l x] value"] != "2" {
				t.Errorf("%s: got %v", test.name, got)
			}
		}
		close(hang)
		synctest.Wait()
		g.hook, g.err = nil, nil
		healthy.all = []*dto.MetricFamily{gauge("b", map[string]float64{"x": 9})}
		r.poll(page) // what the gathering that hung has found
		r.poll(page)
		if got := r.values(); got["b[l x] value"] != "9" || r.answer["problem"] != nil {
			t.Errorf("after it came back: got %v, problem %v", got, r.answer["problem"])
		}
	})
}

// A request whose client has gone ends, and leaves no goroutine behind.
func TestClientGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		page := New(&families{}, Config{Interval: time.Minute})
		r := newReader(t)
		r.poll(page)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			if _, err := page.feed.poll(ctx, r.seq); err == nil {
				t.Error("poll gave an answer")
			}
		}()
		synctest.Wait()
		cancel()
		<-ended
	})
}

// flushing is a gatherer that tells when its values were read.
type flushing struct {
	families
	at time.Time
}

func (f *flushing) LastFlush() time.Time { return f.at }

// Values have the time of the flush that read them, and a flush that the page has
// seen is not read again.
func TestTimesOfFlushes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		g := &flushing{at: start.Add(-300 * time.Millisecond)}
		g.all = []*dto.MetricFamily{gauge("a", map[string]float64{"x": 1})}
		plain := &families{}
		page := New(prometheus.Gatherers{g, plain}, Config{})
		r := newReader(t)
		r.poll(page)
		if want := g.at.UnixMilli(); r.times[0] != want || r.times[1] != start.UnixMilli() {
			t.Errorf("times %v, want %v and %v", r.times, want, start.UnixMilli())
		}
		g.all = []*dto.MetricFamily{gauge("a", map[string]float64{"x": 2})} // of a flush that is not over
		r.poll(page)
		if got := r.values()["a[l x] value"]; got != "1" {
			t.Errorf("got %s from a flush that was not published", got)
		}
		g.at = g.at.Add(time.Second)
		r.poll(page)
		if got := r.values()["a[l x] value"]; got != "2" || r.times[0] != g.at.UnixMilli() {
			t.Errorf("got %s at %v, want 2 at %v", got, r.times[0], g.at.UnixMilli())
		}
	})
}

func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		values := map[string]float64{}
		for i := range 100 {
			values[strings.Repeat("x", 20)+string(rune('0'+i))] = float64(i)
		}
		g := &families{all: []*dto.MetricFamily{gauge("a", values)}}
		for _, test := range []struct {
			name string
			c    Config
			most int
		}{
			{"series", Config{MaxSeries: 30}, 30},
			{"bytes", Config{MaxBytes: 4000}, 50},
			{"neither", Config{}, 100},
		} {
			page := New(g, test.c)
			r := newReader(t)
			for range 2 { // the second time, too
				r.poll(page)
				shown, left := integer(r.answer["shown"]), integer(r.answer["left"])
				if shown > test.most || shown+left != 100 || len(r.series) != shown || shown == 0 {
					t.Errorf("%s: shown %d, left %d, known %d, want at most %d of 100", test.name, shown, left, len(r.series), test.most)
				}
			}
			if test.name == "bytes" && len(r.last) > 4400 {
				t.Errorf("%d bytes", len(r.last))
			}
		}
		// What goes makes room.
		page := New(g, Config{MaxSeries: 1})
		r := newReader(t)
		r.poll(page)
		g.all = []*dto.MetricFamily{gauge("b", map[string]float64{"x": 1})}
		r.poll(page)
		r.poll(page)
		if got := r.values(); len(got) != 1 || got["b[l x] value"] != "1" {
			t.Errorf("got %v, want the series that came", got)
		}
	})
}

// Series that come and go for hours take no more room than there are.
func TestChurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &families{}
		page := New(g, Config{})
		r := newReader(t)
		for i := range 300 {
			values := map[string]float64{}
			for k := range 100 {
				values[number(float64(i*100+k))] = float64(k)
			}
			g.all = []*dto.MetricFamily{gauge("a"+number(float64(i%7)), values)}
			r.poll(page)
			if len(r.series) != 100 {
				t.Fatalf("round %d: %d series, want 100", i, len(r.series))
			}
		}
		if n := len(page.feed.tracker.values); n > 5000 {
			t.Errorf("%d slots for 100 series", n)
		}
		if r.seen["key"] < 3 {
			t.Errorf("numbered anew %d times, want some", r.seen["key"])
		}
	})
}

func readHistory(t *testing.T, page http.Handler, r *reader) []any {
	t.Helper()
	_, body := get(t, page, "/history?v=1&viewer=x")
	r.take(body)
	segments := r.answer["segments"].([]any)
	for _, s := range segments {
		code, body := get(t, page, "/history?v=1&viewer=x&segment="+number(s.(map[string]any)["id"].(float64)))
		if code != http.StatusOK {
			t.Fatalf("segment %v: %d", s, code)
		}
		r.take(body)
	}
	return segments
}
