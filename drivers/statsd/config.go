package statsd

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Format says how labels are written.
type Format int

const (
	// FormatDogStatsD writes labels as tags, as DogStatsD, statsd_exporter, Telegraf and
	// newer StatsD servers understand them: requests_total:1|c|#code:200,method:GET
	FormatDogStatsD Format = iota

	// FormatStatsD writes labels into the name, for servers that know no tags:
	// requests_total.code.200.method.GET:1|c
	FormatStatsD
)

// Config says what a Driver sends, and where to. Its zero value sends
// prometheus.DefaultGatherer to the StatsD server of this machine every ten seconds.
type Config struct {
	// Gatherer has the metrics; nil means prometheus.DefaultGatherer. A Driver of
	// prometheusmetrics is one, and so is every prometheus.Registry.
	Gatherer prometheus.Gatherer

	// Address is the server's: host:port for UDP, where the port may be left out, or the
	// path of a Unix datagram socket, as unix:///var/run/datadog/dsd.socket or as an
	// absolute path. Empty means 127.0.0.1:8125. A host is looked up again every
	// minute, and after a failure.
	Address string

	// Format says how labels are written; the zero value is FormatDogStatsD.
	Format Format

	// Prefix begins every name, followed by a dot, unless it is empty. It may have
	// letters, digits, "_", "-" and "." in ASCII.
	Prefix string

	// PacketSize is the greatest length of a packet in bytes; 0 means 1,432 over UDP,
	// which an Ethernet network carries whole, and 8,192 over a Unix socket, which is
	// what Datadog's agent expects. Negative is an error.
	PacketSize int

	// Interval is the time from one delivery of Run to the next; 0 means ten seconds,
	// at which most servers flush, too. Negative is an error.
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
	defaultAddress = "127.0.0.1"
	defaultPort    = "8125"

	udpPacketSize  = 1432
	unixPacketSize = 8192
)

// target is where packets go to.
type target struct{ network, address string }

// isUDP reports whether packets may get lost on the way.
func (t target) isUDP() bool { return t.network == "udp" }

// complete fills in what was left out and refuses what makes no sense.
func (c Config) complete() (Config, target, error) {
	if c.Gatherer == nil {
		c.Gatherer = prometheus.DefaultGatherer
	}
	to, err := parseAddress(c.Address)
	if err != nil {
		return c, to, configError("Address", err)
	}
	if c.Format != FormatDogStatsD && c.Format != FormatStatsD {
		return c, to, configError("Format", fmt.Errorf("%d is not known", c.Format))
	}
	if c.Prefix != "" && (!isName(c.Prefix) || strings.HasSuffix(c.Prefix, ".")) {
		return c, to, configError("Prefix", fmt.Errorf("%q can't begin names", c.Prefix))
	}
	if c.PacketSize < 0 {
		return c, to, configError("PacketSize", fmt.Errorf("%d is negative", c.PacketSize))
	}
	size := unixPacketSize
	if to.isUDP() {
		size = udpPacketSize
	}
	c.PacketSize = cmp.Or(c.PacketSize, size)
	return c, to, nil
}

func configError(field string, err error) error {
	return &ConfigError{Package: packageName, Field: field, Err: err}
}

func parseAddress(address string) (target, error) {
	scheme, rest, found := strings.Cut(address, "://")
	switch {
	case !found && strings.HasPrefix(address, "/"):
		return target{"unixgram", address}, nil
	case !found:
		rest = address
	case scheme == "unix" || scheme == "unixgram":
		if rest == "" {
			return target{}, errors.New("the path of the socket is empty")
		}
		return target{"unixgram", rest}, nil
	case scheme != "udp":
		return target{}, fmt.Errorf("scheme %q is neither udp nor unix", scheme)
	}
	if strings.Contains(rest, "@") { // not shown: before it, there may be a password
		return target{}, errors.New("it has an @, and is not host:port")
	}
	host, port, err := net.SplitHostPort(rest)
	if err != nil { // there is no port, perhaps
		host, port = strings.Trim(rest, "[]"), defaultPort
		if strings.Contains(host, ":") && net.ParseIP(host) == nil {
			return target{}, err
		}
	}
	if strings.ContainsAny(rest, "/@ ") || port == "" {
		return target{}, fmt.Errorf("%q is not host:port", rest)
	}
	return target{"udp", net.JoinHostPort(cmp.Or(host, defaultAddress), port)}, nil
}
