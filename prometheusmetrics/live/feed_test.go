package live

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
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

func TestViewers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		page := New(&families{}, Config{MaxViewers: 2})
		ask := func(id string) int {
			code, _ := get(t, page, "/data?v=1&viewer="+id)
			return code
		}
		for _, test := range []struct {
			id   string
			want int
		}{{"a", 200}, {"b", 200}, {"c", 503}, {"a", 200}, {"", 400}, {strings.Repeat("x", 65), 400}} {
			if got := ask(test.id); got != test.want {
				t.Errorf("viewer %q: %d, want %d", test.id, got, test.want)
			}
		}
		time.Sleep(absent)
		if got := ask("c"); got != 200 {
			t.Errorf("after the others had gone: %d, want 200", got)
		}
		var all sync.WaitGroup
		refused := 0
		var mu sync.Mutex
		newest := page.feed.session + "." + number(float64(page.feed.seq))
		for range maxRequests + 3 { // of one viewer at a time, all waiting for the next frame
			all.Go(func() {
				r := httptest.NewRequest("GET", "/data?v=1&viewer=c&since="+newest, nil)
				if _, err := page.admit(r, page.data); err != nil {
					mu.Lock()
					refused++
					mu.Unlock()
				}
			})
		}
		all.Wait()
		if refused != 3 {
			t.Errorf("%d requests of one viewer were refused, want 3", refused)
		}
	})
}

// The history is there for who comes late, within its bytes and its minutes.
func TestHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &families{}
		g.hook = func() { g.all = []*dto.MetricFamily{gauge("a", map[string]float64{"x": float64(g.gathered)})} }
		page := New(g, Config{Interval: time.Second, History: 2 * time.Minute})
		time.Sleep(10*time.Minute + time.Second/2)
		synctest.Wait()
		if g.gathered < 600 || g.gathered > 602 {
			t.Errorf("gathered %d times in ten minutes", g.gathered)
		}
		r := newReader(t)
		segments := readHistory(t, page, r)
		if n := len(segments); n < 4 || n > 6 {
			t.Errorf("%d segments of 30 s for 2 minutes", n)
		}
		if r.seen["seq"] < 120 || r.seen["seq"] > 150 || r.seen["key"] != len(segments) {
			t.Errorf("%d frames, %d key frames", r.seen["seq"], r.seen["key"])
		}
		if got, want := r.values()["a[l x] value"], number(float64(g.gathered)); got != want {
			t.Errorf("history ends with %s, want %s", got, want)
		}
		page.Close()
		synctest.Wait()
		gathered := g.gathered
		time.Sleep(time.Minute)
		synctest.Wait()
		if g.gathered != gathered {
			t.Error("gathered after Close")
		}
		if code, _ := get(t, page, "/data?v=1&viewer=x"); code != http.StatusServiceUnavailable {
			t.Errorf("after Close: %d, want 503", code)
		}
	})
}

func TestHistoryBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &families{}
		g.hook = func() {
			values := map[string]float64{}
			for i := range 200 {
				values[number(float64(i))] = float64(g.gathered*7919%1009) * float64(i+1) / 3
			}
			g.all = []*dto.MetricFamily{gauge("a", values)}
		}
		page := New(g, Config{Interval: time.Second, History: time.Hour, HistoryBytes: 100_000})
		defer page.Close()
		for range 20 {
			time.Sleep(time.Minute)
			page.feed.mu.Lock()
			if h := page.feed.history; h.bytes+h.buffer.Len() > 100_000 {
				t.Errorf("%d bytes", h.bytes+h.buffer.Len())
			}
			page.feed.mu.Unlock()
		}
		r := newReader(t)
		readHistory(t, page, r)
		if r.seen["seq"] < 20 {
			t.Errorf("only %d frames in 100 kB", r.seen["seq"])
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

// Without History there is none, and nothing is gathered by asking.
func TestNoHistory(t *testing.T) {
	g := &families{}
	page := New(g, Config{})
	if segments := readHistory(t, page, newReader(t)); len(segments) != 0 || g.gathered != 0 {
		t.Errorf("%d segments, gathered %d times", len(segments), g.gathered)
	}
	if code, _ := get(t, page, "/history?v=1&viewer=x&segment=1"); code != http.StatusNotFound {
		t.Errorf("a segment that is not there: %d, want 404", code)
	}
}
