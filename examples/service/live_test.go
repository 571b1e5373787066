package main

import (
	"net/http"
	"strings"
	"testing"
)

// The page is there, and its data has the shop's metrics.
func TestLivePage(t *testing.T) {
	s := start(t, "-listen", "127.0.0.1:0", "-load", "0", "-flush", "5ms")
	if code, body := do(t, "GET", s.url+livePath); code != http.StatusOK || !strings.Contains(body, "app.js") {
		t.Errorf("the page answers %d: %.200s", code, body)
	}
	if code, body := do(t, "GET", s.url+livePath+"data?v=1&viewer=test"); code != http.StatusOK || !strings.Contains(body, "example_service_ready_healthy") {
		t.Errorf("its data is %d: %.200s", code, body)
	}
	s.cancel()
	if err := <-s.ended; err != nil {
		t.Errorf("run ended with %v", err)
	}
}
