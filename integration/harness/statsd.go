package harness

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
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
