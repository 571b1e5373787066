// Package harness runs real programs for the integration tests: Prometheus,
// promtool, the Pushgateway, and the examples and clusters of this repository.
//
// Each program is built or found, started on a free loopback port, awaited by
// polling with a deadline, and ended by its process id when the test is over.
// Its log is shown when the test failed. Functions that take a testing.TB end
// the test when the program is not to be had: they skip it, with the reason, and
// fail it where the environment variable CI is true.
package harness
