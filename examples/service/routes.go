package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	items       = 100             // the shop has items 1 to 100
	maxWait     = 5 * time.Second // what /wait grants at most
	maxRows     = 100_000         // what /report writes at most
	clientGone  = 499             // as nginx counts a client that left
	reportRow   = "item,sold,left\n"
	defaultRows = 500
)

// shop answers the routes. Its fields are what tests replace.
type shop struct {
	pause    func(context.Context, time.Duration) error
	fails    func() bool // whether this order fails
	recorded *instruments
}

func newShop(recorded *instruments) *shop {
	const failing = 0.05
	return &shop{pause: pause, fails: func() bool { return rand.Float64() < failing }, recorded: recorded}
}

// routes returns the handler of everything that is instrumented.
func (s *shop) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.taking(steady(time.Millisecond, 2*time.Millisecond), home))
	mux.HandleFunc("GET /items/{id}", s.taking(cached(
		steady(500*time.Microsecond, time.Millisecond),
		steady(15*time.Millisecond, 10*time.Millisecond), 10), item))
	mux.HandleFunc("POST /orders", s.taking(logNormal(30*time.Millisecond, 0.6, time.Second), s.order))
	mux.HandleFunc("GET /report", s.taking(logNormal(60*time.Millisecond, 0.3, time.Second), report))
	mux.HandleFunc("GET /wait", s.wait)
	return mux
}

// taking lets a handler take as long as the shape says.
func (s *shop) taking(latency shape, answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		if s.pause(r.Context(), latency()) != nil {
			w.WriteHeader(clientGone)
			return
		}
		answer(w, r)
		s.recorded.worked(routeOf(r), time.Since(start), "")
	}
}

func home(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprint(w, "GET /items/7   POST /orders   GET /report?rows=500   GET /wait?for=50ms   GET /metrics\n")
}

func item(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || id < 1 || id > items {
		http.Error(w, "no such item", http.StatusNotFound)
		return
	}
	fmt.Fprintf(w, "item %d\n", id)
}

func (s *shop) order(w http.ResponseWriter, _ *http.Request) {
	if s.fails() {
		s.recorded.orders.With("failed").Inc(1)
		http.Error(w, "the payment provider did not answer", http.StatusServiceUnavailable)
		return
	}
	s.recorded.orders.With("taken").Inc(1)
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintln(w, "ordered")
}

// report writes as many rows as are asked for, so that answers differ in size.
func report(w http.ResponseWriter, r *http.Request) {
	rows, err := strconv.Atoi(queryOr(r, "rows", strconv.Itoa(defaultRows)))
	if err != nil || rows < 0 || rows > maxRows {
		http.Error(w, fmt.Sprintf("rows: a number from 0 to %d", maxRows), http.StatusBadRequest)
		return
	}
	io.WriteString(w, strings.Repeat(reportRow, rows))
}

// wait takes as long as it is told, for whoever wants to see a latency of their
// choice in Prometheus.
func (s *shop) wait(w http.ResponseWriter, r *http.Request) {
	d, err := time.ParseDuration(queryOr(r, "for", "50ms"))
	if err != nil || d < 0 || d > maxWait {
		http.Error(w, fmt.Sprintf("for: a time from 0s to %v", maxWait), http.StatusBadRequest)
		return
	}
	start := time.Now()
	if s.pause(r.Context(), d) != nil {
		w.WriteHeader(clientGone)
		return
	}
	s.recorded.worked(routeOf(r), time.Since(start), "")
	fmt.Fprintf(w, "waited %v\n", d)
}

// routeOf returns the pattern that matched, without its method.
func routeOf(r *http.Request) string {
	_, route, _ := strings.Cut(r.Pattern, " ")
	return route
}

func queryOr(r *http.Request, name, otherwise string) string {
	if value := r.URL.Query().Get(name); value != "" {
		return value
	}
	return otherwise
}
