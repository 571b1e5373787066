package main

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// routes are what the service serves: its drivers' registry by our handler and by
// promhttp, a driver by itself, and a peer's metrics to compare with.
func (s *service) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/metrics", prometheusmetrics.HandlerFor(s.prom))
	mux.Handle("/promhttp", promhttp.HandlerFor(s.prom, promhttp.HandlerOpts{EnableOpenMetrics: true}))
	mux.Handle("/own", s.driver("own").handler)
	mux.Handle("/control", s.latency.control())
	mux.Handle("/traffic/", s.sources.http)
	mux.HandleFunc("POST /quiesce", func(http.ResponseWriter, *http.Request) { s.load.stop() })
	mux.HandleFunc("POST /load", func(http.ResponseWriter, *http.Request) { s.load.start("") })
	mux.HandleFunc("POST /clock", s.shiftClock)
	mux.HandleFunc("POST /trouble/{name}", s.makeTrouble)
	mux.HandleFunc("POST /calm", s.awaitCalm)
	mux.HandleFunc("GET /close", s.closeDeliveries)
	mux.HandleFunc("GET /state", func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, s.state()) })
	mux.HandleFunc("GET /latency", func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, s.latency.result()) })
	return mux
}

func answerJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	must(json.NewEncoder(w).Encode(value))
}

func (s *service) driver(name string) *driver {
	for _, d := range s.drivers {
		if d.name == name {
			return d
		}
	}
	panic("no driver " + name)
}

// shiftClock shifts the wall clock by what the query says, counted from the right
// time.
func (s *service) shiftClock(w http.ResponseWriter, r *http.Request) {
	by, err := time.ParseDuration(r.FormValue("by"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if !shiftWallClock(by) {
		http.Error(w, "built without a clock that can be shifted", http.StatusNotImplemented)
	}
}

// awaitCalm answers when no trouble is under way, however long that takes.
func (s *service) awaitCalm(w http.ResponseWriter, _ *http.Request) {
	must(http.NewResponseController(w).SetWriteDeadline(time.Time{}))
	s.troubles.Wait()
}
