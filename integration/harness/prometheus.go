package harness

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/common/model"
)

// scrapeInterval is short so that tests are, and long enough for a scrape to end
// in time while the machine compiles something else.
const scrapeInterval = "500ms"

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
	jobs []Job
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
	folder := t.TempDir()
	path := filepath.Join(folder, "prometheus.yml")
	if err := os.WriteFile(path, configuration(t, jobs), 0o600); err != nil {
		t.Fatal(err)
	}
	process := Start(t, "prometheus", buildTool(t, "prometheus"), append(arguments,
		"--config.file="+path,
		"--storage.tsdb.path="+filepath.Join(folder, "data"),
		"--scrape.discovery-reload-interval=100ms", // else the first scrape comes after 5 s
		"--web.listen-address=127.0.0.1:0")...)
	address := "http://" + process.AwaitLog(t, listening)
	awaitReady(t, address+"/-/ready")
	return &Prometheus{Process: process, Queries: newQueries(t, address), jobs: jobs}
}

// configuration writes JSON, which is YAML too.
func configuration(t testing.TB, jobs []Job) []byte {
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
	text, err := json.MarshalIndent(map[string]any{
		"global":         map[string]any{"scrape_interval": scrapeInterval, "scrape_timeout": scrapeInterval},
		"scrape_configs": scrapes,
	}, "", "  ")
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
