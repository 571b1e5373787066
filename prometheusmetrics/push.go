package prometheusmetrics

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/push"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/gateway"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
)

// PushOptions says where a Driver pushes to, and how. URL and Job are needed,
// all else may be left out.
type PushOptions struct {
	// URL is the Pushgateway's, without the part that begins with /metrics:
	// "http://pushgateway:9091". Without a scheme it is http. A query or fragment
	// is an error. A user and password in it are sent by an *http.Client, and do
	// not show in errors; "/", "?", "#", "@" and "%" in them must be escaped, such
	// as %2F for "/".
	URL string

	// Job is the value of the label job, by which the gateway knows the group that
	// a push replaces.
	Job string

	// Grouping are more labels of the group, such as the instance where several
	// push under one job. The gateway puts them on every series. The names are
	// those of ordinary labels, and none may be one of Config.ConstLabels. A label
	// may be empty, which is how instance is kept off.
	Grouping map[string]string

	// Client sends the requests; nil means one that is made for the purpose, and
	// leaves no connection open behind it. That one takes proxies from the
	// environment and trusts the authorities that the system trusts: a gateway
	// whose certificate is from another needs an *http.Client that knows it. It
	// follows a redirect only if that keeps the method, does not lead from https
	// to http, and it sends user and password to no other scheme or host.
	//
	// A client should heed the context of a request, as every *http.Client does.
	// One that does not come back a second after it has ended is left behind, and
	// pushes to the group fail until it does.
	Client push.HTTPDoer

	// Interval is the time from one push of RunPush to the next; 0 means 15
	// seconds, negative is an error. Push does not use it.
	Interval time.Duration

	// Timeout is how long one request to the gateway may take; 0 means 10
	// seconds, negative is an error. What comes before the request has its own
	// limit, Config.CallTimeout.
	Timeout time.Duration

	// DeleteOnEnd has RunPush delete the group after its last push, so that the
	// gateway does not show for ever what a process left there. Push does not use
	// it.
	DeleteOnEnd bool

	// Gatherers are pushed along, such as a Prometheus registry of the
	// application's own. What can't be pushed with the rest is left out and reported
	// to Config.OnError: a family or series that the driver has too, or a gatherer
	// before it; a series with a label of the group or with a timestamp; what
	// fails to gather. A gatherer that takes longer than Config.CallTimeout is left
	// out until it comes back. Names that only UTF-8 allows get underscores.
	Gatherers []prometheus.Gatherer

	// LastSuccess names a gauge of the time when the job last succeeded, in seconds
	// since 1970; namespace and subsystem come before it. Empty means that there
	// is none. See JobSucceeded.
	LastSuccess string
}

// Format prints the options, whatever the verb, without a password in the address.
func (o PushOptions) Format(f fmt.State, verb rune) {
	type plain PushOptions // has no Format
	o.URL = gateway.Shown(o.URL)
	fmt.Fprintf(f, fmt.FormatString(f, verb), plain(o))
}

// LogValue is for slog, whose JSON would not use Format.
func (o PushOptions) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", o)) }

const (
	// defaultPushInterval is what most Prometheus servers scrape a gateway at;
	// pushing more often would show nothing more.
	defaultPushInterval = 15 * time.Second

	// defaultPushTimeout is that of a Prometheus scrape.
	defaultPushTimeout = 10 * time.Second
)

// Push flushes, and replaces the group at the Pushgateway by what the driver
// shows, which is what Gather returns. What a wrapping registerer adds is not in
// that; ConstLabels are.
//
// Options that make no sense are an error, before anything is flushed. A gateway
// that does not take the push is a *PushError. A source that could not be read is
// an error as well, and what the last flush read is pushed all the same. A metric
// with the label job, or with a label of the group, is left out, since the
// gateway would overwrite its label: that is reported to
// Config.OnError, as everything that is left out, and is no error of Push. After Close it pushes
// nothing and returns ErrClosed.
//
// Push holds no lock of the driver while it waits for the gateway, so that
// neither flushes nor scrapes nor the application wait with it. Pushes of a
// driver to one group take turns, and the later one never shows older values.
func (d *Driver) Push(ctx context.Context, options PushOptions) error {
	p, err := d.newPusher(options)
	if err != nil {
		return err
	}
	defer p.close()
	flushed := p.flush()
	if !p.pushable(flushed) {
		return flushed
	}
	if err := p.push(ctx); err != nil {
		return errors.Join(flushed, err)
	}
	return flushed
}

// RunPush pushes at once and then every Interval, as Push does, until the
// context ends or the driver is closed. Then it flushes and pushes a last time,
// and with DeleteOnEnd deletes the group, giving each of the two requests Timeout
// again. It returns the context's error, or nil after Close, joined with what
// went wrong at the end; options that make no sense are an error at once. If the
// driver is closed already, it pushes nothing and returns ErrClosed. A driver can
// push to several gateways at a time, each with a RunPush of its own, with or
// without Run.
//
// There is one push at a time, each with the values of its own moment: a gateway
// that is slow delays the next push, and nothing else. When the gateway can't be
// reached, takes longer than Timeout, or answers 429 or 5xx, RunPush tries again
// after a second, or Interval if that is less, then after twice that and so on up
// to 30 seconds, or Interval if that is more, each taken at random between half
// and the whole. Any other answer would be the same a second later, and the next
// push comes at its time. Each kind of failure is reported to Config.OnError
// once, and again when it comes back after a push that succeeded.
func (d *Driver) RunPush(ctx context.Context, options PushOptions) error {
	p, err := d.newPusher(options)
	if err != nil {
		return err
	}
	defer p.close()
	if d.closed.Load() {
		return ErrClosed
	}
	return p.run(ctx)
}

// JobSucceeded notes that the job which this process does has succeeded just
// now, for PushOptions.LastSuccess: from then on pushes show that time. A job
// that is done again and again calls it each time.
//
// Until it is called the gauge is not pushed, and pushes with LastSuccess add to
// the group instead of replacing it. So the time of the last success stays at the
// gateway from an earlier process if this one fails, and an alert can be written
// on its age; series that this process does not have stay with it.
func (d *Driver) JobSucceeded() {
	now := time.Now()
	d.pushes.succeeded.Store(&now)
}

// complete fills in what was left out and refuses what makes no sense.
func (o PushOptions) complete(c Config) (PushOptions, error) {
	switch {
	case o.Job == "" || !utf8.ValidString(o.Job):
		return o, fmt.Errorf("prometheusmetrics: push: job %q is empty or not UTF-8", o.Job)
	case o.Interval < 0:
		return o, fmt.Errorf("prometheusmetrics: push: interval %v is negative", o.Interval)
	case o.Timeout < 0:
		return o, fmt.Errorf("prometheusmetrics: push: timeout %v is negative", o.Timeout)
	}
	if o.Interval == 0 {
		o.Interval = defaultPushInterval
	}
	if o.Timeout == 0 {
		o.Timeout = defaultPushTimeout
	}
	for i, gatherer := range o.Gatherers {
		if isNil(gatherer) {
			return o, fmt.Errorf("prometheusmetrics: push: gatherer %d is nil", i)
		}
	}
	o.Gatherers = slices.Clone(o.Gatherers)
	o.Grouping = maps.Clone(o.Grouping)
	if err := o.checkGrouping(c); err != nil {
		return o, err
	}
	return o, nil
}

func (o *PushOptions) checkGrouping(c Config) error {
	if c.ConstLabels["job"] != "" {
		return errors.New("prometheusmetrics: push: job is one of the constant labels, " +
			"so that every series would be left out")
	}
	for _, name := range slices.Sorted(maps.Keys(o.Grouping)) {
		switch {
		case !naming.IsLabelName(name):
			return fmt.Errorf("prometheusmetrics: push: grouping label %q is not a valid label name", name)
		case strings.HasPrefix(name, "__") || name == "job" || name == "le" || name == "quantile":
			return fmt.Errorf("prometheusmetrics: push: grouping label %q is reserved", name)
		case !utf8.ValidString(o.Grouping[name]):
			return fmt.Errorf("prometheusmetrics: push: grouping label %s has the value %q, which is not UTF-8",
				name, o.Grouping[name])
		case c.ConstLabels[name] != "":
			return fmt.Errorf("prometheusmetrics: push: grouping label %s is one of the constant labels too, "+
				"so that every series would be left out", name)
		}
	}
	return nil
}
