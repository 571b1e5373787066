package live_test

import (
	"log"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/live"
)

// A page for the program's own metrics and the Go runtime's, on a port that only
// this machine reaches.
func Example() {
	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Registry: metrics.DefaultRegistry, FlushInterval: time.Second, Detached: true,
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	go driver.Run()
	runtime := prometheus.NewRegistry()
	runtime.MustRegister(collectors.NewGoCollector())

	mux := http.NewServeMux()
	mux.Handle("/debug/metrics/", live.Handler(prometheus.Gatherers{driver, runtime}, live.Config{}))
	log.Fatal(http.ListenAndServe("localhost:6060", mux))
}

// A page that has the last ten minutes when it is opened, for who comes from this
// machine.
func ExampleNew() {
	page := live.New(prometheus.DefaultGatherer, live.Config{
		History:      10 * time.Minute,
		HistoryBytes: 8 << 20,
		Authorize: func(r *http.Request) bool {
			host, _, err := net.SplitHostPort(r.RemoteAddr)
			return err == nil && net.ParseIP(host).IsLoopback()
		},
	})
	defer page.Close() // ends the gathering
	http.Handle("/debug/metrics/", page)
}
