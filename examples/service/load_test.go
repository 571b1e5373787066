package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// transport answers requests without a network, and so in a synctest bubble.
type transport func(*http.Request) *http.Response

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }

func answer(code int) *http.Response {
	return &http.Response{StatusCode: code, Body: io.NopCloser(strings.NewReader("answer"))}
}

func TestLoad(t *testing.T) {
	for _, test := range []struct {
		name      string
		perSecond float64
		takes     time.Duration
		sent      int64 // in ten seconds
		ends      time.Duration
	}{
		{"even", 20, 30 * time.Millisecond, 200, 10*time.Second + 30*time.Millisecond},
		{"less than one a second", 0.5, 0, 5, 10*time.Second + time.Millisecond},
		{"none", 0, 0, 0, 0},
		{"a service that hangs gets so many and no more", 1000, time.Minute, maxConcurrent, time.Minute + maxConcurrent*time.Millisecond},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var sent, answered atomic.Int64
				client := &http.Client{Transport: transport(func(*http.Request) *http.Response {
					sent.Add(1)
					time.Sleep(test.takes)
					answered.Add(1)
					return answer(http.StatusOK)
				})}
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second+time.Millisecond)
				defer cancel()
				start := time.Now()
				generateLoad(ctx, client, "http://service", test.perSecond)
				if took := time.Since(start); took != test.ends {
					t.Errorf("ended after %v, want %v", took, test.ends)
				}
				if sent.Load() != test.sent || answered.Load() != test.sent {
					t.Errorf("sent %d, answered %d, want %d", sent.Load(), answered.Load(), test.sent)
				}
			})
		})
	}
}

// Every request of the mix goes to a route that there is, or to none on purpose.
func TestDraw(t *testing.T) {
	const draws = 1000
	_, server := startTestService(t)
	seen := map[int]int{}
	for range draws {
		method, path := draw()
		code, _ := do(t, method, server.URL+path)
		seen[code]++
	}
	for code := range seen {
		switch code {
		case http.StatusOK, http.StatusCreated, http.StatusNotFound:
		default:
			t.Errorf("got %d answers with code %d", seen[code], code)
		}
	}
	if notFound := seen[http.StatusNotFound]; notFound == 0 || notFound > draws/10 {
		t.Errorf("%d of %d were not found, want a few", notFound, draws)
	}
}
