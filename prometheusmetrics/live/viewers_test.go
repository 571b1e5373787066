package live

import (
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

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
				leave, err := page.admit(r)
				defer leave()
				if err != nil {
					mu.Lock()
					defer mu.Unlock()
					refused++
					return
				}
				page.data(r)
			})
		}
		all.Wait()
		if refused != 3 {
			t.Errorf("%d requests of one viewer were refused, want 3", refused)
		}
	})
}

// One viewer has as many requests as a page needs, and keeps its place for a moment
// after the last.
func TestViewersComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := viewers{most: 1}
		var leave [maxRequests]func()
		for i := range leave {
			var ok bool
			if leave[i], ok = v.enter("a"); !ok {
				t.Fatalf("request %d of a viewer is refused", i)
			}
		}
		if _, ok := v.enter("a"); ok {
			t.Error("one viewer has more requests than a page needs")
		}
		for i := range leave {
			time.Sleep(2 * absent)
			if _, ok := v.enter("b"); ok {
				t.Errorf("after %d requests have ended, another viewer has the place", i)
			}
			leave[i]()
		}
		time.Sleep(absent - 1)
		if _, ok := v.enter("b"); ok {
			t.Error("the place is given away too soon")
		}
		time.Sleep(time.Nanosecond)
		if _, ok := v.enter("b"); !ok {
			t.Error("the place is not given away")
		}
	})
}
