package drivers

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics/drivers/graphite"
	"github.com/go-metrics-plus/metrics/integration/harness"
)

func startGraphiteDriver(t *testing.T, a *application, config graphite.Config) *graphite.Driver {
	t.Helper()
	config.Gatherer, config.OnError = a, a.onError
	config.Interval, config.Timeout = 100*time.Millisecond, 10*time.Second
	d, err := graphite.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

var noPath = regexp.MustCompile(`[^a-zA-Z0-9:-]+`)

// Graphite's carbon has all values in its files, under paths, killed or not.
func TestCarbon(t *testing.T) {
	c := harness.StartCarbon(t)
	a := newApplication(t)
	d := startGraphiteDriver(t, a, graphite.Config{Address: c.Address, Prefix: "test.carbon"})
	testRestarts(t, 1, a, d, c, func(s sample) (float64, error) {
		path := "test.carbon." + s.name
		for _, name := range slices.Sorted(maps.Keys(s.labels)) {
			path += "." + name + "." + noPath.ReplaceAllString(s.labels[name], "_")
		}
		return c.Last(path)
	})
}

// VictoriaMetrics has all values under Prometheus's names, by tags, killed or not.
func TestGraphiteLinesToVictoriaMetrics(t *testing.T) {
	v := harness.StartVictoriaMetrics(t)
	a := newApplication(t)
	d := startGraphiteDriver(t, a, graphite.Config{Address: v.Graphite, Tags: true})
	testRestarts(t, 2, a, d, v, func(s sample) (float64, error) {
		labels := maps.Clone(s.labels)
		for name, value := range labels {
			labels[name] = strings.ReplaceAll(value, " ", "_")
		}
		return valueAt(v, s.name, labels)
	})
}
