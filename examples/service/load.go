package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// maxConcurrent bounds the requests under way; beyond it the load is skipped,
// since a slow service must not be buried by its own load.
const maxConcurrent = 100

// newClient returns a client that keeps its connections, as a proxy in front of
// the service would.
func newClient() *http.Client {
	return &http.Client{
		Timeout:   shutdownTimeout,
		Transport: &http.Transport{MaxIdleConnsPerHost: maxConcurrent},
	}
}

// generateLoad sends a mix of requests at an even pace until ctx ends, and
// returns when the last of them is answered. They are not broken off.
func generateLoad(ctx context.Context, client *http.Client, base string, perSecond float64) {
	// A connection that no request has used keeps a server from shutting down.
	defer client.CloseIdleConnections()
	if perSecond == 0 {
		return
	}
	var underWay sync.WaitGroup
	defer underWay.Wait()
	slots := make(chan struct{}, maxConcurrent)
	ticker := time.NewTicker(time.Duration(float64(time.Second) / perSecond))
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		select {
		case slots <- struct{}{}:
			underWay.Go(func() {
				send(client, base)
				<-slots
			})
		default:
		}
	}
}

// send makes one request of the mix. Its failure shows in the values of the
// service, or means that the service has ended.
func send(client *http.Client, base string) {
	method, path := draw()
	request, err := http.NewRequest(method, base+path, nil)
	if err != nil {
		return
	}
	response, err := client.Do(request)
	if err != nil {
		return
	}
	defer response.Body.Close()
	io.Copy(io.Discard, response.Body) // else the connection is not used again
}

// draw picks a request: mostly items, some of which don't exist.
func draw() (method, path string) {
	switch n := rand.IntN(100); {
	case n < 20:
		return http.MethodGet, "/"
	case n < 70:
		return http.MethodGet, fmt.Sprintf("/items/%d", 1+rand.IntN(items+items/20))
	case n < 90:
		return http.MethodPost, "/orders"
	case n < 98:
		return http.MethodGet, fmt.Sprintf("/report?rows=%d", rand.IntN(2*defaultRows))
	default:
		return http.MethodGet, "/nowhere"
	}
}
