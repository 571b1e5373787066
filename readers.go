package metrics

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
)

// foreignReaders are packages that read a registry of github.com/rcrowley/go-metrics,
// or of an older go-metrics-plus. They accept a registry of this package, since it
// has the same methods, and find none of the types that they know.
var foreignReaders = []string{
	"github.com/appscode/metlia",
	"github.com/cyberdelia/go-metrics-graphite",
	"github.com/deathowl/go-metrics-prometheus",
	"github.com/g4zhuj/go-metrics-falcon",
	"github.com/getspine/go-metrics-honeycomb",
	"github.com/mihasya/go-metrics-librato",
	"github.com/nbrownus/go-metrics-prometheus",
	"github.com/palantir/go-baseapp/appmetrics",
	"github.com/pascallouisperez/go-metrics-signalfx",
	"github.com/rcrowley/go-metrics",
	"github.com/savaki/cloudmetrics",
	"github.com/syntaqx/go-metrics-datadog",
	"github.com/vrischmann/go-metrics-influxdb",
	"github.com/wavefronthq/go-metrics-wavefront",
	"github.com/wavefrontHQ/go-metrics-wavefront",
	"github.com/ysamlan/go-metrics-appoptics",
	"github.com/zeim839/go-metrics-plus",
}

// noticeReader logs once if f, which Each was called with, belongs to one of the
// foreignReaders. If f is the same function as the last time, it costs a comparison.
func (r *StandardRegistry) noticeReader(f func(string, any)) {
	entry := reflect.ValueOf(f).Pointer()
	if r.reader.Load() == entry {
		return
	}
	r.reader.Store(entry)
	if reader := foreignReader(entry); reader != "" {
		r.reports.Once("", "registry is read by a package that finds nothing in it", fmt.Errorf(
			"%s doesn't know the types of this module and shows nothing: give it rcrowley.NewRegistry(registry) "+
				"of github.com/go-metrics-plus/metrics/rcrowley, or use a driver of this module", reader))
	}
}

// foreignReader returns the package in foreignReaders that a function belongs to, or
// nothing.
func foreignReader(entry uintptr) string {
	function := runtime.FuncForPC(entry)
	if function == nil {
		return ""
	}
	for _, reader := range foreignReaders {
		if rest, ok := strings.CutPrefix(function.Name(), reader); ok && (rest[0] == '.' || rest[0] == '/') {
			return reader
		}
	}
	return ""
}
