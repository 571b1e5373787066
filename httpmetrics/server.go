package httpmetrics

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/go-metrics-plus/metrics"
)

// statusClientGone is what nginx counts for a client that left before the answer.
const statusClientGone = 499

// Handler returns a handler that calls next and measures it; see the package for
// what it records. A nil next is http.DefaultServeMux.
//
// The handler adds one allocation to a request, that of the ResponseWriter. A panic
// of next is counted and goes on, http.ErrAbortHandler too.
func (c Config) Handler(next http.Handler) http.Handler {
	if next == nil {
		next = http.DefaultServeMux
	}
	if c.Route == nil {
		c.Route = patternOf
	}
	c.describe("server")
	r, labels := c.Registry, []string{methodLabel, routeLabel, statusLabel}
	return &handler{
		next:         next,
		config:       c,
		routes:       newLimiter(routeLabel, c.maxRoutes()),
		active:       metrics.NewVec[metrics.Gauge](r, "http.server.active_requests", methodLabel),
		duration:     metrics.NewVecFunc(r, "http.server.request.duration", c.newDuration, labels...),
		requestSize:  metrics.NewVecFunc(r, "http.server.request.body.size", newSize, labels...),
		responseSize: metrics.NewVecFunc(r, "http.server.response.body.size", newSize, labels...),
	}
}

type handler struct {
	next         http.Handler
	config       Config
	routes       *limiter
	active       *metrics.Vec[metrics.Gauge]
	duration     *metrics.Vec[metrics.Timer]
	requestSize  *metrics.Vec[metrics.Histogram]
	responseSize *metrics.Vec[metrics.Histogram]

	panicked sync.Once // for the log
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	active := h.active.With(methodOf(r.Method))
	active.Inc(1)
	rec, wrapped := newRecorder(w)
	rec.countBody(r)
	rec.start = time.Now()
	returned := false
	defer func() { // without recover, so that the panic's stack stays whole
		active.Dec(1)
		h.record(rec, r, returned)
	}()
	h.next.ServeHTTP(wrapped, r)
	returned = true
}

// record records a request that has ended, by a return or by a panic.
func (h *handler) record(rec *recorder, r *http.Request, returned bool) {
	took := rec.lasted
	if !rec.hijacked {
		took = time.Since(rec.start)
	}
	defer h.guard()
	code := rec.code
	switch {
	case !returned:
		code = http.StatusInternalServerError
	case code != 0:
	case rec.hijacked:
		code = http.StatusSwitchingProtocols
	case errors.Is(r.Context().Err(), context.Canceled):
		code = statusClientGone
	default:
		code = http.StatusOK
	}
	method, route, status := methodOf(r.Method), h.routeOf(r), statusOf(code)
	h.config.record(h.duration.With(method, route, status), took, r)
	h.requestSize.With(method, route, status).Update(rec.requestSize(r))
	h.responseSize.With(method, route, status).Update(rec.responseSize(r))
}

func (h *handler) routeOf(r *http.Request) string {
	route := h.config.Route(r)
	if route == "" {
		return unmatched
	}
	return h.routes.limit(route)
}

// guard keeps a panic of Route or Exemplar from the server: the response is as good
// as sent, and only the measuring failed.
func (h *handler) guard() {
	if p := recover(); p != nil {
		h.panicked.Do(func() {
			slog.Error("httpmetrics: request not measured", "error", fmt.Errorf("function Route or Exemplar panicked: %v", p))
		})
	}
}
