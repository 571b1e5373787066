// Package httpmetrics measures HTTP servers and clients of net/http.
//
//	mux := http.NewServeMux()
//	mux.HandleFunc("GET /items/{id}", item)
//	http.ListenAndServe("localhost:8080", httpmetrics.Config{}.Handler(mux))
//
// It imports the standard library alone. Names and labels are those of
// OpenTelemetry's semantic conventions for HTTP, so that dashboards made for these
// fit. In LayoutTyped of the Prometheus driver they are
//
//	http_server_request_duration_seconds    histogram, by method, route and status code
//	http_server_request_body_size_bytes     histogram, likewise
//	http_server_response_body_size_bytes    histogram, likewise
//	http_server_active_requests             gauge, by method
//
// with the labels http_request_method, http_route and http_response_status_code.
// For a client the names begin with http_client, and server_address, server_port
// and, where there is no response, error_type come in place of the route.
//
// Durations and sizes are counted in buckets, classic and native ones at once, so
// that quantiles can be computed over several instances.
//
// # What is measured
//
// A request lasts from the call of the handler to its return; one whose connection
// is hijacked, as for a WebSocket, to the hijacking, and its status code is 101
// unless the handler has set one. A handler that panics counts as 500, whatever it
// had sent, and the panic goes on to net/http. A client that left before anything
// was written counts as 499, as nginx has it. Informational responses (1xx) pass
// and are not counted.
//
// The size of a request's body is its Content-Length, or what was read of it where
// that is unknown. Sizes are those of bodies as the handler sees them, without
// headers and before compression by net/http or a proxy. A response to HEAD has none.
//
// # What strangers can't do
//
// Methods that HTTP does not define are counted as _OTHER. A path never becomes a
// label: the route is the pattern that matched, _UNMATCHED if none did, and after
// MaxRoutes different ones _OTHER. Each combination of the labels that occurs takes
// up to 6 KB.
//
// # Where to put it
//
// Around the ServeMux, and inside of whatever replaces the request (WithContext,
// http.TimeoutHandler): net/http writes the pattern into the request that the mux
// gets, and it must be the one that the middleware has. Where it can't be, set
// Config.Route.
//
// The ResponseWriter that a handler gets can what the server's can: Flush, Hijack,
// ReadFrom (so that files are still sent by sendfile), Push, CloseNotify, and all of
// http.ResponseController. One thing is beyond any wrapper: http.MaxBytesReader does
// not tell the server to close the connection after a body that is too large, which
// the server then does by its own limit.
package httpmetrics
