package prometheusmetrics_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// A batch job pushes once, when it is done. It says when it has succeeded, so
// that an alert can be written on the age of its last success.
func ExampleDriver_Push() {
	gateway := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		fmt.Println(r.Method, r.URL.Path)
	}))
	defer gateway.Close()

	registry := metrics.NewRegistry()
	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Namespace: "backup",
		Registry:  registry,
		Detached:  true, // nobody scrapes it
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	metrics.GetOrRegisterCounter("files", registry).Inc(12)
	driver.JobSucceeded()

	err = driver.Push(context.Background(), prometheusmetrics.PushOptions{
		URL:         gateway.URL,
		Job:         "backup",
		Grouping:    map[string]string{"instance": "db1"},
		LastSuccess: "last_success_timestamp_seconds",
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// PUT /metrics/job/backup/instance/db1
}

// A worker that can't be scraped pushes while it runs. It waits for RunPush to
// return, so that its last figures arrive.
func ExampleDriver_RunPush() {
	gateway := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer gateway.Close()

	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Registry: metrics.NewRegistry(),
		Detached: true,
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() {
		ended <- driver.RunPush(ctx, prometheusmetrics.PushOptions{
			URL:         gateway.URL,
			Job:         "worker",
			Interval:    time.Minute,
			DeleteOnEnd: true,
		})
	}()
	// The work is done here.
	stop()
	fmt.Println("ended:", <-ended)
	// Output:
	// ended: context canceled
}
