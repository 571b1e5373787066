package remotewrite_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/klauspost/compress/snappy"
	writev2 "github.com/prometheus/client_golang/exp/api/remote/genproto/v2"
	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/protobuf/proto"

	"github.com/go-metrics-plus/metrics/drivers/remotewrite"
)

// A program that nobody can scrape sends its metrics every 15 seconds. At the end Close
// sends the last values, and that the series have ended.
func Example() {
	registry := prometheus.NewRegistry()
	orders := prometheus.NewCounter(prometheus.CounterOpts{Name: "orders_total", Help: "Orders taken."})
	registry.MustRegister(orders)

	receiver := httptest.NewServer(http.HandlerFunc(receive))
	defer receiver.Close()

	driver, err := remotewrite.New(remotewrite.Config{
		URL:      receiver.URL + "/api/v1/write",
		Gatherer: registry,
		Labels:   map[string]string{"job": "shop", "instance": "shop-0"},
	})
	if err != nil {
		panic(err)
	}
	orders.Add(3)
	if err := driver.Once(); err != nil { // or go driver.Run()
		panic(err)
	}
	if err := driver.Close(); err != nil {
		panic(err)
	}
	fmt.Printf("%d samples sent by remote write %v\n", driver.Status().Sent, driver.Status().Version)
	// Output:
	// [__name__ orders_total instance shop-0 job shop] 3
	// [__name__ orders_total instance shop-0 job shop] 3
	// [__name__ orders_total instance shop-0 job shop] NaN
	// 3 samples sent by remote write 2.0
}

// receive stands in for Prometheus.
func receive(w http.ResponseWriter, r *http.Request) {
	compressed, _ := io.ReadAll(r.Body)
	encoded, _ := snappy.Decode(nil, compressed)
	request := &writev2.Request{}
	if err := proto.Unmarshal(encoded, request); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	for _, series := range request.Timeseries {
		fmt.Println(writev2.DesymbolizeLabels(series.LabelsRefs, request.Symbols, nil), series.Samples[0].Value)
	}
	w.Header().Set("X-Prometheus-Remote-Write-Samples-Written", fmt.Sprint(len(request.Timeseries)))
}
