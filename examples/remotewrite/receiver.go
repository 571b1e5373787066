package main

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"

	"github.com/prometheus/client_golang/exp/api/remote"
	writev2 "github.com/prometheus/client_golang/exp/api/remote/genproto/v2"
	"google.golang.org/protobuf/proto"
)

// startReceiver starts what stands in for Prometheus, and returns its address.
func startReceiver(out io.Writer) (url string, stop func()) {
	handler := remote.NewWriteHandler(&receiver{out: out}, remote.MessageTypes{remote.WriteV2MessageType})
	server := httptest.NewServer(handler)
	return server.URL + "/api/v1/write", server.Close
}

// receiver prints the samples that it gets, but for the buckets of classic histograms.
type receiver struct {
	mu  sync.Mutex
	out io.Writer
}

// Store is what remote.NewWriteHandler asks for.
func (r *receiver) Store(request *http.Request, _ remote.WriteMessageType) (*remote.WriteResponse, error) {
	response := remote.NewWriteResponse()
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	message := &writev2.Request{}
	if err := proto.Unmarshal(body, message); err != nil {
		response.SetStatusCode(http.StatusBadRequest)
		return response, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, series := range message.Timeseries {
		labels := writev2.DesymbolizeLabels(series.LabelsRefs, message.Symbols, nil)
		response.Samples += len(series.Samples)
		response.Histograms += len(series.Histograms)
		if !strings.HasSuffix(labels[1], "_bucket") {
			fmt.Fprintf(r.out, "%s%s %s\n", labels[1], braced(labels[2:]), value(series))
		}
	}
	return response, nil
}

// braced writes labels, each name followed by its value, as Prometheus shows them.
func braced(labels []string) string {
	var pairs []string
	for pair := range slices.Chunk(labels, 2) {
		pairs = append(pairs, fmt.Sprintf("%s=%q", pair[0], pair[1]))
	}
	return "{" + strings.Join(pairs, ",") + "}"
}

func value(series *writev2.TimeSeries) string {
	if len(series.Samples) > 0 {
		if number := series.Samples[0].Value; !math.IsNaN(number) {
			return fmt.Sprint(number)
		}
		return "has ended"
	}
	histogram := series.Histograms[0]
	if math.IsNaN(histogram.Sum) {
		return "has ended"
	}
	return fmt.Sprintf("native histogram of %d values, sum %.3f", histogram.GetCountInt(), histogram.Sum)
}
