package live

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
)

// references finds what a file of the page refers to: other files by name.
var references = regexp.MustCompile(`(?:src|href)="([^"#]+)"|from "\./([^"]+)"|url\(([^)]+)\)|["` + "`" + `](data|history|health)\?`)

// Every address that the page refers to answers 200 under any path, and nothing
// lies outside it.
func TestEveryAddress(t *testing.T) {
	for _, mount := range []string{"/", "/debug/metrics/", "/a%20b/c/"} {
		page := Handler(&families{}, Config{})
		found := map[string]bool{}
		queue := []string{""}
		for len(queue) > 0 {
			name := queue[0]
			queue = queue[1:]
			if found[name] {
				continue
			}
			found[name] = true
			url := mount + name
			if name == "data" || name == "history" || name == "health" {
				url += "?v=1&viewer=x"
			}
			code, body := get(t, page, url)
			if code != http.StatusOK {
				t.Errorf("%s: %d", url, code)
			}
			if strings.Contains(name, "uplot") {
				continue
			}
			for _, match := range references.FindAllStringSubmatch(string(body), -1) {
				queue = append(queue, strings.Join(match[1:], ""))
			}
		}
		for name := range assets() { // each file is used, and so found
			if !found[name] && name != "index.html" && path.Ext(name) != ".LICENSE" {
				t.Errorf("nothing refers to %s", name)
			}
		}
		if len(found) < 20 || !found["data"] || !found["uplot-1.6.32.min.js"] {
			t.Errorf("found only %v", found)
		}
	}
}

// The page's own files hold nothing that its policy would not allow.
func TestNothingInline(t *testing.T) {
	forbidden := regexp.MustCompile(`(?i)https?://|\bdata:|<style|<script>|\son[a-z]+="|style="|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|localStorage|cookie`)
	for name, file := range assets() {
		if strings.HasPrefix(name, "uplot") {
			continue
		}
		text := strings.ReplaceAll(string(file.plain), "http://www.w3.org/2000/svg", "") // the name of a language
		if found := forbidden.FindString(text); found != "" {
			t.Errorf("%s has %q", name, found)
		}
	}
}

func TestHeaders(t *testing.T) {
	page := Handler(&families{}, Config{})
	for _, address := range []string{"/m/", "/m/app.js", "/m/style.css", "/m/icon.svg", "/m/data?v=1&viewer=x", "/m/data", "/m/missing.js"} {
		w := httptest.NewRecorder()
		page.ServeHTTP(w, httptest.NewRequest("GET", address, nil))
		header := w.Header()
		if csp := header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; ") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "data:") {
			t.Errorf("%s: policy %q", address, csp)
		}
		if header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Set-Cookie") != "" || header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: headers %v", address, header)
		}
	}
	for address, want := range map[string]string{
		"/m/": "text/html; charset=utf-8", "/m/app.js": "text/javascript; charset=utf-8", "/m/style.css": "text/css; charset=utf-8",
		"/m/icon.svg": "image/svg+xml", "/m/data?v=1&viewer=x": "application/json", "/m/uplot-1.6.32.LICENSE": "text/plain; charset=utf-8",
	} {
		w := httptest.NewRecorder()
		page.ServeHTTP(w, httptest.NewRequest("GET", address, nil))
		if got := w.Header().Get("Content-Type"); got != want {
			t.Errorf("%s: type %q, want %q", address, got, want)
		}
	}
}

func TestRequests(t *testing.T) {
	allow := true
	page := New(&families{}, Config{Authorize: func(r *http.Request) bool { return allow }})
	for _, test := range []struct {
		method, address string
		refused         bool
		want            int
	}{
		{"GET", "/m/", false, 200},
		{"HEAD", "/m/", false, 200},
		{"GET", "/m", false, 307},
		{"GET", "/m/nothing.js", false, 404},
		{"POST", "/m/", false, 405},
		{"GET", "/m/data?viewer=x", false, 400},
		{"GET", "/m/data?v=2&viewer=x", false, 400},
		{"GET", "/m/data?v=1", false, 400},
		{"HEAD", "/m/data?v=1&viewer=x", false, 200},
		{"GET", "/m/history?v=1&viewer=x&segment=7", false, 404},
		{"GET", "/m/", true, 403},
		{"GET", "/m/app.js", true, 403},
		{"GET", "/m/data?v=1&viewer=x", true, 403},
		{"GET", "/m/health?v=1&viewer=x", true, 403},
	} {
		allow = !test.refused
		w := httptest.NewRecorder()
		page.ServeHTTP(w, httptest.NewRequest(test.method, test.address, nil))
		if w.Code != test.want {
			t.Errorf("%s %s: %d, want %d", test.method, test.address, w.Code, test.want)
		}
		if test.method == "HEAD" && w.Body.Len() > 0 {
			t.Errorf("%s %s: has a body", test.method, test.address)
		}
		if test.want == 307 && w.Header().Get("Location") != "./m/" {
			t.Errorf("redirected to %q", w.Header().Get("Location"))
		}
	}
}

// A nil gatherer is the default one, as for promhttp.
func TestDefaultGatherer(t *testing.T) {
	_, body := get(t, Handler(nil, Config{}), "/data?v=1&viewer=x")
	if !bytes.Contains(body, []byte("go_goroutines")) {
		t.Errorf("got %.200s", body)
	}
}
