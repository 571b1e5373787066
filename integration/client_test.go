package integration

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

// series is what the service counts a request under.
type series struct{ Route, Code, Method string }

// client makes requests and keeps what a caller can know of them. It is safe for
// concurrent use.
type client struct {
	http http.Client

	mu      sync.Mutex
	answers map[series]float64
	bytes   map[string]float64         // by route
	latency map[string][]time.Duration // by route, as seen from outside
}

func newClient(t *testing.T) *client {
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{
		http:    http.Client{Transport: transport},
		answers: map[series]float64{},
		bytes:   map[string]float64{},
		latency: map[string][]time.Duration{},
	}
}

// request is one to make, and the route that the service should see in it.
type request struct{ method, path, route string }

// send makes a request and reads the whole answer.
func (c *client) send(ctx context.Context, base string, r request) error {
	httpRequest, err := http.NewRequestWithContext(ctx, r.method, base+r.path, nil)
	if err != nil {
		return err
	}
	start := time.Now()
	response, err := c.http.Do(httpRequest)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	n, err := io.Copy(io.Discard, response.Body)
	if err != nil {
		return err
	}
	took := time.Since(start)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers[series{r.route, fmt.Sprint(response.StatusCode), r.method}]++
	c.bytes[r.route] += float64(n)
	c.latency[r.route] = append(c.latency[r.route], took)
	return nil
}

// sendAll makes the requests from several goroutines and returns how long it
// took.
func (c *client) sendAll(t *testing.T, base string, requests []request) time.Duration {
	t.Helper()
	const workers = 12
	start := time.Now()
	queue := make(chan request)
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			for r := range queue {
				if err := c.send(context.Background(), base, r); err != nil {
					t.Errorf("%s %s: %v", r.method, r.path, err)
				}
			}
		})
	}
	for _, r := range requests {
		queue <- r
	}
	close(queue)
	running.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return time.Since(start)
}

// requests returns how many were answered.
func (c *client) requests() (n int) {
	for _, latency := range c.latency {
		n += len(latency)
	}
	return n
}

// received returns the bytes of all answers.
func (c *client) received() (bytes float64) {
	for _, n := range c.bytes {
		bytes += n
	}
	return bytes
}

// mix returns scale times as many requests of every kind.
func mix(scale int) (requests []request) {
	for i := range scale {
		requests = append(requests,
			request{"GET", "/", "/{$}"},
			request{"HEAD", "/", "/{$}"},
			request{"GET", "/items/7", "/items/{id}"},
			request{"GET", "/items/8", "/items/{id}"},
			request{"GET", "/items/0", "/items/{id}"},
			request{"POST", "/orders", "/orders"},
			request{"POST", "/orders", "/orders"},
			request{"GET", fmt.Sprint("/report?rows=", 100*i), "/report"},
			request{"GET", "/nowhere", "_UNMATCHED"},
		)
	}
	return requests
}

func seconds(durations []time.Duration) (sum float64) {
	for _, d := range durations {
		sum += d.Seconds()
	}
	return sum
}

// quantile returns the value of which at least the share p is not greater.
func quantile(durations []time.Duration, p float64) float64 {
	sorted := slices.Sorted(slices.Values(durations))
	rank := int(p * float64(len(sorted)))
	return sorted[min(max(rank, 0), len(sorted)-1)].Seconds()
}
