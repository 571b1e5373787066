package migrate

import (
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics/integration/harness"
)

// TestNebula has the program say what it measures before and after. It has a
// Prometheus reporter and a Graphite reporter of others', which find nothing in a
// registry of ours unless the bridge is between.
func TestNebula(t *testing.T) {
	t.Parallel()
	const module, version = "github.com/slackhq/nebula", "v1.9.5"
	before, after := fetch(t, module, version), fetch(t, module, version)
	edits := migrate(t, after)
	if want := map[string]int{"import": 11, "nil": 2, "name": 3, "bridge": 2}; !maps.Equal(edits, want) {
		t.Errorf("edits are %v, want %v", edits, want)
	}
	for _, folder := range []string{before, after} {
		mustRun(t, folder, "go", "build", "-o", "bin/", "./cmd/nebula")
	}
	mustRun(t, before, "go", "build", "-o", "bin/", "./cmd/nebula-cert")

	certify(t, before)
	was, is := series(t, before, before), series(t, after, before)
	t.Logf("Nebula shows %d series before, %d after", len(was), len(is))
	if len(was) < 80 {
		t.Errorf("only %d series before: %v", len(was), was)
	}
	for _, name := range was {
		if !slices.Contains(is, name) {
			t.Errorf("%s is gone", name)
		}
	}
	for _, name := range is {
		if !slices.Contains(was, name) {
			t.Errorf("%s is new", name)
		}
	}
}

// certify makes what a node needs to start.
func certify(t *testing.T, folder string) {
	t.Helper()
	tool := filepath.Join(folder, "bin", "nebula-cert")
	mustRun(t, folder, tool, "ca", "-name", "test")
	mustRun(t, folder, tool, "sign", "-name", "node", "-ip", "192.168.100.1/24")
}

// interval is how often the program brings its metrics up to date.
const interval = 200 * time.Millisecond

const configuration = `pki: {ca: %[1]s/ca.crt, cert: %[1]s/node.crt, key: %[1]s/node.key}
lighthouse: {am_lighthouse: false}
listen: {host: 127.0.0.1, port: 0}
tun: {disabled: true}
firewall:
  outbound: [{port: any, proto: any, host: any}]
  inbound: [{port: any, proto: any, host: any}]
stats:
  type: prometheus
  listen: %[2]s
  path: /metrics
  namespace: nebula
  subsystem: node
  interval: %[3]s
  message_metrics: true
  lighthouse_metrics: true
`

// series runs the program of a folder with the certificates of another until its
// metrics stand, and returns the names and labels of all series.
func series(t *testing.T, folder, certificates string) []string {
	t.Helper()
	address := freeAddress(t)
	path := filepath.Join(folder, "config.yml")
	if err := os.WriteFile(path, fmt.Appendf(nil, configuration, certificates, address, interval), 0o644); err != nil {
		t.Fatal(err)
	}
	process := harness.Start(t, "nebula", filepath.Join(folder, "bin", "nebula"), "-config", path)
	var names []string
	var since time.Time // when they became what they are
	harness.Eventually(t, "all series are there", func() error {
		now, err := scrape("http://" + address + "/metrics")
		if err != nil {
			return err
		}
		if !slices.Equal(now, names) {
			names, since = now, time.Now()
		}
		for _, part := range []string{"ReadGCStats", "hostmap_main_hosts"} {
			if !slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, part) }) {
				return fmt.Errorf("%d series, none with %s", len(names), part)
			}
		}
		if time.Since(since) < 5*interval {
			return fmt.Errorf("%d series, but more may come", len(names))
		}
		return nil
	})
	if err := process.Stop(); err != nil {
		t.Fatal(err)
	}
	process.Wait(t)
	return names
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// scrape returns the names and labels of the series, without what says which build
// it is.
func scrape(url string) ([]string, error) {
	response, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	var names []string
	for line := range strings.Lines(string(body)) {
		if end := strings.LastIndexByte(line, ' '); !strings.HasPrefix(line, "#") && end > 0 {
			names = append(names, line[:end])
		}
	}
	slices.Sort(names)
	return names, nil
}
