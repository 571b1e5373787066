package harness

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/common/model"
)

// scrapeInterval is short so that tests are, and long enough for a scrape to end
// in time while the machine compiles something else.
const scrapeInterval = "500ms"

// ScrapeInterval is the same as a duration.
const ScrapeInterval = 500 * time.Millisecond

// Job is what one scrape configuration of Prometheus says.
type Job struct {
	Name    string
	Targets []string       // host:port
	Options map[string]any // such as {"honor_labels": true}
}

// Prometheus is a running Prometheus server.
type Prometheus struct {
	*Process
	Queries
	Address string // host:port
	jobs    []Job

	configuration string   // its file
	arguments     []string // all but that, and where it listens
}

// StartPrometheus starts a Prometheus that scrapes the jobs twice a second.
func StartPrometheus(t testing.TB, jobs ...Job) *Prometheus {
	t.Helper()
	return startPrometheus(t, jobs)
}

// typedFeatures are what Prometheus has for typed metrics beside native
// histograms, and does only when asked.
const typedFeatures = "created-timestamp-zero-ingestion,exemplar-storage"

// StartTypedPrometheus starts one that takes all that typed metrics have: native
// histograms with the classic ones beside them, creation times and exemplars.
func StartTypedPrometheus(t testing.TB, jobs ...Job) *Prometheus {
	t.Helper()
	for i := range jobs {
		options := map[string]any{"scrape_native_histograms": true, "always_scrape_classic_histograms": true}
		maps.Copy(options, jobs[i].Options)
		jobs[i].Options = options
	}
	return startPrometheus(t, jobs, "--enable-feature="+typedFeatures)
}

func startPrometheus(t testing.TB, jobs []Job, arguments ...string) *Prometheus {
	t.Helper()
	path := filepath.Join(t.TempDir(), "prometheus.yml")
	if err := os.WriteFile(path, configuration(t, jobs, nil), 0o600); err != nil {
		t.Fatal(err)
	}
	return newPrometheus(t, path, jobs, arguments...)
}

// newPrometheus starts one whose configuration is in a file, and stores beside it.
func newPrometheus(t testing.TB, path string, jobs []Job, arguments ...string) *Prometheus {
	t.Helper()
	data := filepath.Join(filepath.Dir(path), "data")
	p := &Prometheus{
		Address: "127.0.0.1:0", jobs: jobs, configuration: path,
		arguments: append(arguments, "--storage.tsdb.path="+data),
	}
	p.Restart(t)
	p.Queries = newQueries(t, "http://"+p.Address)
	return p
}

// Restart starts a Prometheus anew that has ended, at the same address and with what
// it has stored.
func (p *Prometheus) Restart(t testing.TB) {
	t.Helper()
	p.Process, p.Address = runPrometheus(t, p.configuration, p.Address, p.arguments...)
}

// StartPrometheusWithAdmin starts one that scrapes as the jobs' options say, and
// whose Snapshot works.
func StartPrometheusWithAdmin(t testing.TB, jobs ...Job) *Prometheus {
	t.Helper()
	return startPrometheus(t, jobs, "--web.enable-admin-api")
}

// Snapshot writes all that is stored into blocks, and returns their folder.
func (p *Prometheus) Snapshot(t testing.TB) string {
	t.Helper()
	response, err := http.Post("http://"+p.Address+"/api/v1/admin/tsdb/snapshot", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct{ Data struct{ Name string } }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || answer.Data.Name == "" {
		t.Fatalf("snapshot: status %s, %v", response.Status, err)
	}
	return filepath.Join(filepath.Dir(p.configuration), "data", "snapshots", answer.Data.Name)
}

// StartPrometheusAgent starts a Prometheus that has no storage of its own and writes
// all that it scrapes, native histograms included, to the receiver.
func StartPrometheusAgent(t testing.TB, receiver *PrometheusReceiver, jobs ...Job) *Process {
	t.Helper()
	for i := range jobs {
		options := map[string]any{"scrape_native_histograms": true}
		maps.Copy(options, jobs[i].Options)
		jobs[i].Options = options
	}
	folder := t.TempDir()
	path := filepath.Join(folder, "prometheus.yml")
	if err := os.WriteFile(path, configuration(t, jobs, receiver), 0o600); err != nil {
		t.Fatal(err)
	}
	process, _ := runPrometheus(t, path, "127.0.0.1:0", "--agent", "--storage.agent.path="+filepath.Join(folder, "data"))
	return process
}

// runPrometheus runs one at an address, whose port may be 0, and returns the address
// that it has once it is ready.
func runPrometheus(t testing.TB, path, at string, arguments ...string) (process *Process, address string) {
	t.Helper()
	process = Start(t, "prometheus", buildTool(t, "prometheus"), append(slices.Clone(arguments),
		"--config.file="+path,
		"--scrape.discovery-reload-interval=100ms", // else the first scrape comes after 5 s
		"--web.listen-address="+at)...)
	address = process.AwaitLog(t, listening)
	awaitReady(t, "http://"+address+"/-/ready")
	return process, address
}

// configuration writes JSON, which is YAML too. With a receiver, samples are written
// to it.
func configuration(t testing.TB, jobs []Job, receiver *PrometheusReceiver) []byte {
	t.Helper()
	scrapes := []map[string]any{}
	for _, job := range jobs {
		scrape := map[string]any{
			"job_name":       job.Name,
			"static_configs": []map[string]any{{"targets": job.Targets}},
		}
		maps.Copy(scrape, job.Options)
		scrapes = append(scrapes, scrape)
	}
	all := map[string]any{
		"global":         map[string]any{"scrape_interval": scrapeInterval, "scrape_timeout": scrapeInterval},
		"scrape_configs": scrapes,
	}
	if receiver != nil {
		all["remote_write"] = []map[string]any{{
			"url": receiver.URL + "/api/v1/write", "send_native_histograms": true,
			"queue_config": map[string]any{"batch_send_deadline": "500ms"},
		}}
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// AwaitScrapes waits until every target has been scraped by a scrape that began
// after the call. What the targets exposed at the call can be queried then.
func (p *Prometheus) AwaitScrapes(t testing.TB) {
	t.Helper()
	const tolerance = 10 * time.Millisecond // Prometheus moves timestamps by up to 2 ms
	after := time.Now().Add(tolerance)
	for _, job := range p.jobs {
		// The time of a sample; of a comparison it would be the time of the query.
		promql := fmt.Sprintf("timestamp(up{job=%q}) and up == 1", job.Name)
		Eventually(t, "a scrape of job "+job.Name, func() error {
			times, err := p.Query(promql)
			if err != nil {
				return err
			}
			return allScraped(times, len(job.Targets), after)
		})
	}
}

func allScraped(times model.Vector, targets int, after time.Time) error {
	if len(times) != targets {
		return fmt.Errorf("%d of %d targets are up", len(times), targets)
	}
	for _, sample := range times {
		if float64(sample.Value) < float64(after.UnixMilli())/1e3 {
			return errors.New("last scraped before: " + sample.Metric.String())
		}
	}
	return nil
}
