package remotewrite

import (
	"strconv"

	"github.com/go-metrics-plus/metrics/drivers/internal/httpclient"
)

// The headers by which a receiver of remote write 2.0 says what it has written.
const (
	samplesWritten    = "X-Prometheus-Remote-Write-Samples-Written"
	histogramsWritten = "X-Prometheus-Remote-Write-Histograms-Written"
	exemplarsWritten  = "X-Prometheus-Remote-Write-Exemplars-Written"
)

// confirmed reports whether the receiver said what it has written, as those of 2.0 must.
func confirmed(a *httpclient.Answer) bool {
	return a.Header.Get(samplesWritten)+a.Header.Get(histogramsWritten)+a.Header.Get(exemplarsWritten) != ""
}

// writtenBy returns how many samples, histograms among them, the receiver says that it has
// written. What it does not mention is 0, by the protocol.
func writtenBy(a *httpclient.Answer) int {
	number := func(header string) int {
		n, _ := strconv.Atoi(a.Header.Get(header))
		return max(n, 0)
	}
	return number(samplesWritten) + number(histogramsWritten)
}
