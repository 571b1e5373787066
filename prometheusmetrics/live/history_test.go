package live

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	dto "github.com/prometheus/client_model/go"
)

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
