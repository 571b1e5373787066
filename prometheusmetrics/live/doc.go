// Package live is a page that shows a program's metrics while they move, in the
// program itself: no Prometheus, no Grafana, no account.
//
//	mux.Handle("/debug/metrics/", live.Handler(driver, live.Config{}))
//
// It takes any prometheus.Gatherer. Given a driver of this module it also tells
// what the driver leaves out and why, and places each value at the time of the
// flush that read it; so hand it the driver itself rather than the registry in
// which the driver is registered, and both, if the registry has more, as
// prometheus.Gatherers{driver, registry} of a Detached driver.
//
// # Who may see it
//
// The page shows the names, labels and values of all metrics. Put it where you
// would put /debug/pprof: behind what keeps strangers out, or on a port of its
// own. [Config.Authorize] refuses single requests with 403. Label values and help
// texts are shown as text whatever they contain, and the page's
// Content-Security-Policy allows nothing but its own files. It sets no cookies.
//
// # What it costs
//
// Nothing is gathered while nobody has it open, and no goroutine runs. While somebody
// has, one gathering per [Config.Interval] serves all viewers, and each gets what
// has changed. What the page keeps of the last minutes is in the browser. With
// [Config.History] the program keeps them, too, which costs one gathering per
// interval always, and the stated number of bytes.
//
// # The data
//
// The page reads one JSON endpoint beside it, named data, whose format is
// versioned and described in PROTOCOL.md, for other programs to use.
package live
