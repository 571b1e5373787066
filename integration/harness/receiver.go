package harness

import (
	"os"
	"path/filepath"
	"testing"
)

// PrometheusReceiver is a Prometheus that scrapes nothing, and takes remote write and
// OpenTelemetry's protocol over HTTP.
type PrometheusReceiver struct {
	*Process
	Queries
	URL string // http://host:port

	address, folder string
}

// StartPrometheusReceiver starts one that has stored nothing. It takes all that there is:
// creation times, exemplars, metadata, native histograms.
func StartPrometheusReceiver(t testing.TB) *PrometheusReceiver {
	t.Helper()
	address := FreeAddress(t)
	p := &PrometheusReceiver{
		URL:     "http://" + address,
		Queries: newQueries(t, "http://"+address),
		address: address,
		folder:  t.TempDir(),
	}
	if err := os.WriteFile(p.configuration(), configuration(t, nil, nil), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Restart(t)
	return p
}

func (p *PrometheusReceiver) configuration() string { return filepath.Join(p.folder, "prometheus.yml") }

// Restart starts it again after Kill or Stop, on the same address with what it had
// stored.
func (p *PrometheusReceiver) Restart(t testing.TB) {
	t.Helper()
	p.Process = Start(t, "prometheus", buildTool(t, "prometheus"),
		"--enable-feature="+typedFeatures+",metadata-wal-records",
		"--web.enable-remote-write-receiver", "--web.enable-otlp-receiver",
		"--config.file="+p.configuration(),
		"--storage.tsdb.path="+filepath.Join(p.folder, "data"),
		"--web.listen-address="+p.address)
	awaitReady(t, p.URL+"/-/ready")
}
