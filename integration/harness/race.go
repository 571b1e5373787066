//go:build race

package harness

// RaceDetector reports whether the tests run under the race detector. The examples
// are then built with it too, and one that races ends with an exit code that
// fails the test.
const RaceDetector = true
