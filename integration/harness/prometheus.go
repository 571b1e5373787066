package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/api"
	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
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
	api  v1.API
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
	client, err := api.NewClient(api.Config{Address: address})
	if err != nil {
		t.Fatal(err)
	}
	return &Prometheus{Process: process, api: v1.NewAPI(client), jobs: jobs}
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

// Query evaluates PromQL now. An answer that is no instant vector is an error.
func (p *Prometheus) Query(promql string) (model.Vector, error) {
	ctx, cancel := context.WithTimeout(context.Background(), pollTimeout)
	defer cancel()
	value, _, _, err := p.api.Query(ctx, promql, time.Time{})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", promql, err)
	}
	vector, ok := value.(model.Vector)
	if !ok {
		return nil, fmt.Errorf("%s: got a %s, want a vector", promql, value.Type())
	}
	return vector, nil
}

// Value evaluates PromQL that gives one sample.
func (p *Prometheus) Value(promql string) (float64, error) {
	vector, err := p.Query(promql)
	if err != nil {
		return 0, err
	}
	if len(vector) != 1 {
		return 0, fmt.Errorf("%s: got %d samples, want one", promql, len(vector))
	}
	return float64(vector[0].Value), nil
}

// Exemplars returns the exemplars of all series that the PromQL selects, stored
// since the beginning.
func (p *Prometheus) Exemplars(promql string) ([]v1.ExemplarQueryResult, error) {
	ctx, cancel := context.WithTimeout(context.Background(), pollTimeout)
	defer cancel()
	now := time.Now()
	exemplars, err := p.api.QueryExemplars(ctx, promql, now.Add(-time.Hour), now.Add(time.Hour))
	if err != nil {
		return nil, fmt.Errorf("exemplars of %s: %w", promql, err)
	}
	return exemplars, nil
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
