package graphite

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics/drivers/internal/delivery"
)

// Config says what a Driver sends, and where to. Its zero value sends
// prometheus.DefaultGatherer to the Graphite of this machine every ten seconds.
type Config struct {
	// Gatherer has the metrics; nil means prometheus.DefaultGatherer. A Driver of
	// prometheusmetrics is one, and so is every prometheus.Registry.
	Gatherer prometheus.Gatherer

	// Address is host:port of the server's receiver of lines over TCP. The port may be
	// left out, and is 2003 then. Empty means 127.0.0.1:2003.
	Address string

	// Prefix begins every name, followed by a dot, unless it is empty. It may have
	// letters, digits, "_", "-" and, except at either end, ".".
	Prefix string

	// Tags has labels written as tags, which Graphite has since version 1.1:
	// requests_total;code=200. Without it they are part of the path:
	// requests_total.code.200.
	Tags bool

	// Interval is the time from one delivery of Run to the next; 0 means ten seconds.
	// Negative is an error. It should be that of the server's shortest retention, or
	// the server keeps the last of several values.
	Interval time.Duration

	// Timeout bounds one delivery with the gathering before it; 0 means ten seconds, or
	// Interval if that is less. Negative is an error.
	Timeout time.Duration

	// OnError gets what Run can't return, and what is left out of deliveries, once for
	// as long as it lasts; nil means slog. It runs in a goroutine of its own, one call at
	// a time, and may use the driver.
	OnError func(error)
}

const (
	defaultHost = "127.0.0.1"
	defaultPort = "2003"
)

// complete fills in what was left out and refuses what makes no sense.
func (c Config) complete() (Config, error) {
	if c.Gatherer == nil {
		c.Gatherer = prometheus.DefaultGatherer
	}
	if c.Prefix != "" && !isPrefix(c.Prefix) {
		return c, configError("Prefix", fmt.Errorf("%q can't begin names", c.Prefix))
	}
	address, err := parseAddress(c.Address)
	if err != nil {
		return c, configError("Address", err)
	}
	c.Address = address
	return c, nil
}

func isPrefix(prefix string) bool {
	for part := range strings.SplitSeq(prefix, ".") {
		if part == "" {
			return false
		}
		for i := range len(part) {
			if !isPathByte(part[i]) {
				return false
			}
		}
	}
	return true
}

func parseAddress(address string) (string, error) {
	if strings.Contains(address, "@") { // not shown: before it, there may be a password
		return "", errors.New("it has an @, and is not host:port")
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil { // there is no port, perhaps
		host, port = strings.Trim(address, "[]"), defaultPort
		if strings.Contains(host, ":") && net.ParseIP(host) == nil {
			return "", err
		}
	}
	if strings.ContainsAny(address, "/@ ") || port == "" {
		return "", fmt.Errorf("%q is not host:port", address)
	}
	return net.JoinHostPort(cmp.Or(host, defaultHost), port), nil
}

func configError(field string, err error) error {
	return &delivery.ConfigError{Package: packageName, Field: field, Err: err}
}
