package prometheusmetrics

import (
	"errors"
	"testing"
)

// TestMetricError names the metric as people read it, and leads to its cause.
func TestMetricError(t *testing.T) {
	cause := errors.New("it panicked")
	for want, err := range map[string]*MetricError{
		"prometheusmetrics: metric c: it panicked":              {Name: "c", Err: cause},
		`prometheusmetrics: metric "": it panicked`:             {Err: cause},
		`prometheusmetrics: metric c{a="1",b="2"}: it panicked`: {Name: "c", Labels: map[string]string{"b": "2", "a": "1"}, Err: cause},
	} {
		if got := err.Error(); got != want || !errors.Is(err, cause) {
			t.Errorf("the error is %q, want %q", got, want)
		}
	}
}
