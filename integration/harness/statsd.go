package harness

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// StatsDExporter is a running statsd_exporter, which shows what it gets to Prometheus.
type StatsDExporter struct {
	*Process
	URL  string // http://host:port
	UDP  string // host:port
	Unix string // path of a socket for datagrams
}

// StartStatsDExporter starts one that knows nothing yet.
func StartStatsDExporter(t testing.TB) *StatsDExporter {
	t.Helper()
	e := &StatsDExporter{
		URL:  "http://" + FreeAddress(t),
		UDP:  FreeAddress(t),
		Unix: filepath.Join(t.TempDir(), "statsd"),
	}
	e.Restart(t)
	return e
}

// Restart starts it again after Kill or Stop, at the same addresses. It has forgotten
// everything then.
func (e *StatsDExporter) Restart(t testing.TB) {
	t.Helper()
	path := buildPinned(t, "statsd-exporter", "statsd_exporter", "github.com/prometheus/statsd_exporter")
	os.Remove(e.Unix) // it does not start over what it left behind
	e.Process = Start(t, "statsd_exporter", path,
		"--web.listen-address="+e.URL[len("http://"):],
		"--statsd.listen-udp="+e.UDP,
		"--statsd.listen-tcp=",
		"--statsd.listen-unixgram="+e.Unix,
		"--statsd.event-flush-interval=10ms")
	awaitReady(t, e.URL+"/-/ready")
}

// Metrics returns what it exposes, in the text format.
func (e *StatsDExporter) Metrics() (string, error) {
	response, err := http.Get(e.URL + "/metrics")
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("status %s", response.Status)
	}
	text, err := io.ReadAll(response.Body)
	return string(text), err
}

// Sums returns, by name, the sum over all labels of each counter and gauge.
func (e *StatsDExporter) Sums() (map[string]float64, error) {
	text, err := e.Metrics()
	if err != nil {
		return nil, err
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%w in\n%s", err, text)
	}
	sums := map[string]float64{}
	for name, family := range families {
		for _, metric := range family.Metric {
			sums[name] += metric.GetCounter().GetValue() + metric.GetGauge().GetValue()
		}
	}
	return sums, nil
}
