package live

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/writing"
)

// Page is the live page of one gatherer. It is an http.Handler, and may be called
// from any goroutine.
type Page struct {
	config  Config
	feed    *feed
	viewers viewers
	health  *health
	writing writing.Answers

	closing sync.Once
	closed  chan struct{}
	kept    sync.WaitGroup
}

// Handler returns the live page of a gatherer, nil meaning
// prometheus.DefaultGatherer. It works under any path that ends in a slash, with
// or without http.StripPrefix:
//
//	mux.Handle("/debug/metrics/", live.Handler(driver, live.Config{}))
//
// With Config.History it gathers until the program ends; use New where that is
// too long.
func Handler(g prometheus.Gatherer, c Config) http.Handler { return New(g, c) }

// New is Handler for who wants to close the page. A page without Config.History
// needs no Close: it has no goroutine but those of the requests it answers.
func New(g prometheus.Gatherer, c Config) *Page {
	c = c.complete()
	sources := newSources(g)
	p := &Page{
		config:  c,
		feed:    newFeed(c, sources, rand.Text()),
		viewers: viewers{most: c.MaxViewers},
		health:  newHealth(sources),
		closed:  make(chan struct{}),
	}
	if c.History > 0 {
		p.kept.Go(func() { p.feed.keep(p.closed) })
	}
	return p
}

// Close ends the gathering for Config.History and waits for it, but not for a
// gatherer that hangs. The page is answered with 503 from then on. The error is
// always nil.
func (p *Page) Close() error {
	p.closing.Do(func() { close(p.closed) })
	p.kept.Wait()
	return nil
}

// policy allows the page its own files, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// ServeHTTP answers with the page, one of its files or its data, whichever the
// last part of the path names.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	switch {
	case p.config.Authorize != nil && !p.config.Authorize(r):
		http.Error(w, "403 forbidden", http.StatusForbidden)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "405 method not allowed", http.StatusMethodNotAllowed)
	case p.isClosed():
		http.Error(w, "503 the page is closed", http.StatusServiceUnavailable)
	default:
		p.serve(w, r)
	}
}

func (p *Page) isClosed() bool {
	select {
	case <-p.closed:
		return true
	default:
		return false
	}
}

func (p *Page) serve(w http.ResponseWriter, r *http.Request) {
	_, name := path.Split(r.URL.Path)
	switch name {
	case "data":
		p.serveData(w, r, p.data)
	case "history":
		p.serveData(w, r, p.past)
	case "health":
		p.serveData(w, r, p.report)
	case "":
		serveAsset(w, r, "index.html", &p.writing)
	default:
		if !serveAsset(w, r, name, &p.writing) {
			p.notFound(w, r, name)
		}
	}
}

// notFound sends who left the last slash away to the page: relative to where
// they are, since only the server in front knows the whole path.
func (p *Page) notFound(w http.ResponseWriter, r *http.Request, name string) {
	if strings.Contains(name, ".") {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Location", "./"+path.Base(r.URL.EscapedPath())+"/")
	w.WriteHeader(http.StatusTemporaryRedirect)
}

// problem is an error of the data's addresses, which the page shows.
type problem struct {
	status int
	text   string
}

func (p problem) Error() string { return p.text }

// serveData answers a viewer, within the bounds on viewers. Its request counts until the
// answer is written: one that is not read takes as much room as one that waits.
func (p *Page) serveData(w http.ResponseWriter, r *http.Request, find func(*http.Request) (*answer, error)) {
	leave, err := p.admit(r)
	defer leave()
	var found *answer
	if err == nil {
		found, err = find(r)
	}
	if err == nil {
		found.write(w, r, "application/json", "no-store", &p.writing)
		return
	}
	if r.Context().Err() != nil {
		return // nobody reads it
	}
	status := http.StatusInternalServerError
	if known, ok := err.(problem); ok {
		status = known.status
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"v": version, "error": err.Error()})
}

// admit lets a request in until leave is called, which must be in any case.
func (p *Page) admit(r *http.Request) (leave func(), err error) {
	query := r.URL.Query()
	if v := query.Get("v"); v != strconv.Itoa(version) {
		text := fmt.Sprintf("version %q of the data is not known here; there is v=%d", cut(v, 16), version)
		return func() {}, problem{http.StatusBadRequest, text}
	}
	id := query.Get("viewer")
	if id == "" || len(id) > maxViewerID {
		text := fmt.Sprintf("viewer: an id of 1 to %d bytes of your choice", maxViewerID)
		return func() {}, problem{http.StatusBadRequest, text}
	}
	leave, ok := p.viewers.enter(id)
	if !ok {
		text := fmt.Sprintf("too many viewers: %d are served at a time (Config.MaxViewers)", p.config.MaxViewers)
		return func() {}, problem{http.StatusServiceUnavailable, text}
	}
	return leave, nil
}

// data waits for what is new since ?since=<session>.<seq>.
func (p *Page) data(r *http.Request) (*answer, error) {
	var since uint64
	session, seq, _ := strings.Cut(r.URL.Query().Get("since"), ".")
	if session == p.feed.session { // or else it is another process's
		since, _ = strconv.ParseUint(seq, 10, 64)
	}
	return p.feed.poll(r.Context(), since)
}

// past lists the segments of history, or returns the one of ?segment=<id>.
func (p *Page) past(r *http.Request) (*answer, error) {
	segment := r.URL.Query().Get("segment")
	if segment == "" {
		return p.feed.list(), nil
	}
	id, _ := strconv.ParseUint(segment, 10, 64)
	if found := p.feed.segment(id); found != nil {
		return found, nil
	}
	return nil, problem{http.StatusNotFound, fmt.Sprintf("segment %q is not kept any more", cut(segment, 32))}
}

func (p *Page) report(r *http.Request) (*answer, error) { return p.health.answer(r.Context()) }
