package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/hashicorp/raft"

	"github.com/go-metrics-plus/metrics/prometheusmetrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/live"
)

// status is the truth that metrics can be compared with.
type status struct {
	Leader    raft.ServerID `json:"leader"`    // empty during an election
	Asked     int64         `json:"asked"`     // commands that a node was asked to apply
	Applied   int64         `json:"applied"`   // those that were
	Committed int64         `json:"committed"` // the same over all state machines
	Elections int64         `json:"elections"` // won
}

func routes(c *cluster, driver *prometheusmetrics.Driver) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", driver.Handler())
	mux.Handle("GET /debug/metrics/", live.Handler(driver, live.Config{Title: "raft"}))
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, _ *http.Request) {
		s := status{
			Asked: c.asked.Load(), Applied: c.applied.Load(),
			Committed: c.committed.Load(), Elections: c.elections.Load(),
		}
		if leader := c.leader(); leader != nil {
			_, s.Leader = leader.LeaderWithID()
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(s)
	})
	mux.HandleFunc("POST /apply", func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.ParseUint(r.FormValue("n"), 10, 16)
		if err != nil {
			http.Error(w, "n is how many commands to apply, up to 65535", http.StatusBadRequest)
			return
		}
		for i := range n {
			if err := c.apply(fmt.Sprintf("request %d", i)); err != nil {
				http.Error(w, err.Error(), http.StatusServiceUnavailable)
				return
			}
		}
		fmt.Fprintf(w, "applied %d\n", n)
	})
	mux.HandleFunc("POST /transfer", func(w http.ResponseWriter, _ *http.Request) {
		if err := c.transfer(); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "handed on")
	})
	return mux
}
