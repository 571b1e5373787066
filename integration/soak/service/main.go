// The service of the soak test: everything that a program can do with the library,
// at once, beside its own count of it (package truth). It is started, told what to
// do and ended by the test.
//
//	-folder       where it leaves its counts, reports and causes
//	-listen       its address
//	-broker       a Kafka broker for Sarama; none without it
//	-gateway      a Pushgateway, or what stands before one
//	-otlp, -remotewrite, -graphite, -influxdb, -statsd
//	              receivers of the drivers for other programs; none without them
//
// It serves its metrics in several ways (see routes.go), and takes orders: POST
// /quiesce ends the load, /load begins it again, /trouble/<name> makes trouble, /state
// says what it holds after a collection of garbage, /clock shifts its wall clock, /close
// closes the drivers for other programs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics/integration/soak/truth"
)

type options struct {
	name, folder, listen, broker, gateway string
	generation                            int
	seed                                  uint64
	to                                    receivers
}

// service is one life of the program.
type service struct {
	options
	slots      *slots
	prom       *prometheus.Registry // where most drivers are
	sources    sources
	drivers    []*driver
	deliveries []delivering
	load       *load
	latency    *latency
	reports    *truth.Journal[truth.Report]
	causes     *truth.Journal[truth.Cause]
	stalls     *truth.Journal[truth.Stall]
	troubles   sync.WaitGroup
	ctx        context.Context // ends with the service
	occasions  atomic.Int64
}

func main() {
	var o options
	flag.StringVar(&o.name, "name", "service", "name of the service")
	flag.StringVar(&o.folder, "folder", ".", "folder for what it counts")
	flag.StringVar(&o.listen, "listen", "127.0.0.1:0", "address to listen at")
	flag.StringVar(&o.broker, "broker", "", "address of a Kafka broker")
	flag.StringVar(&o.gateway, "gateway", "", "address of a Pushgateway")
	flag.StringVar(&o.to.otlp, "otlp", "", "URL that takes OTLP over HTTP")
	flag.StringVar(&o.to.remoteWrite, "remotewrite", "", "URL that takes remote write")
	flag.StringVar(&o.to.graphite, "graphite", "", "address that takes Graphite's lines over TCP")
	flag.StringVar(&o.to.influxdb, "influxdb", "", "URL that takes InfluxDB's lines")
	flag.StringVar(&o.to.statsd, "statsd", "", "address that takes StatsD's packets")
	flag.IntVar(&o.generation, "generation", 1, "which life of the service this is")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of its load")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, o options) error {
	listener, err := net.Listen("tcp", o.listen)
	if err != nil {
		return err
	}
	s := &service{options: o, ctx: ctx, slots: &slots{}, prom: prometheus.NewRegistry()}
	if err := s.open(); err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(o.seed, uint64(o.generation)))
	s.load, s.latency = newLoad(s, random.Uint64()), newLatency(s.sources.main())
	if err := errors.Join(s.startDrivers(), s.startDeliveries()); err != nil {
		return err
	}
	server := &http.Server{Handler: s.routes(), ReadHeaderTimeout: 10 * time.Second, WriteTimeout: 20 * time.Second}
	go s.watch(ctx)
	var serving sync.WaitGroup
	serving.Go(func() { err = server.Serve(listener) })
	s.load.start("http://" + listener.Addr().String())
	fmt.Printf("serving http://%s/\n", listener.Addr())
	<-ctx.Done()
	s.load.stop()
	for _, d := range s.deliveries {
		d.Close()
	}
	for _, d := range s.drivers {
		d.Close()
	}
	server.Close()
	serving.Wait()
	if !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// open begins the files that outlive the service.
func (s *service) open() (err error) {
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		return err
	}
	var errs [3]error
	s.reports, errs[0] = truth.NewJournal[truth.Report](s.folder, truth.Reports)
	s.causes, errs[1] = truth.NewJournal[truth.Cause](s.folder, truth.Causes)
	s.stalls, errs[2] = truth.NewJournal[truth.Stall](s.folder, truth.Stalls)
	return errors.Join(errs[:]...)
}
