package remotewrite

import (
	"net/http"
	"strconv"
	"strings"
)

// answer is what came back for a request.
type answer struct {
	err    error // why nothing came back
	status int
	header http.Header
	body   strings.Builder // its beginning
}

type answerKey struct{}

// text is what the receiver said, in one line.
func (a *answer) text() string {
	said := strings.Join(strings.Fields(strings.ToValidUTF8(a.body.String(), "?")), " ")
	if said == "" {
		return "the receiver said nothing"
	}
	return said
}

// The headers by which a receiver of remote write 2.0 says what it has written.
const (
	samplesWritten    = "X-Prometheus-Remote-Write-Samples-Written"
	histogramsWritten = "X-Prometheus-Remote-Write-Histograms-Written"
	exemplarsWritten  = "X-Prometheus-Remote-Write-Exemplars-Written"
)

// confirmed reports whether the receiver said what it has written, as those of 2.0 must.
func (a *answer) confirmed() bool {
	return a.header.Get(samplesWritten)+a.header.Get(histogramsWritten)+a.header.Get(exemplarsWritten) != ""
}

// written returns how many samples, histograms among them, the receiver says that it has
// written. What it does not mention is 0, by the protocol.
func (a *answer) written() int {
	number := func(header string) int {
		n, _ := strconv.Atoi(a.header.Get(header))
		return max(n, 0)
	}
	return number(samplesWritten) + number(histogramsWritten)
}
