package harness

import (
	"bytes"
	"errors"
	"net/http"
	"os/exec"
	"testing"
)

// listening is what Prometheus and the Pushgateway write once they are bound.
const listening = `msg="Listening on" .*address=(\S+)`

// Service is a running examples/service.
type Service struct {
	*Process
	Address string // host:port
	URL     string // http://host:port
}

// StartService starts the service without a load of its own, flushing ten times
// a second. Arguments come after these, and win.
func StartService(t testing.TB, args ...string) *Service {
	t.Helper()
	arguments := append([]string{"-listen", "127.0.0.1:0", "-load", "0", "-flush", "100ms"}, args...)
	process := Start(t, "service", buildExample(t, "service"), arguments...)
	address := process.AwaitLog(t, `http://(\S+)/metrics`)
	return &Service{Process: process, Address: address, URL: "http://" + address}
}

// StartSarama starts examples/sarama, which serves what its client records.
func StartSarama(t testing.TB) *Process {
	t.Helper()
	return Start(t, "sarama", buildExample(t, "sarama"), "-listen", "127.0.0.1:0")
}

// StartBatch starts examples/batch.
func StartBatch(t testing.TB, args ...string) *Process {
	t.Helper()
	return Start(t, "batch", buildExample(t, "batch"), args...)
}

// Pushgateway is a running Pushgateway that keeps nothing on disk.
type Pushgateway struct {
	*Process
	Address string // host:port
	URL     string // http://host:port
	path    string
}

// StartPushgateway starts Debian's Pushgateway on a free port.
func StartPushgateway(t testing.TB) *Pushgateway {
	t.Helper()
	path, err := exec.LookPath("prometheus-pushgateway")
	if err != nil {
		missing(t, "no Pushgateway, install Debian's prometheus-pushgateway: %v", err)
	}
	gateway := &Pushgateway{Address: "127.0.0.1:0", path: path}
	gateway.Restart(t)
	return gateway
}

// Restart starts a Pushgateway anew that has ended, at the same address and empty.
func (g *Pushgateway) Restart(t testing.TB) {
	t.Helper()
	g.Process = Start(t, "pushgateway", g.path, "--web.listen-address="+g.Address, "--persistence.file=")
	g.Address = g.AwaitLog(t, listening)
	g.URL = "http://" + g.Address
	awaitReady(t, g.URL+"/-/ready")
}

// awaitReady waits until the URL is answered with 200.
func awaitReady(t testing.TB, url string) {
	t.Helper()
	Eventually(t, url, func() error {
		response, err := http.Get(url)
		if err != nil {
			return err
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return errors.New(response.Status)
		}
		return nil
	})
}

// CheckMetrics runs "promtool check metrics" over an exposition in text format
// and returns its remarks, one a line. The test ends if promtool can't parse the
// exposition.
func CheckMetrics(t testing.TB, exposition []byte) string {
	t.Helper()
	const remarksFound = 3
	command := exec.Command(buildTool(t, "promtool"), "check", "metrics")
	command.Stdin = bytes.NewReader(exposition)
	output, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == remarksFound) {
		t.Fatalf("promtool check metrics: %v\n%s\n--- the exposition:\n%s", err, output, exposition)
	}
	return string(output)
}
