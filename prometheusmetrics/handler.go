package prometheusmetrics

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics/internal/reports"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/wire"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/writing"
)

// HandlerOptions say how a handler serves what gatherers gather. The zero value
// works.
type HandlerOptions struct {
	// MaxInFlight limits the requests that are served at the same time. One more is
	// answered with status 503. 0 and negative mean no limit.
	MaxInFlight int

	// Timeout is how long a request waits for the gatherers. What the others
	// gathered by then is served without the families of one that did not come
	// back; that one is not waited for any more, nor called again, until it does,
	// and then its families are there again. If there is nothing to serve the answer
	// is status 503. A Driver whose Config.CallTimeout is no longer gets a second
	// more, since it waits as long for the code of others. 0 and negative mean no
	// limit, but a client that gives up leaves nothing behind.
	Timeout time.Duration

	// Registerer, if there is one, gets metrics about the handler, under the names
	// that promhttp gives them: promhttp_metric_handler_requests_total by code,
	// promhttp_metric_handler_requests_in_flight, and
	// promhttp_metric_handler_errors_total by cause ("gathering" or "encoding").
	// Several handlers may share them.
	Registerer prometheus.Registerer

	// OnError is called with what could not be gathered or encoded, once for as long
	// as it lasts, by one goroutine at a time and after the scrape was answered. Nil
	// means slog.Default().
	OnError func(error)
}

// HandlerFor serves what the gatherers gather, such as a prometheus.Registry and a
// Driver. It takes the place of promhttp.HandlerFor(gatherer,
// promhttp.HandlerOpts{EnableOpenMetrics: true}):
//
//	http.Handle("/metrics", prometheusmetrics.HandlerFor(registry))
//
// Answers are the same, byte for byte once they are decompressed: the text format,
// OpenMetrics (without _created lines) and protobuf, negotiated with the escaping
// of names, and limited to the families that name[] in the query names. They cost
// less: the encoders are this module's own, and compression, gzip or zstd, is that
// of klauspost/compress at a fast level. The differences:
//
//   - Requests that come while others wait for the gatherers share one gathering,
//     and all that share it one rendering for each format and coding. Nobody waits
//     for the writing of another, however slowly its client reads.
//   - A client that takes no 256 KiB within 30 seconds is given up, unless the server's
//     WriteTimeout is set, and so are those that have not read for 5 seconds while
//     answers of more than 256 MiB are being written.
//   - What can't be gathered costs only itself, as with promhttp.ContinueOnError:
//     families that came with an error are served, and status 500 is for nothing at
//     all. A gatherer that panics has failed, too.
//   - Of a Driver among the gatherers, what one flush shows is rendered once and
//     kept until the next.
//   - Several gatherers are read at the same time, and their families joined and
//     sorted by name. One that clashes with an earlier gatherer's, or a series that
//     is there twice, is left out and reported.
//
// The handler may be used by any number of goroutines.
func HandlerFor(gatherers ...prometheus.Gatherer) http.Handler {
	return HandlerOptions{}.HandlerFor(gatherers...)
}

// HandlerFor is like the function HandlerFor, with options.
func (o HandlerOptions) HandlerFor(gatherers ...prometheus.Gatherer) http.Handler {
	pending := &reports.Queue{Package: packageName}
	h := newHandler(o.Timeout, gatherers, func(problems []error) {
		for _, problem := range problems {
			pending.Add(problem)
		}
		pending.Tell(o.OnError)
	})
	var limited http.Handler = h
	if o.MaxInFlight > 0 {
		limited = &limiter{next: h, slots: make(chan struct{}, o.MaxInFlight)}
	}
	if isNil(o.Registerer) {
		return limited
	}
	instrumented, errors := instrument(o.Registerer, limited, h.report)
	h.errors = errors
	return instrumented
}

// Handler serves the driver's metrics, and those of the other gatherers, such as
// the application's own registry, as HandlerFor does, with Config.CallTimeout as
// the timeout. It is meant for a Detached driver; given the registry that the
// driver is registered in, series would come twice, and the driver's are taken.
//
// What a flush shows is rendered once for each format and coding, and kept until
// the next, up to 64 MiB; a second scrape costs next to nothing.
//
// It never answers with an error for a part that could not be gathered: a
// gatherer's errors, and families that clash with the driver's or with an earlier
// gatherer's, cost only themselves and are reported to Config.OnError.
func (d *Driver) Handler(others ...prometheus.Gatherer) http.Handler {
	gatherers := append([]prometheus.Gatherer{d}, others...)
	return newHandler(d.config.CallTimeout, gatherers, func(problems []error) {
		for _, problem := range problems {
			d.reports.Add(problem)
		}
		d.reports.Tell(d.config.OnError)
	})
}

// limiter answers what exceeds its slots as promhttp does.
type limiter struct {
	next  http.Handler
	slots chan struct{}
}

func (l *limiter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case l.slots <- struct{}{}:
		defer func() { <-l.slots }()
		l.next.ServeHTTP(w, r)
	default:
		text := fmt.Sprintf("Limit of concurrent requests reached (%d), try again later.", cap(l.slots))
		http.Error(w, text, http.StatusServiceUnavailable)
	}
}

// handler serves one list of gatherers.
type handler struct {
	scrapes
	writing   writing.Answers
	errors    errorCounters
	expected  [wire.Kinds]atomic.Int64 // lengths of the last answers
	unencoded [wire.Kinds]reports.Once
}

func newHandler(timeout time.Duration, gatherers []prometheus.Gatherer, report func([]error)) *handler {
	h := &handler{errors: uncounted}
	h.scrapes.init(timeout, gatherers, report)
	return h
}

// ServeHTTP answers one scrape.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	view := h.gather(r.Context())
	if view == nil {
		return // nobody is waiting for an answer
	}
	if view.err != nil {
		h.errors.gathering.Inc()
		if len(view.runs) == 0 {
			h.refuse(w, view)
			return
		}
	}
	format, coding := wire.Negotiate(r.Header), wire.NegotiateCoding(r.Header)
	answer := view.answer(h, format, coding, namesOf(r))
	h.errors.encoding.Add(float64(len(answer.problems)))

	header := w.Header()
	header["Vary"] = append(header["Vary"], "Accept", "Accept-Encoding")
	header.Set("Content-Type", string(format.ContentType))
	if coding != wire.Identity {
		header.Set("Content-Encoding", coding.String())
	}
	header.Set("Content-Length", strconv.Itoa(answer.length))
	if r.Method == http.MethodHead {
		return
	}
	h.writing.Send(w, r, answer.parts...)
}

// refuse says why there is nothing to serve, as promhttp does.
func (h *handler) refuse(w http.ResponseWriter, view *view) {
	if view.late {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintf(w, "Exceeded configured timeout of %v.\n", h.timeout)
		return
	}
	http.Error(w, "An error has occurred while serving metrics:\n\n"+view.err.Error(), http.StatusInternalServerError)
}

// namesOf returns the families that a request is limited to, in order; nil means
// all.
func namesOf(r *http.Request) []string {
	if r.URL == nil || r.URL.RawQuery == "" {
		return nil
	}
	names := r.URL.Query()["name[]"]
	slices.Sort(names)
	return slices.Compact(names)
}

// reportEncoding reports what could not be encoded, once for as long as it lasts.
func (h *handler) reportEncoding(kind wire.Kind, problems problemSet) {
	if fresh := h.unencoded[kind].News(problems); len(fresh) > 0 {
		h.report(fresh)
	}
}
