package main

import (
	"net/http"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/live"
)

const livePath = "/debug/metrics/"

// livePage shows the metrics in a browser. It is open to whoever reaches the service,
// as is everything of this example: in a real one it stands where /debug/pprof does.
func (s *service) livePage() http.Handler {
	return live.Handler(s.driver, live.Config{Title: "shop"})
}
