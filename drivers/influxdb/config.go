package influxdb

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics/drivers/internal/delivery"
	"github.com/go-metrics-plus/metrics/drivers/internal/httpclient"
)

// Config says what a Driver writes, and where to. URL is needed, and Database or Bucket,
// unless the URL has the whole address.
type Config struct {
	// Gatherer has the metrics; nil means prometheus.DefaultGatherer. A Driver of
	// prometheusmetrics is one, and so is every prometheus.Registry.
	Gatherer prometheus.Gatherer

	// URL is the server's, such as http://localhost:8086. One whose path ends in /write
	// is used as it is, with its query, to which precision=ms is added: so
	// http://victoriametrics:8428/write needs nothing else. A user and password in it
	// count as User and Password. Without a scheme it is http.
	URL string

	// Database is that of InfluxDB 1, RetentionPolicy one of it if not the default, and
	// User and Password who may write; all but Database may be empty.
	Database, RetentionPolicy, User, Password string

	// Bucket is that of InfluxDB 2 or 3, Org the organization that has it, and Token the
	// API token of who may write.
	Bucket, Org, Token string

	// MetricVersion is the layout, by its number in Telegraf's Prometheus input: 1, which
	// 0 means as well, has the metric's name as the measurement, 2 the measurement
	// "prometheus" with the names as fields.
	MetricVersion int

	// BatchSize is how many lines one request has at most; 0 means 5,000, negative is an
	// error.
	BatchSize int

	// DisableCompression sends requests as they are, not as gzip.
	DisableCompression bool

	// Client sends the requests; nil means one of the driver's own, which takes proxies
	// from the environment, and trusts the authorities that the system trusts. Redirects
	// are followed only if the client's CheckRedirect says so.
	Client *http.Client

	// Interval is the time from one delivery of Run to the next; 0 means ten seconds,
	// negative is an error.
	Interval time.Duration

	// Timeout bounds one delivery with the gathering before it and all its requests; 0
	// means ten seconds, or Interval if that is less. Negative is an error.
	Timeout time.Duration

	// OnError gets what Run can't return, and what is left out of deliveries, once for
	// as long as it lasts; nil means slog. It runs in a goroutine of its own, one call at
	// a time, and may use the driver. No error has a password or token in it.
	OnError func(error)
}

const (
	// defaultBatchSize is what InfluxData recommends.
	defaultBatchSize = 5000

	version1Path = "/write"
	version2Path = "/api/v2/write"
)

// Format prints the configuration, whatever the verb, without the password, the token and
// the query of the address.
func (c Config) Format(f fmt.State, verb rune) {
	type plain Config // has no Format
	c.URL = httpclient.ShownText(c.URL)
	c.Password, c.Token = httpclient.ShownSecret(c.Password), httpclient.ShownSecret(c.Token)
	fmt.Fprintf(f, fmt.FormatString(f, verb), plain(c))
}

// complete fills in what was left out and refuses what makes no sense.
func (c Config) complete() (Config, *url.URL, error) {
	switch {
	case c.MetricVersion < 0 || c.MetricVersion > 2:
		return c, nil, configError("MetricVersion", fmt.Errorf("%d is neither 1 nor 2", c.MetricVersion))
	case c.BatchSize < 0:
		return c, nil, configError("BatchSize", fmt.Errorf("%d is negative", c.BatchSize))
	case c.Bucket != "" && c.Database != "":
		return c, nil, configError("Bucket", errors.New("it can't be had along with Database"))
	case c.Token != "" && c.User != "":
		return c, nil, configError("Token", errors.New("it can't be had along with User"))
	case strings.ContainsAny(c.Token, "\r\n"):
		return c, nil, configError("Token", errors.New("it has a line break in it"))
	}
	if c.Gatherer == nil {
		c.Gatherer = prometheus.DefaultGatherer
	}
	c.MetricVersion = cmp.Or(c.MetricVersion, 1)
	c.BatchSize = cmp.Or(c.BatchSize, defaultBatchSize)
	to, err := c.address()
	if err != nil {
		return c, nil, configError("URL", err)
	}
	if to.User != nil {
		if c.User == "" && c.Token == "" {
			c.User = to.User.Username()
			c.Password, _ = to.User.Password()
		}
		to.User = nil
	}
	return c, to, nil
}

// address returns where to write. Errors don't quote the URL, which may have a password.
func (c Config) address() (*url.URL, error) {
	text := c.URL
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	to, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("it is not valid")
	case to.Scheme != "http" && to.Scheme != "https":
		return nil, errors.New("its scheme is neither http nor https")
	case to.Host == "":
		return nil, errors.New("it has no host")
	}
	query, err := url.ParseQuery(to.RawQuery)
	if err != nil {
		return nil, errors.New("its query is not valid")
	}
	whole := strings.HasSuffix(to.Path, version1Path)
	set := func(key, value string) {
		if value != "" {
			query.Set(key, value)
		}
	}
	switch {
	case c.Bucket != "":
		set("bucket", c.Bucket)
		set("org", c.Org)
	case c.Database != "" || whole:
		set("db", c.Database)
		set("rp", c.RetentionPolicy)
	default:
		return nil, errors.New("neither Database nor Bucket is set, and its path does not end in /write")
	}
	if !whole && c.Bucket != "" {
		to = to.JoinPath(version2Path)
	} else if !whole {
		to = to.JoinPath(version1Path)
	}
	query.Set("precision", "ms")
	to.RawQuery, to.Fragment = query.Encode(), ""
	return to, nil
}

func configError(field string, err error) error {
	return &delivery.ConfigError{Package: packageName, Field: field, Err: err}
}
