package prometheusmetrics

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
)

func TestPushOptionsErrors(t *testing.T) {
	var nilRegistry *prometheus.Registry
	for name, test := range map[string]struct {
		options PushOptions
		want    string // in the error; empty for none
	}{
		"as little as possible": {PushOptions{URL: "gateway:9091", Job: "j"}, ""},
		"path":                  {PushOptions{URL: "https://u:p@gateway/push/", Job: "j"}, ""},
		"no URL":                {PushOptions{Job: "j"}, "there is no URL"},
		"no job":                {PushOptions{URL: "gateway"}, `job "" is empty`},
		"job not UTF-8":         {PushOptions{URL: "gateway", Job: "\xff"}, "not UTF-8"},
		"other scheme": {PushOptions{URL: "ftp://gateway", Job: "j"},
			"ftp://gateway is not that of an HTTP server"},
		"no host":           {PushOptions{URL: "http:///metrics", Job: "j"}, "not that of an HTTP server"},
		"query":             {PushOptions{URL: "http://gateway?a=b", Job: "j"}, "more than a path"},
		"unreadable":        {PushOptions{URL: "http://u:secret@gate way", Job: "j"}, "URL is invalid (it is not shown"},
		"negative interval": {PushOptions{URL: "gateway", Job: "j", Interval: -1}, "interval -1ns is negative"},
		"negative timeout":  {PushOptions{URL: "gateway", Job: "j", Timeout: -1}, "timeout -1ns is negative"},
		"nil gatherer": {PushOptions{URL: "gateway", Job: "j",
			Gatherers: []prometheus.Gatherer{nilRegistry}}, "gatherer 0 is nil"},
		"grouping": {PushOptions{URL: "gateway", Job: "j", Grouping: map[string]string{"zone": "",
			"le_": "/"}}, ""},
		"grouping without name": {PushOptions{URL: "gateway", Job: "j", Grouping: map[string]string{"": "x"}},
			`grouping label "" is not a valid`},
		"grouping with a dash": {PushOptions{URL: "gateway", Job: "j", Grouping: map[string]string{"a-b": "x"}},
			`grouping label "a-b" is not a valid`},
		"grouping by job": {PushOptions{URL: "gateway", Job: "j", Grouping: map[string]string{"job": "x"}},
			`grouping label "job" is reserved`},
		"grouping by reserved": {PushOptions{URL: "gateway", Job: "j", Grouping: map[string]string{"__x": "x"}},
			`grouping label "__x" is reserved`},
		"grouping by a bucket": {PushOptions{URL: "gateway", Job: "j", Grouping: map[string]string{"le": "1"}},
			`grouping label "le" is reserved`},
		"grouping not UTF-8": {PushOptions{URL: "gateway", Job: "j", Grouping: map[string]string{"a": "\xff"}},
			"not UTF-8"},
		"grouping is a constant": {PushOptions{URL: "gateway", Job: "j", Grouping: map[string]string{"cluster": "x"}},
			"grouping label cluster is one of the constant labels"},
	} {
		d, _, _, _ := newTestDriver(t, Config{ConstLabels: prometheus.Labels{"cluster": "c", "zone": ""}})
		gateway := &gatewayDouble{}
		test.options.Client = gateway
		err := d.Push(t.Context(), test.options)
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want) ||
			strings.Contains(err.Error(), "secret")):
			t.Errorf("%s: error is %v, want %q in it", name, err, test.want)
		}
		if sent := len(gateway.requests()); (sent == 0) != (test.want != "") {
			t.Errorf("%s: %d requests were sent", name, sent)
		}
		if test.want != "" {
			if other := d.RunPush(t.Context(), test.options); other == nil || other.Error() != err.Error() {
				t.Errorf("%s: RunPush returned %v, and Push %v", name, other, err)
			}
		}
	}
	d, _, _, _ := newTestDriver(t, Config{ConstLabels: prometheus.Labels{"job": "x"}})
	if err := d.Push(t.Context(), PushOptions{URL: "gateway", Job: "j"}); err == nil ||
		!strings.Contains(err.Error(), "job is one of the constant labels") {
		t.Errorf("constant label job: %v", err)
	}
}

func TestPushOptionsDefaults(t *testing.T) {
	got, err := PushOptions{URL: "gateway", Job: "j"}.complete(Config{})
	if err != nil || got.Interval != 15*time.Second || got.Timeout != 10*time.Second {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestPushFlushesAndReplacesTheGroup(t *testing.T) {
	d, source, _, log := newTestDriver(t, Config{Namespace: "n", ConstLabels: prometheus.Labels{"cluster": "c"}})
	counter := metrics.GetOrRegisterCounter("c", source, metrics.Labels{"code": "200"})
	gateway := &gatewayDouble{}
	for i := range 3 {
		counter.Inc(1)
		got := mustPush(t, d, gateway, PushOptions{Grouping: map[string]string{"zone": "a/b", "instance": "host:9"}})
		if want := "/metrics/job/j/instance/host:9/zone@base64/YS9i"; got.method != http.MethodPut || got.path != want {
			t.Errorf("request was %s %s, want PUT %s", got.method, got.path, want)
		}
		want := map[string]string{`n_c_count{cluster="c",code="200"}`: string(rune('1' + i))}
		if !maps.Equal(got.figures, want) {
			t.Errorf("pushed %v, want %v", got.figures, want)
		}
	}
	if len(log.reasons()) > 0 {
		t.Errorf("reported %q", log.reasons())
	}
}

func TestPushOfNothingEmptiesTheGroup(t *testing.T) {
	d, _, _, _ := newTestDriver(t, Config{})
	gateway := &gatewayDouble{}
	if got := mustPush(t, d, gateway, PushOptions{}); got.method != http.MethodPut || len(got.figures) > 0 {
		t.Errorf("received %+v", got)
	}
}

// A source that panics costs its news: what was read before is pushed, but a
// driver that never read anything does not wipe the group.
func TestPushOfASourceThatPanics(t *testing.T) {
	broken := true
	source := sourceFunc(func(visit func(string, any)) {
		if broken {
			panic("source is broken")
		}
		c := metrics.NewCounter()
		c.Inc(7)
		visit("c", c)
	})
	d, _, _, _ := newTestDriver(t, Config{Registry: source})
	gateway := &gatewayDouble{}
	push := func() error { return d.Push(t.Context(), to(gateway, PushOptions{})) }
	if err := push(); err == nil || !strings.Contains(err.Error(), "source is broken") || len(gateway.requests()) > 0 {
		t.Errorf("error %v after %d requests", err, len(gateway.requests()))
	}
	broken = false
	if err := push(); err != nil {
		t.Error(err)
	}
	broken = true
	err := push()
	if got := gateway.requests(); err == nil || len(got) != 2 || got[1].figures["c_count"] != "7" {
		t.Errorf("error %v after %+v", err, got)
	}
	gateway.answer = func(int, *http.Request) (*http.Response, error) { return respond(500, "gateway is broken") }
	err = push()
	if err == nil || !strings.Contains(err.Error(), "source is broken") || !strings.Contains(err.Error(),
		"gateway is broken") {
		t.Errorf("error %v, want both", err)
	}
}

type sourceFunc func(func(string, any))

func (f sourceFunc) Each(visit func(string, any)) { f(visit) }

func TestPushAfterClose(t *testing.T) {
	d, _, _, _ := newTestDriver(t, Config{})
	d.Close()
	gateway := &gatewayDouble{}
	if err := d.Push(t.Context(), to(gateway, PushOptions{})); !errors.Is(err, ErrClosed) {
		t.Errorf("Push returned %v", err)
	}
	if err := d.RunPush(t.Context(), to(gateway, PushOptions{DeleteOnEnd: true})); !errors.Is(err, ErrClosed) {
		t.Errorf("RunPush returned %v", err)
	}
	if n := len(gateway.requests()); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestPushWithAnEndedContext(t *testing.T) {
	d, _, _, _ := newTestDriver(t, Config{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	gateway := &gatewayDouble{}
	if err := d.Push(ctx, to(gateway, PushOptions{})); !errors.Is(err, context.Canceled) || len(gateway.requests()) > 0 {
		t.Errorf("error %v after %d requests", err, len(gateway.requests()))
	}
}

// While the gateway does not answer, recording, flushes and scrapes go on, and a
// push to another gateway.
func TestPushHoldsNothingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, source, registry, _ := newTestDriver(t, Config{})
		counter := metrics.GetOrRegisterCounter("c", source)
		silent := &gatewayDouble{answer: hang}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- d.Push(ctx, to(silent, PushOptions{})) }()
		synctest.Wait() // for the client to hang
		if d.trees.Lent() > 0 {
			t.Error("scrapes can't have the tree that the push has encoded")
		}

		counter.Inc(1)
		once(t, d)
		if got := figures(expose(t, registry)); got["c_count"] != "1" {
			t.Errorf("the scrape shows %v", got)
		}
		if got := mustPush(t, d, &gatewayDouble{}, PushOptions{URL: "other"}); got.figures["c_count"] != "1" {
			t.Errorf("pushed %v", got.figures)
		}
		start := time.Now()
		if err := d.Push(t.Context(), to(silent, PushOptions{Timeout: time.Second})); !errors.Is(err, errTurnTaken) {
			t.Errorf("the push that had to wait returned %v", err)
		}
		if waited := time.Since(start); waited != time.Second {
			t.Errorf("it waited %v for its turn", waited)
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the push that hung returned %v", err)
		}
	})
}

// Pushes to one group take turns, so that the gateway ends up with the latest
// figures.
func TestPushConcurrentSafe(t *testing.T) {
	d, source, _, _ := newTestDriver(t, Config{SelfMetrics: true})
	counter := metrics.GetOrRegisterCounter("c", source)
	var under sync.Mutex
	gateway := &gatewayDouble{answer: func(int, *http.Request) (*http.Response, error) {
		if !under.TryLock() {
			t.Error("two pushes at a time")
		} else {
			defer under.Unlock()
		}
		return accept()
	}}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				counter.Inc(1)
				if err := d.Push(t.Context(), to(gateway, PushOptions{})); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if got := gateway.last(t).figures["c_count"]; got != "160" {
		t.Errorf("the gateway has %s, want 160", got)
	}
	if got := len(gateway.requests()); got != 160 {
		t.Errorf("%d requests, want 160", got)
	}
}

// A push shows one flush, whole, whatever flushes and scrapes come meanwhile.
func TestPushShowsOneFlush(t *testing.T) {
	d, source, _, _ := newTestDriver(t, Config{})
	counters := make([]metrics.Counter, 500)
	for i := range counters {
		counters[i] = metrics.GetOrRegisterCounter("c"+strconv.Itoa(i), source)
	}
	gateway := &gatewayDouble{}
	stop := make(chan struct{})
	var scraping sync.WaitGroup
	scraping.Go(func() {
		for {
			mine := d.turns.take() // so that no push flushes half of it
			for _, counter := range counters {
				counter.Inc(1)
			}
			d.turns.end(mine)
			once(t, d)
			_, done, _ := d.Transactional().Gather()
			done()
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	for range 20 {
		got := mustPush(t, d, gateway, PushOptions{})
		if len(got.figures) != len(counters) {
			t.Fatalf("%d series, want %d", len(got.figures), len(counters))
		}
		for series, value := range got.figures {
			if want := got.figures["c0_count"]; value != want {
				t.Fatalf("%s is %s where c0_count is %s", series, value, want)
			}
		}
	}
	close(stop)
	scraping.Wait()
}

// A callback may push, be it told of what a flush or what a push left out.
func TestPushFromOnError(t *testing.T) {
	for name, metric := range map[string]string{"flush": "", "push": "c"} {
		gateway := &gatewayDouble{}
		var d *Driver
		calls := 0
		d, source, _, _ := newTestDriver(t, Config{OnError: func(error) {
			calls++
			mustPush(t, d, gateway, PushOptions{})
		}})
		metrics.GetOrRegisterCounter(metric, source, metrics.Labels{"job": "x"})
		mustPush(t, d, gateway, PushOptions{})
		if calls != 1 || len(gateway.requests()) != 2 {
			t.Errorf("%s: %d calls, %d requests", name, calls, len(gateway.requests()))
		}
	}
}

// The time of the last success stays at the gateway until there is another.
func TestPushLastSuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, source, _, log := newTestDriver(t, Config{Namespace: "n", ConstLabels: prometheus.Labels{"z": "1", "a": "2"}})
		metrics.GetOrRegisterCounter("c", source)
		gateway := &gatewayDouble{}
		options := PushOptions{LastSuccess: "last.success_seconds"}
		const name = `n_last_success_seconds{a="2",z="1"}`
		if got := mustPush(t, d, gateway, options); got.method != http.MethodPost || got.figures[name] != "" {
			t.Errorf("before the first success: %+v", got)
		}
		for range 2 {
			time.Sleep(90 * time.Minute)
			d.JobSucceeded()
			now := time.Now()
			time.Sleep(time.Hour)
			got := mustPush(t, d, gateway, options)
			if want := formatSeconds(now); got.method != http.MethodPut || got.figures[name] != want {
				t.Errorf("after a success at %s: %+v", want, got)
			}
		}
		if got := mustPush(t, d, gateway, PushOptions{}); got.method != http.MethodPut || len(got.figures) != 1 {
			t.Errorf("without LastSuccess: %+v", got)
		}
		metrics.GetOrRegisterGauge("last", source, metrics.Labels{"a": "3"})
		metrics.GetOrRegisterHistogram("h", source, nil)
		options.LastSuccess = "h_count"
		if got := mustPush(t, d, gateway, options); got.figures[`n_h_count{a="2",z="1"}`] != "0" {
			t.Errorf("where the driver has the series: %+v", got)
		}
		if got := log.reasons(); len(got) != 2 || !strings.Contains(got[1],
			"last success: 1 series of family n_h_count are left out") {
			t.Errorf("reported %q", got)
		}
	})
}
