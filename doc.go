// Package metrics records what a program does: how often, how much, how long.
// Package prometheusmetrics, below it, exposes the values to Prometheus. This one
// needs nothing beyond the standard library and starts no goroutine.
//
// # A first program
//
//	requests := metrics.NewVec[metrics.Counter](nil, "requests", "code")
//	latency := metrics.GetOrRegisterTimer("latency", nil)
//
//	start := time.Now()
//	code := handle(request)
//	latency.UpdateSince(start)
//	requests.With(strconv.Itoa(code)).Inc(1)
//
// # Concepts
//
// An instrument records: a [Counter] goes up and down in whole steps, a [Gauge]
// or [GaugeFloat64] holds the latest value, a [Meter] counts events and knows
// their rate, a [Histogram] takes integers and knows their distribution, a
// [Timer] does for durations what Histogram and Meter do, a [HistogramFloat64] takes
// numbers with a fraction. A [Healthcheck] reports whether something works.
//
// An instrument is a small value that refers to its state: pass it, copy it,
// put it into a struct. The zero value is a no-op, which is a way to turn
// measuring off.
//
// A snapshot, such as [TimerSnapshot], is what an instrument showed at one
// moment. It has the methods that read and none that record.
//
// A [Registry] holds instruments under names. Where a function takes one, nil means
// [DefaultRegistry]. Functions called GetOrRegister… return what is registered,
// and register it if it is not; functions called New… make an instrument that no
// registry knows. A registry made with [NewPrefixedRegistry] puts a prefix before
// names, and sees what is under it only.
//
// # Series and labels
//
// A series is a name and a set of [Labels]: requests with {code: 200} and requests
// with {code: 500} are two, counted apart. The order of labels doesn't matter, and
// a label with an empty value is no label.
//
// A name has one type, whatever the labels. Requesting a counter under a gauge's
// name returns an unexported counter and logs once: recording code doesn't panic,
// doesn't block, and doesn't have to handle errors. [Registry].Register returns the
// error.
//
// Finding a series by name and labels takes no lock and allocates nothing, and a
// [Vec] does it several times faster; an instrument that is kept in a variable
// costs no search at all. Series take memory until they are
// unregistered, so a label should have few values: a status, not a user.
//
// # Units
//
// Timers record nanoseconds, as time.Duration does, and so do their snapshots
// and JSON. Histograms, gauges and counters record what they are given.
// Rates are events per second. [Describe] keeps a help text and a unit for
// exporters.
//
// # Lifetime totals and recent samples
//
// Count and Sum are exact totals since the start, or since Clear. Min, Max, Mean,
// StdDev, Variance and percentiles describe the current sample: with the default,
// an exponentially decaying reservoir of 1028 values, what happened in the last
// five minutes or so. The two don't mix: Sum divided by Count is the mean of a
// lifetime, Mean that of the sample. The sample is chosen per histogram, or per
// registry with [WithSample] and [WithSampleFor].
//
// # Time
//
// Meters and timers report moving averages of their rates over 1, 5 and 15
// minutes, as the load average of UNIX does, in steps of five seconds; these are
// worked out when somebody reads or records. To spare the clock, an instrument
// that is updated often may read it once in up to 16 updates only, so that as many
// events may count for an earlier step. None is lost. Time and UpdateSince know
// the time, and are exact.
//
// # Concurrency
//
// Everything may be used by several goroutines at once, except that
// [DefaultRegistry] and [UseNilMetrics] are variables to be set, if at all, before
// anything else happens. A snapshot agrees with itself: its count is that of the
// values its sum is made of. Functions that a user passes in are called with no
// lock held, and may use the registry that calls them.
//
// # Coming from go-metrics
//
// Source written for github.com/rcrowley/go-metrics, and for its successors with
// labels, compiles with the import path changed, with few exceptions: instruments
// are no interfaces, so they can't be nil or implemented elsewhere, and their
// snapshots are types of their own.
package metrics
