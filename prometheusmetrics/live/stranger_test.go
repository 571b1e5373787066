package live

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/pipes"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/writing"
)

// wide gathers series whose first frame is a little more than the size.
func wide(size int) *families {
	values := map[string]float64{}
	for i := 0; i < size; i += maxText {
		values[fmt.Sprintf("%0*d", maxText, i)] = 1
	}
	return &families{all: []*dto.MetricFamily{gauge("a", values)}}
}

// Answers that are not read are given up, and until then count as requests of their
// viewers: asking for more does not make more of them.
func TestFeedsThatAreNotRead(t *testing.T) {
	for _, coding := range []string{"identity", "gzip", "zstd", "br"} {
		synctest.Test(t, func(t *testing.T) {
			page := New(wide(8*writing.Piece), Config{MaxViewers: 2})
			dial := pipes.Serve(t, &http.Server{Handler: page})
			served, refused := []*http.Response(nil), 0
			for i := range 40 {
				path := fmt.Sprintf("/data?v=1&viewer=%d&since=%s.%d", i%5, page.feed.session, 1000+i)
				response := pipes.Ask(t, dial(), path, "Accept-Encoding: "+coding)
				if response.StatusCode == http.StatusServiceUnavailable {
					refused++
					response.Body.Close()
					continue
				}
				served = append(served, response)
				time.Sleep(10 * time.Millisecond)
			}
			if len(served) != 2*maxRequests || refused != 40-len(served) {
				t.Errorf("%s: %d answers are held for two viewers, want %d", coding, len(served), 2*maxRequests)
			}
			time.Sleep(writing.Patience + time.Second)
			synctest.Wait()
			for i, response := range served {
				if coding != "gzip" && !pipes.IsCut(response) { // compressed it is less than one piece
					t.Errorf("%s: answer %d was not given up", coding, i)
				}
			}
			time.Sleep(absent)
			if code, _ := get(t, page, "/data?v=1&viewer=patient"); code != http.StatusOK {
				t.Errorf("%s: afterwards, another viewer is answered %d", coding, code)
			}
		})
	}
}

// Whatever number a viewer claims to have seen, what has everything is made once.
func TestInventedNumbersCostOneAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		page := New(wide(1<<20), Config{})
		get(t, page, "/data?v=1&viewer=x")
		for i := range 100 {
			get(t, page, fmt.Sprintf("/data?v=1&viewer=x&since=%s.%d", page.feed.session, 1000+i))
		}
		if n := len(page.feed.answers); n != 1 {
			t.Errorf("%d answers are kept for those who were told nothing", n)
		}
	})
}

// A segment of history is unpacked as its client takes it, not before.
func TestHistoryIsUnpackedInPieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		page := New(wide(8*writing.Piece), Config{History: time.Minute})
		defer page.Close()
		time.Sleep(40 * time.Second)
		dial := pipes.Serve(t, &http.Server{Handler: page})
		const path = "/history?v=1&viewer=x&segment=1"
		slow := pipes.Ask(t, dial(), path)
		whole, err := io.ReadAll(pipes.Ask(t, dial(), path).Body)
		if err != nil || len(whole) < 8*writing.Piece || !strings.HasSuffix(string(whole), "]}\n") {
			t.Errorf("read %d bytes, %v", len(whole), err)
		}
		synctest.Wait()
		if slow.ContentLength >= 0 {
			t.Error("the length is known, so that the whole must have been unpacked")
		}
		time.Sleep(writing.Patience + time.Second)
		if !pipes.IsCut(slow) {
			t.Error("a segment that is not read was not given up")
		}
	})
}

// Asking for the history again and again leaves most of it as it is.
func TestHistoryAskedForAgainAndAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		page := New(&families{all: []*dto.MetricFamily{gauge("a", map[string]float64{"x": 1})}}, Config{History: time.Hour})
		defer page.Close()
		for range 5 * segmentFrames {
			get(t, page, "/history?v=1&viewer=x")
			time.Sleep(time.Second)
		}
		if n := len(page.feed.history.segments); n > 30 {
			t.Errorf("%d segments for %d frames", n, 5*segmentFrames)
		}
	})
}

// What comes in a query or a path is refused or ignored, and where it is quoted it is
// short, and text.
func TestHostileRequests(t *testing.T) {
	hostile := []string{
		"</script><script>alert(1)</script>", "\r\nSet-Cookie: a=b", "\x00\xff\x1b[2J", "../../etc/passwd", "//evil.test/",
		strings.Repeat("9", 400), strings.Repeat("é", 1<<19), "\u2028\u202e", "NaN", "-1", "18446744073709551616",
	}
	page, redirects := New(&families{}, Config{Interval: minInterval}), 0
	for _, text := range hostile {
		escaped, session := url.QueryEscape(text), page.feed.session+"."
		for address, want := range map[string]int{
			"/data?viewer=x&v=" + escaped:                           http.StatusBadRequest,
			"/data?v=1&viewer=x&since=" + escaped:                   http.StatusOK,
			"/data?v=1&viewer=x&since=x." + escaped:                 http.StatusOK,
			"/data?v=1&viewer=x&since=" + session + escaped:         http.StatusOK,
			"/history?v=1&viewer=x&segment=" + escaped:              http.StatusNotFound,
			"/health?v=1&viewer=x&anything=" + escaped:              http.StatusOK,
			"/health?v=1&viewer=x&%zz;" + escaped:                   http.StatusOK,
			"/data?v=1&viewer=" + strings.Repeat("x", 65) + escaped: http.StatusBadRequest,
			"/" + url.PathEscape(text) + ".js":                      http.StatusNotFound,
		} {
			w := httptest.NewRecorder()
			page.ServeHTTP(w, httptest.NewRequest("GET", address, nil))
			if w.Code != want || w.Body.Len() > 1024 {
				t.Errorf("%.80s is answered %d with %d bytes, want %d", address, w.Code, w.Body.Len(), want)
			}
			if strings.ContainsAny(w.Body.String(), "<\x1b\r") || w.Header().Get("Set-Cookie") != "" {
				t.Errorf("%.80s comes back as it was: %q", address, w.Body)
			}
		}
		for _, address := range []string{"/m/" + url.PathEscape(text), "//evil.test/" + url.PathEscape(text), "//evil"} {
			r, w := httptest.NewRequest("GET", address, nil), httptest.NewRecorder()
			if page.ServeHTTP(w, r); w.Code != http.StatusTemporaryRedirect {
				continue // it looks like a file, or like the page
			}
			redirects++
			asked, _ := url.Parse("http://here.test" + r.URL.EscapedPath())
			to, err := asked.Parse(w.Header().Get("Location"))
			if err != nil || to.Host != asked.Host || to.Path != asked.Path+"/" {
				t.Errorf("from %s redirected to %q", address, w.Header().Get("Location"))
			}
		}
	}
	if redirects < 2*len(hostile) {
		t.Errorf("only %d redirects were tried", redirects)
	}
}

// Who sends huge headers gets what others get.
func TestHugeHeaders(t *testing.T) {
	page := Handler(&families{}, Config{})
	ask := func(name, value string) *httptest.ResponseRecorder {
		r, w := httptest.NewRequest("GET", "/app.js", nil), httptest.NewRecorder()
		r.Header.Set(name, value)
		page.ServeHTTP(w, r)
		return w
	}
	small := ask("Cookie", "")
	for _, name := range []string{"Accept", "Accept-Encoding", "If-None-Match", "Cookie", "Range"} {
		w := ask(name, strings.Repeat(`gzip;q=0,"x",`, 80_000))
		if w.Code != http.StatusOK || w.Body.Len() != len(assets()["app.js"].plain) || !maps.EqualFunc(w.Header(), small.Header(), slices.Equal) {
			t.Errorf("a huge %s is answered %d with %d bytes and %.1000q", name, w.Code, w.Body.Len(), w.Header())
		}
	}
}

// What is kept of a viewer is its id, not the query of which it is a piece.
func TestViewerKeepsNoRequest(t *testing.T) {
	query := "viewer=x" + strings.Repeat("&", 1<<20)
	v := viewers{most: 1}
	leave, _ := v.enter(query[len("viewer="):len("viewer=x")])
	defer leave()
	for id := range v.seen {
		if id != "x" || unsafe.StringData(id) == unsafe.StringData(query[len("viewer="):]) {
			t.Errorf("kept %q, which may be a piece of the query", id)
		}
	}
}
