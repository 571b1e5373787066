package metrics

import (
	"fmt"

	"github.com/go-metrics-plus/metrics/internal/reports"
)

// problems is where what belongs to no registry of ours is logged.
var problems reports.Log

// guard runs code of the user's, reports a panic once, and returns whether f returned.
func guard(name, problem string, f func()) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			problems.Once(name, problem, fmt.Errorf("panic: %v", p))
		}
	}()
	f()
	return true
}
