// Package reading finds the metrics of sources and reads their values. It knows
// nothing of families, names or registries.
//
// A Reader goes through three steps at each reading. It lists what the sources have;
// it matches that with what it knew, so that a metric keeps its Metric for as long
// as its source has it; and it reads the values of each. Metrics of this module are
// read directly. All else is code of others, which may panic, hang, or end its
// goroutine: it runs in goroutines of its own, a limited number at once, each call
// with a time limit, and at most one call of a metric or a source is out at a time.
// What it does costs itself.
//
// What a reading empties is not lost: counts and sums of metrics that start over
// when they are read are added up here, and a call that comes back late counts in
// the next reading.
package reading
