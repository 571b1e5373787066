package httpmetrics

import (
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

const (
	methodLabel  = "http_request_method"
	routeLabel   = "http_route"
	statusLabel  = "http_response_status_code"
	addressLabel = "server_address"
	portLabel    = "server_port"
	errorLabel   = "error_type"

	other     = "_OTHER" // the conventions' value for what is not told apart
	unmatched = "_UNMATCHED"
)

// methods are those of RFC 9110 and PATCH, the commonest first.
var methods = [...]string{
	http.MethodGet, http.MethodPost, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodPatch,
	http.MethodOptions, http.MethodConnect, http.MethodTrace,
}

// methodOf keeps the label to the methods of RFC 9110 and PATCH, as the conventions
// demand: a client can send any. It returns a string of its own, since a request's is a
// piece of its first line, a megabyte perhaps, which would stay in memory with it.
func methodOf(method string) string {
	if method == "" { // of a client's request
		return http.MethodGet
	}
	if i := slices.Index(methods[:], method); i >= 0 {
		return methods[i]
	}
	return other
}

// statusTexts spare the allocation of each status code's text.
var statusTexts = func() (texts [500]string) {
	for i := range texts {
		texts[i] = strconv.Itoa(100 + i)
	}
	return texts
}()

func statusOf(code int) string {
	if i := code - 100; 0 <= i && i < len(statusTexts) {
		return statusTexts[i]
	}
	return strconv.Itoa(code)
}

// patternOf returns the pattern that matched, without its method.
func patternOf(r *http.Request) string {
	if _, pattern, found := strings.Cut(r.Pattern, " "); found {
		return strings.TrimLeft(pattern, " \t")
	}
	return r.Pattern
}

// A limiter lets so many different values pass and replaces all that come later.
type limiter struct {
	what string // for the log
	most int    // negative for no limit

	known  atomic.Pointer[map[string]string] // never changed, but replaced
	mu     sync.Mutex
	logged bool
}

func newLimiter(what string, most int) *limiter {
	l := &limiter{what: what, most: most}
	l.known.Store(&map[string]string{})
	return l
}

// limit returns the value or other. What it returns is a copy, since the value may be a
// piece of a request or of a redirect, which would stay in memory with a series' label.
func (l *limiter) limit(value string) string {
	if known, ok := (*l.known.Load())[value]; ok {
		return known
	}
	if known, ok := l.admit(value); ok {
		return known
	}
	return other
}

// admit takes a copy of a value in, unless there are too many.
func (l *limiter) admit(value string) (copied string, ok bool) {
	l.mu.Lock()
	known := *l.known.Load()
	copied, ok = known[value]
	if !ok && (l.most < 0 || len(known) < l.most) {
		larger := maps.Clone(known)
		copied, ok = strings.Clone(value), true
		larger[copied] = copied
		l.known.Store(&larger)
	}
	log := !ok && !l.logged
	l.logged = l.logged || log
	l.mu.Unlock()
	if log { // with no lock held: the handler of slog may make requests
		slog.Warn("httpmetrics: too many different values, later ones are counted together",
			"label", l.what, "limit", l.most, "counted_as", other, "first", value)
	}
	return copied, ok
}
