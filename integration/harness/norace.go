//go:build !race

package harness

// RaceDetector reports whether the tests, and the programs that they build, are
// slowed down by the race detector.
const RaceDetector = false
