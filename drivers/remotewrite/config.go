package remotewrite

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics/drivers/internal/httpclient"
)

// Config says what a Driver sends, where to and how. URL is needed, all else may be left
// out.
type Config struct {
	// URL is the receiver's address in full: "http://prometheus:9090/api/v1/write". A
	// user and password in it are sent as basic authentication.
	URL string

	// Gatherer is asked for all metrics, such as a prometheusmetrics.Driver or a
	// *prometheus.Registry; nil means prometheus.DefaultGatherer.
	Gatherer prometheus.Gatherer

	// Labels are put on every series that has no such label itself. Receivers tell
	// programs apart by them. Without "job" it is the name of the program's file, and
	// without "instance" the name of the host. An empty value keeps a label off. Two
	// processes must not send the same series, or receivers refuse samples of one and
	// mix up the values of both.
	Labels map[string]string

	// Interval is the time from one round of samples to the next; 0 means 15 seconds,
	// negative is an error.
	Interval time.Duration

	// Timeout is how long gathering and sending may take together, and what Close may
	// take; 0 means 10 seconds, or Interval if that is less. Negative is an error.
	Timeout time.Duration

	// Version is that of the protocol. The zero value begins with 2.0, and goes over to
	// 1.0 if the receiver knows only that.
	Version Version

	// Histograms says which forms of a histogram are sent that has classic and native
	// buckets.
	Histograms Histograms

	// Username and Password are sent as basic authentication, and BearerToken as a
	// token; both together are an error. A token that changes needs a Client that
	// knows it.
	Username, Password string
	BearerToken        string

	// Headers are sent with each request, such as X-Scope-OrgID for the tenant.
	Headers map[string]string

	// Client sends the requests; nil means one of the driver's own, which takes proxies
	// from the environment. It should heed the context of a request.
	Client *http.Client

	// SamplesPerRequest is how many samples one request may have; 0 means 2,000, as in
	// Prometheus. Negative is an error.
	SamplesPerRequest int

	// QueueSamples is how many samples may wait while the receiver can't take them; 0
	// means 200,000, which are some 15 MB. A native histogram counts as one and
	// one for each of its buckets. When more wait, the oldest are dropped, which
	// Status counts and OnError is told. Negative is an error.
	QueueSamples int

	// OnError gets the errors that Run can't return: deliveries that fail, each kind once
	// until one succeeds, and metrics that can't be sent, once for each time that this
	// begins. Nil means slog. It may use the driver.
	OnError func(error)
}

// Version is a version of the protocol.
type Version int

const (
	// VersionAuto is 2.0, or 1.0 once the receiver has answered a message of 2.0 with
	// status 415, or without saying what it has written, as 2.0 demands.
	VersionAuto Version = iota
	// Version1 is remote write 1.0. It knows nothing of the time when counting began.
	Version1
	// Version2 is remote write 2.0.
	Version2
)

// String returns "auto", "1.0" or "2.0".
func (v Version) String() string {
	switch v {
	case VersionAuto:
		return "auto"
	case Version1:
		return "1.0"
	case Version2:
		return "2.0"
	}
	return fmt.Sprintf("Version(%d)", int(v))
}

// Histograms is a choice among the forms of a histogram. A histogram that has only one
// form is sent in that, whatever the choice.
type Histograms int

const (
	// HistogramsAuto sends both by remote write 2.0, and by 1.0 the classic form alone:
	// many receivers of 1.0 don't know native histograms, and VictoriaMetrics makes
	// buckets of them that mix up with the classic ones.
	HistogramsAuto Histograms = iota
	// HistogramsBoth sends both.
	HistogramsBoth
	// HistogramsNative sends the native form: one series in place of dozens.
	HistogramsNative
	// HistogramsClassic sends the classic form: _bucket, _sum and _count.
	HistogramsClassic
)

const (
	defaultInterval          = 15 * time.Second
	defaultSamplesPerRequest = 2000
	defaultQueueSamples      = 200_000
)

// Format prints the configuration, whatever the verb, without passwords, the token, the
// values of headers and the query of the address.
func (c Config) Format(f fmt.State, verb rune) {
	type plain Config // has no Format
	c.URL, c.Headers = httpclient.ShownText(c.URL), httpclient.ShownSecrets(c.Headers)
	c.Password, c.BearerToken = httpclient.ShownSecret(c.Password), httpclient.ShownSecret(c.BearerToken)
	fmt.Fprintf(f, fmt.FormatString(f, verb), plain(c))
}

// complete fills in what was left out and refuses what makes no sense. What the loop and
// the client check is left to them.
func (c Config) complete() (Config, error) {
	switch {
	case c.Version < VersionAuto || c.Version > Version2:
		return c, configError("Version", "%v is unknown", c.Version)
	case c.Histograms < HistogramsAuto || c.Histograms > HistogramsClassic:
		return c, configError("Histograms", "%d is unknown", int(c.Histograms))
	case c.SamplesPerRequest < 0:
		return c, configError("SamplesPerRequest", "%d is negative", c.SamplesPerRequest)
	case c.QueueSamples < 0:
		return c, configError("QueueSamples", "%d is negative", c.QueueSamples)
	case c.BearerToken != "" && c.Username+c.Password != "":
		return c, configError("BearerToken", "there is a user or password too")
	}
	if c.Gatherer == nil {
		c.Gatherer = prometheus.DefaultGatherer
	}
	c.Interval = cmp.Or(c.Interval, defaultInterval)
	c.SamplesPerRequest = cmp.Or(c.SamplesPerRequest, defaultSamplesPerRequest)
	c.QueueSamples = cmp.Or(c.QueueSamples, defaultQueueSamples)
	return c, nil
}

func configError(field, format string, arguments ...any) error {
	return &ConfigError{Package: packageName, Field: field, Err: fmt.Errorf(format, arguments...)}
}

// external returns Labels with the defaults, sorted.
func (c Config) external() ([]label, error) {
	all := map[string]string{"job": filepath.Base(os.Args[0])}
	if host, err := os.Hostname(); err == nil {
		all["instance"] = host
	}
	maps.Copy(all, c.Labels)
	var labels []label
	for _, name := range slices.Sorted(maps.Keys(all)) {
		switch value := all[name]; {
		case name == "" || strings.HasPrefix(name, "__") || !utf8.ValidString(name):
			return nil, configError("Labels", "%q is reserved or no name", name)
		case name == "le" || name == "quantile":
			return nil, configError("Labels", "%s is the label of buckets or quantiles", name)
		case !utf8.ValidString(value):
			return nil, configError("Labels", "%s has the value %q, which is not UTF-8", name, value)
		case value != "":
			labels = append(labels, label{name, value})
		}
	}
	return labels, nil
}

// headers returns what each request is to have.
func (c Config) headers() http.Header {
	headers := http.Header{"User-Agent": {"go-metrics-plus-remotewrite"}}
	switch {
	case c.BearerToken != "":
		headers.Set("Authorization", "Bearer "+c.BearerToken)
	case c.Username+c.Password != "":
		pair := []byte(c.Username + ":" + c.Password)
		headers.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString(pair))
	}
	for name, value := range c.Headers {
		headers.Set(name, value)
	}
	return headers
}
