package harness

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"testing"
)

// VictoriaMetrics is a running VictoriaMetrics, which takes OpenTelemetry's protocol,
// remote write 1, Graphite's and InfluxDB's lines, and answers PromQL.
type VictoriaMetrics struct {
	*Process
	Queries
	URL      string // http://host:port
	Graphite string // host:port, for lines over TCP and UDP

	data string
}

// StartVictoriaMetrics starts one that has stored nothing.
func StartVictoriaMetrics(t testing.TB) *VictoriaMetrics {
	t.Helper()
	address := FreeAddress(t)
	v := &VictoriaMetrics{
		URL:      "http://" + address,
		Graphite: FreeAddress(t),
		Queries:  newQueries(t, "http://"+address),
		data:     filepath.Join(t.TempDir(), "data"),
	}
	v.Restart(t)
	return v
}

// Restart starts it again after Kill or Stop, on the same addresses with what it had
// stored. Killed, it loses what came during the last second.
func (v *VictoriaMetrics) Restart(t testing.TB) {
	t.Helper()
	path := buildPinned(t, "victoriametrics", "victoria-metrics",
		"github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics")
	v.Process = Start(t, "victoriametrics", path,
		"-httpListenAddr="+v.URL[len("http://"):],
		"-graphiteListenAddr="+v.Graphite,
		"-storageDataPath="+v.data,
		"-inmemoryDataFlushInterval=1s",
		"-search.latencyOffset=0s",    // else a query shows what is half a minute old
		"-search.disableCache",        // which assumes that nothing comes late
		"-memory.allowedBytes=256MiB", // of a machine that others use too
		"-selfScrapeInterval=0",
	)
	awaitReady(t, v.URL+"/health")
}

// Flush makes all that it was sent visible to queries, as happens within a second or two.
func (v *VictoriaMetrics) Flush() error {
	response, err := http.Get(v.URL + "/internal/force_flush")
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return errors.New(response.Status)
	}
	return nil
}

// AwaitValue waits until PromQL that gives one sample gives this value.
func (v *VictoriaMetrics) AwaitValue(t testing.TB, promql string, want float64) {
	t.Helper()
	Eventually(t, fmt.Sprintf("%s to be %v", promql, want), func() error {
		if err := v.Flush(); err != nil {
			return err
		}
		got, err := v.Value(promql)
		if err == nil && got != want {
			err = fmt.Errorf("it is %v", got)
		}
		return err
	})
}

// FreeAddress returns a loopback address that a server can be started on again and
// again.
func FreeAddress(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
