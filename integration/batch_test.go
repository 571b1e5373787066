package integration

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics/integration/harness"
)

// filesOf makes a folder with a file of each size.
func filesOf(t *testing.T, sizes ...int) string {
	t.Helper()
	folder := t.TempDir()
	for i, size := range sizes {
		path := filepath.Join(folder, string(rune('a'+i)))
		if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// startGateway starts a Pushgateway, and a Prometheus that believes the labels
// it finds there.
func startGateway(t *testing.T) (*harness.Pushgateway, *harness.Prometheus) {
	t.Helper()
	gateway := harness.StartPushgateway(t)
	return gateway, harness.StartPrometheus(t, harness.Job{
		Name:    "pushgateway",
		Targets: []string{gateway.Address},
		Options: map[string]any{"honor_labels": true},
	})
}

func runBatch(t *testing.T, wantCode int, args ...string) (log string) {
	t.Helper()
	batch := harness.StartBatch(t, args...)
	if code := batch.Wait(t); code != wantCode {
		t.Fatalf("batch %q ended with %d, want %d", args, code, wantCode)
	}
	return batch.Log()
}

// What the job recorded arrives under its own job label, and the next run's
// values take its place.
func TestBatch(t *testing.T) {
	gateway, prometheus := startGateway(t)
	for _, sizes := range [][]int{{1, 20, 300, 4000, 50000}, {0, 7}} {
		start := time.Now()
		runBatch(t, 0, "-pushgateway", gateway.URL, "-dir", filesOf(t, sizes...))
		took := time.Since(start).Seconds()
		prometheus.AwaitScrapes(t)

		total, largest := 0, 0
		for _, size := range sizes {
			total, largest = total+size, max(largest, size)
		}
		wantValue(t, prometheus, `example_batch_files_count{job="example_batch",result="read"}`, float64(len(sizes)))
		wantValue(t, prometheus, `example_batch_files_count{job="example_batch",result="failed"}`, 0)
		wantValue(t, prometheus, `example_batch_read_count{job="example_batch"}`, float64(total))
		wantValue(t, prometheus, `example_batch_file_size_sum{job="example_batch"}`, float64(total))
		wantValue(t, prometheus, `example_batch_file_size_max{job="example_batch"}`, float64(largest))
		wantValue(t, prometheus, `example_batch_file_duration_count{job="example_batch"}`, float64(len(sizes)))
		wantBetween(t, prometheus, `example_batch_run_duration_sum{job="example_batch"}`, 1e-9, took)
		wantBetween(t, prometheus, `example_batch_last_success_timestamp_seconds{job="example_batch"}`,
			float64(start.Unix()), float64(time.Now().Unix()+1))
		wantValue(t, prometheus, `count(group by (job) ({__name__=~"example_batch_.*"}))`, 1)
	}
}

// A run that fails says so, in its exit code too, and the time of the last
// success stays for an alert to look at.
func TestFailedBatch(t *testing.T) {
	gateway, prometheus := startGateway(t)
	runBatch(t, 0, "-pushgateway", gateway.URL, "-dir", filesOf(t, 1, 2, 3))
	prometheus.AwaitScrapes(t)
	const lastSuccess = `example_batch_last_success_timestamp_seconds{job="example_batch"}`
	success := ask(t, prometheus, lastSuccess)

	log := runBatch(t, 1, "-pushgateway", gateway.URL, "-dir", filepath.Join(t.TempDir(), "gone"))
	if !strings.Contains(log, "no such file or directory") {
		t.Errorf("the log does not say what failed:\n%s", log)
	}
	prometheus.AwaitScrapes(t)
	wantValue(t, prometheus, lastSuccess, success)
	wantValue(t, prometheus, `example_batch_files_count{job="example_batch",result="read"}`, 0)
}

func TestBatchWithoutGateway(t *testing.T) {
	gateway := harness.StartPushgateway(t)
	if err := gateway.Stop(); err != nil {
		t.Fatal(err)
	}
	log := runBatch(t, 1, "-pushgateway", gateway.URL, "-dir", filesOf(t, 1))
	if want := "batch: prometheusmetrics: push to " + gateway.URL; !strings.Contains(log, want) || !strings.Contains(log, "connection refused") {
		t.Errorf("the log does not tell of the gateway:\n%s", log)
	}
}
