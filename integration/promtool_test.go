package integration

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/integration/harness"
)

// inherited are the remarks that the names of the gauge layout must draw: they
// are the original's, and dashboards are written on them.
var inherited = []*regexp.Regexp{
	regexp.MustCompile(`^\w+_count non-histogram and non-summary metrics should not have "_count" suffix$`),
	regexp.MustCompile(`^\w+_sum non-histogram and non-summary metrics should not have "_sum" suffix$`),
	regexp.MustCompile(`^\w+_gauge metric name should not include type 'gauge'$`),
	regexp.MustCompile(`^\w*[A-Z]\w* metric names should be written in 'snake_case' not 'camelCase'$`),
}

func exposition(t *testing.T, url string) []byte {
	t.Helper()
	response, err := http.Get(url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", url, response.Status, err)
	}
	return text
}

// checkExposition expects no remarks but the inherited ones.
func checkExposition(t *testing.T, text []byte) {
	t.Helper()
	remarks := strings.Split(strings.TrimSpace(harness.CheckMetrics(t, text)), "\n")
	t.Logf("%d bytes, %d remarks", len(text), len(remarks))
	for _, remark := range remarks {
		if remark != "" && !matchesAny(remark, inherited) {
			t.Errorf("promtool remarks: %s", remark)
		}
	}
}

func matchesAny(text string, patterns []*regexp.Regexp) bool {
	for _, pattern := range patterns {
		if pattern.MatchString(text) {
			return true
		}
	}
	return false
}

func TestPromtoolOnTheService(t *testing.T) {
	service := harness.StartService(t, "-flush", "0")
	checkExposition(t, exposition(t, service.URL)) // nothing has happened yet
	newClient(t).sendAll(t, service.URL, mix(3))
	checkExposition(t, exposition(t, service.URL))
}

// The typed layout has the names that promtool wants, so it has nothing to say.
func TestPromtoolOnTheTypedService(t *testing.T) {
	service := harness.StartService(t, "-flush", "0", "-layout", "typed", "-record")
	check := func(least int) {
		t.Helper()
		text := exposition(t, service.URL)
		n := strings.Count(string(text), "\nexample_service_") + strings.Count(string(text), "\nhttp_server_")
		if n < least {
			t.Errorf("%d series, want at least %d", n, least)
		}
		if remarks := harness.CheckMetrics(t, text); remarks != "" {
			t.Errorf("promtool remarks:\n%s", remarks)
		}
	}
	check(1) // nothing has happened yet
	newClient(t).sendAll(t, service.URL, mix(3))
	record(t, service.URL, repeat(time.Second, 3))
	check(100)
}

// The Pushgateway shows values of its own as well, on which promtool has
// nothing to say.
func TestPromtoolOnTheBatch(t *testing.T) {
	gateway := harness.StartPushgateway(t)
	runBatch(t, 0, "-pushgateway", gateway.URL, "-dir", filesOf(t, 1, 2, 3))
	checkExposition(t, exposition(t, gateway.URL))
}

// All kinds of instruments, used and unused, under names that users write.
func TestPromtoolOnEveryInstrument(t *testing.T) {
	r := metrics.NewRegistry()
	for _, name := range []string{"used", "un-used", "myName", "a.dotted.name", "7days", "Größe"} {
		register(t, r, name)
	}
	metrics.GetOrRegisterCounter("used.counter", r).Inc(1 << 62)
	metrics.GetOrRegisterGaugeFloat64("used.float", r).Update(-1e-300)
	metrics.GetOrRegisterMeter("used.meter", r).Mark(3)
	metrics.GetOrRegisterTimer("used.timer", r).Update(time.Hour)
	metrics.GetOrRegisterHistogram("used.histogram", r, nil).Update(-5)
	metrics.GetOrRegisterCounter("labelled", r, metrics.Labels{"a": "line\nbreak", "b": `quote" \slash`, "c": "ü"}).Inc(1)
	driver, server := startDriver(t, r)
	if err := driver.Once(); err != nil {
		t.Fatal(err)
	}
	text := exposition(t, server.URL)
	if n := strings.Count(string(text), "\ntest_unregister_"); n < 6*42 {
		t.Errorf("%d series, want at least %d", n, 6*42)
	}
	checkExposition(t, text)
}

func register(t *testing.T, r metrics.Registry, name string) {
	t.Helper()
	for suffix, instrument := range map[string]any{
		"counter":          metrics.NewCounter(),
		"gauge":            metrics.NewGauge(),
		"float":            metrics.NewGaugeFloat64(),
		"functional":       metrics.NewFunctionalGauge(func() int64 { return 7 }),
		"meter":            metrics.NewMeter(),
		"histogram":        metrics.NewHistogram(nil),
		"uniformHistogram": metrics.NewHistogram(metrics.NewUniformSample(100)),
		"timer":            metrics.NewTimer(),
		"check":            metrics.NewHealthcheck(func(metrics.Healthcheck) {}),
	} {
		if err := r.Register(name+"."+suffix, instrument); err != nil {
			t.Fatal(err)
		}
	}
}
