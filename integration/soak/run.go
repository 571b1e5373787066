package soak

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics/integration/harness"
)

// run is one run of the chain. Only the goroutine of the test uses it.
type run struct {
	t        testing.TB
	seed     uint64
	random   *rand.Rand
	length   time.Duration
	folder   string
	begun    time.Time
	services []*service
	broker   string
	gateway  *harness.Pushgateway
	proxy    *proxy // before the gateway
	server   *harness.Prometheus

	receivers []*receiver // of the drivers for other programs
	statsd    statsdValues

	events []event
	tally  tally
	values values
	client http.Client
}

// Run runs the chain for so long with trouble, and then until everything has been
// compared.
func Run(t testing.TB, seed uint64, length time.Duration) *run {
	r := &run{
		t: t, seed: seed, random: rand.New(rand.NewPCG(seed, 0)), length: length, folder: t.TempDir(),
		begun: time.Now(), client: http.Client{Timeout: 2 * time.Minute}, tally: newTally(),
	}
	r.start()
	r.warmUp()
	before := r.states()
	r.each(func(s *service) { r.post(s, "/load") })
	r.trouble()
	r.settle()
	r.checkValues()
	r.checkFinalValues()
	r.checkScrapes()
	r.checkDeliveries(r.begun, allLives)
	r.checkReports()
	r.checkLatency()
	r.checkStates(before)
	r.checkClosing()
	return r
}

// start starts all programs.
func (r *run) start() {
	r.broker = startBroker(r.t)
	r.gateway = harness.StartPushgateway(r.t)
	r.proxy = startProxy(r.t, r.gateway.Address)
	r.startReceivers()
	program := buildService(r.t)
	for _, s := range []*service{
		{name: "steady", kafka: true},
		{name: "mortal", kafka: true, mortal: true},
		{name: "shifted", shifts: true, environment: []string{"GOMAXPROCS=1"}},
	} {
		s.program = program
		r.services = append(r.services, s)
		r.startService(s)
	}
	r.server = harness.StartTypedPrometheus(r.t, r.jobs()...)
	r.values.since = time.Now()
}

// paths are what is scraped of a service, by job.
var paths = map[string]string{
	"metrics": "/metrics", "promhttp": "/promhttp", "own": "/own", controlJob: "/control",
}

// controlJob is that of a peer's metrics, in the services' processes.
const controlJob, gatewayJob = "control", "gateway"

// scrapeInterval is Prometheus's, and as long as it waits for an answer.
const scrapeInterval = time.Second

// notStored is what comes by the thousand, of which Prometheus would only become slow.
var notStored = map[string]any{
	"source_labels": []string{"__name__"}, "regex": ".*_trouble_churn_.*|peer_gauge", "action": "drop",
}

// jobs says what Prometheus scrapes.
func (r *run) jobs() (jobs []harness.Job) {
	add := func(name, path string, targets []string, configs []map[string]any) {
		jobs = append(jobs, harness.Job{Name: name, Targets: targets, Options: map[string]any{
			"scrape_interval": scrapeInterval.String(), "scrape_timeout": scrapeInterval.String(),
			"metrics_path": path, "static_configs": configs, "honor_labels": name == gatewayJob,
			"metric_relabel_configs": []map[string]any{notStored},
		}})
	}
	for job, path := range paths {
		var targets []string
		var configs []map[string]any
		for _, s := range r.services {
			targets = append(targets, s.address)
			configs = append(configs, map[string]any{
				"targets": []string{s.address}, "labels": map[string]string{"service": s.name},
			})
		}
		add(job, path, targets, configs)
	}
	targets := []string{r.gateway.Address}
	add(gatewayJob, "/metrics", targets, []map[string]any{{"targets": targets}})
	return jobs
}

// warmUp lets everything work once, trouble included, so that what is kept for the
// next time is there before anybody measures.
func (r *run) warmUp() {
	r.awaitScrapes()
	r.each(func(s *service) { r.post(s, "/trouble/churn") })
	r.each(func(s *service) { r.post(s, "/calm") })
	r.each(func(s *service) { r.post(s, "/quiesce") })
	r.awaitFlushes()
}

// settle ends the load and waits until its last values have arrived everywhere.
func (r *run) settle() {
	r.each(func(s *service) { r.post(s, "/calm") })
	r.each(func(s *service) { r.post(s, "/quiesce") })
	r.awaitFlushes()
	time.Sleep(ingestion)
}

// awaitFlushes waits until every driver has read what there is now, and shown it: a
// scrape shows the last flush, which may have begun before.
func (r *run) awaitFlushes() {
	r.awaitPushes()
	r.awaitDeliveries()
	for range 3 {
		r.awaitScrapes()
	}
}

func (r *run) each(do func(s *service)) {
	for _, s := range r.services {
		do(s)
	}
}

// fail notes that a check has failed. Of many failures of one check the first are
// shown.
func (r *run) fail(check, format string, arguments ...any) {
	r.t.Helper()
	const shown = 20
	r.tally.failed[check]++
	if r.tally.failed[check] <= shown {
		r.t.Errorf("%s: %s", check, fmt.Sprintf(format, arguments...))
	}
}

// count notes how many comparisons a check has made.
func (r *run) count(check string, n int) { r.tally.compared[check] += n }

// awaitPushes waits until each service has pushed what it shows at the end, twice.
func (r *run) awaitPushes() {
	before := r.proxy.handedBy(passing)
	r.await("pushes", func() error {
		if got, want := r.proxy.handedBy(passing)-before, 3*len(r.services); got < want {
			return fmt.Errorf("%d of %d", got, want)
		}
		return nil
	})
}

// awaitScrapes waits until each target was scraped well by a scrape that began after
// the call.
func (r *run) awaitScrapes() {
	after, targets := time.Now(), len(paths)*len(r.services)+1
	r.await("scrapes", func() error {
		vector, err := r.server.Query(fmt.Sprintf("max_over_time(up[%dms]) == 1", time.Since(after).Milliseconds()+1))
		if err == nil && len(vector) < targets {
			err = fmt.Errorf("%d of %d targets", len(vector), targets)
		}
		return err
	})
}

// patience is how long the run waits for what comes at once on a machine that has
// nothing else to do.
const patience = 5 * time.Minute

// await calls check until it returns nil.
func (r *run) await(what string, check func() error) {
	r.t.Helper()
	for begun := time.Now(); ; time.Sleep(tick) {
		err := check()
		if err == nil {
			return
		} else if time.Since(begun) > patience {
			r.t.Fatalf("waited %v for %s: %v", patience, what, err)
		}
	}
}
