package influxdb

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/drivers/internal/delivery"
	"github.com/go-metrics-plus/metrics/drivers/internal/delivery/deliverytest"
)

// What each type becomes, in both versions.
func TestGolden(t *testing.T) {
	for version := 1; version <= 2; version++ {
		s := newServer(t)
		d, log := newDriver(t, s, Config{Gatherer: readFamilies(t, "../testdata/metrics.prom"), MetricVersion: version})
		once(t, d)
		checkGolden(t, fmt.Sprintf("testdata/version%d.txt", version), s.bodies[0])
		once(t, d)
		checkGolden(t, fmt.Sprintf("testdata/version%d.txt", version), s.bodies[1])
		if len(log.All()) > 0 {
			t.Errorf("reported %q", log.All())
		}
	}
}

func TestRequests(t *testing.T) {
	basic := func(user, password string) string {
		r := &http.Request{Header: http.Header{}}
		r.SetBasicAuth(user, password)
		return r.Header.Get("Authorization")
	}
	for name, test := range map[string]struct {
		config        Config
		at            func(base string) string
		path, query   string
		authorization string
	}{
		"version 1": {
			config: Config{Database: "d b", RetentionPolicy: "week", User: "u", Password: "p"},
			path:   "/write", query: "db=d+b&precision=ms&rp=week", authorization: basic("u", "p"),
		},
		"version 2": {
			config: Config{Bucket: "b", Org: "o", Token: "secret"},
			path:   "/api/v2/write", query: "bucket=b&org=o&precision=ms", authorization: "Token secret",
		},
		"below a path": {
			config: Config{Bucket: "b"}, at: func(base string) string { return base + "/influx/" },
			path: "/influx/api/v2/write", query: "bucket=b&precision=ms",
		},
		"whole": {
			config: Config{}, at: func(base string) string { return base + "/insert/0/influx/write?extra_label=a%3Db" },
			path: "/insert/0/influx/write", query: "extra_label=a%3Db&precision=ms",
		},
		"user in the address": {
			config: Config{Database: "d"},
			at:     func(base string) string { return strings.Replace(base, "://", "://u:p%40@", 1) },
			path:   "/write", query: "db=d&precision=ms", authorization: basic("u", "p@"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, plain := range []bool{false, true} {
				s := newServer(t)
				config := test.config
				config.URL, config.DisableCompression = s.URL, plain
				if test.at != nil {
					config.URL = test.at(s.URL)
				}
				config.Gatherer = &gatherer{families: gauges("g")}
				d, err := New(config)
				if err != nil {
					t.Fatal(err)
				}
				defer d.Close()
				once(t, d)
				query, _ := url.ParseQuery(test.query)
				if s.paths[0] != "POST "+test.path || fmt.Sprint(s.queries[0]) != fmt.Sprint(query) {
					t.Errorf("%s with %v", s.paths[0], s.queries[0])
				}
				if got := s.headers[0].Get("Authorization"); got != test.authorization {
					t.Errorf("authorization %q, want %q", got, test.authorization)
				}
				if got := s.headers[0].Get("Content-Encoding"); (got == "gzip") == plain {
					t.Errorf("encoding %q", got)
				}
				if got := s.headers[0]; got.Get("Content-Type") != "text/plain; charset=utf-8" || got.Get("User-Agent") != "go-metrics-plus" {
					t.Errorf("headers %v", got)
				}
				if !strings.HasPrefix(s.bodies[0], "g gauge=0 ") {
					t.Errorf("body %q", s.bodies[0])
				}
			}
		})
	}
}

func TestNewRefusesWhatMakesNoSense(t *testing.T) {
	const secret = "s3cret"
	for _, test := range []struct {
		field  string
		config Config
	}{
		{"URL", Config{Database: "d"}},
		{"URL", Config{Database: "d", URL: "ftp://u:" + secret + "@a"}},
		{"URL", Config{Database: "d", URL: "http://u:" + secret + "%zz@a"}},
		{"URL", Config{Database: "d", URL: "http://a?p=" + secret + ";"}},
		{"URL", Config{URL: "http://u:" + secret + "@a:8086"}},
		{"Bucket", Config{URL: "a", Database: "d", Bucket: "b"}},
		{"Token", Config{URL: "a", Database: "d", User: "u", Token: secret}},
		{"Token", Config{URL: "a", Bucket: "d", Token: secret + "\r\nX: y"}},
		{"MetricVersion", Config{URL: "a", Database: "d", MetricVersion: 3}},
		{"BatchSize", Config{URL: "a", Database: "d", BatchSize: -1}},
		{"Interval", Config{URL: "a", Database: "d", Interval: -1}},
		{"Timeout", Config{URL: "a", Database: "d", Timeout: -1}},
	} {
		_, err := New(test.config)
		var wrong *ConfigError
		if !errors.As(err, &wrong) || wrong.Field != test.field || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: got %v", test.field, err)
		}
	}
}

func TestBatches(t *testing.T) {
	var names []string
	for i := range 25 {
		names = append(names, fmt.Sprintf("g_%d", i))
	}
	s := newServer(t)
	d, _ := newDriver(t, s, Config{Gatherer: &gatherer{families: gauges(names...)}, BatchSize: 10})
	once(t, d)
	var lines []int
	for _, body := range s.bodies {
		lines = append(lines, strings.Count(body, "\n"))
	}
	if !slices.Equal(lines, []int{10, 10, 5}) {
		t.Errorf("batches of %v lines", lines)
	}
}

// What a server refuses of one batch does not keep the others back; any other failure does.
func TestAnswers(t *testing.T) {
	const secret = "s3cret"
	partial := `{"error":"partial write: field type conflict ` + secret + `"}`
	for name, test := range map[string]struct {
		answer    func(http.ResponseWriter, int)
		requests  int
		want      string
		permanent bool
		wait      time.Duration
	}{
		"partial write": {
			status(400, partial), 3,
			`influxdb: 3 of 3 batches were refused, first: write to HOST: status 400: ` +
				`{"error":"partial write: field type conflict xxxxx"}`, true, 0,
		},
		"one too large": {
			func(w http.ResponseWriter, n int) {
				w.WriteHeader(map[int]int{1: 413}[n] + map[bool]int{true: 204}[n > 1])
			},
			3, `influxdb: 1 of 3 batches were refused, first: write to HOST: status 413`, true, 0,
		},
		"unauthorized": {status(401, ""), 1, "influxdb: write to HOST: status 401", true, 0},
		"not found":    {status(404, "no\xff\n"), 1, "influxdb: write to HOST: status 404: no?", true, 0},
		"too many": {
			status(429, "slow down", "Retry-After", "20"), 1, "influxdb: write to HOST: status 429: slow down", false, 20 * time.Second,
		},
		"unavailable": {status(503, ""), 1, "influxdb: write to HOST: status 503", false, 0},
		"redirect": {
			status(307, "", "Location", "http://elsewhere/"), 1,
			"influxdb: write to HOST: status 307: the server redirects, which is not followed", true, 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.answer = test.answer
			d, _ := newDriver(t, s, Config{
				Gatherer: &gatherer{families: gauges("a", "b", "c")}, BatchSize: 1, User: "u", Password: secret,
			})
			err := d.Once()
			want := strings.Replace(test.want, "HOST", strings.TrimPrefix(s.URL, "http://"), 1)
			if err == nil || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
			var failure *delivery.Failure
			if !errors.As(err, &failure) || failure.Permanent != test.permanent || failure.RetryAfter != test.wait {
				t.Errorf("the failure is %+v", failure)
			}
			var answered *StatusError
			if !errors.As(err, &answered) || len(s.bodies) != test.requests {
				t.Errorf("%d requests, %v", len(s.bodies), answered)
			}
		})
	}
}

// A server that is away costs nothing but the values between.
func TestServerThatIsAway(t *testing.T) {
	s := newServer(t)
	g := &gatherer{families: gauges("g")}
	d, _ := newDriver(t, s, Config{Gatherer: g, User: "u", Password: "s3cret"})
	s.Close()
	err := d.Once()
	if err == nil || !strings.Contains(err.Error(), "connection refused") || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got %v", err)
	}
}

func TestServerThatHangs(t *testing.T) {
	release := make(chan struct{})
	s := httptestServer(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	d, _ := newDriver(t, nil, Config{URL: s, Gatherer: &gatherer{families: gauges("g")}, Timeout: 20 * time.Millisecond})
	if err := d.Once(); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// The last bucket is written although client_golang leaves it out.
func TestLastBucket(t *testing.T) {
	registry := prometheus.NewRegistry()
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "h", Buckets: []float64{1}})
	registry.MustRegister(h)
	for version, want := range map[int][]string{0: {",+Inf=", "1="}, 1: {",+Inf=", "1="}, 2: {"le=+Inf ", "le=1 "}} {
		s := newServer(t)
		d, _ := newDriver(t, s, Config{Gatherer: registry, MetricVersion: version})
		for i := range 2 {
			h.Observe(7)
			once(t, d)
			for _, part := range want {
				if !strings.Contains(s.bodies[i], part) {
					t.Errorf("version %d: %s is not in\n%s", version, part, s.bodies[i])
				}
			}
		}
	}
}

func TestGatherers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		t.Cleanup(func() { time.Sleep(3 * time.Hour) }) // last, for what hangs
		for want, gather := range map[string]func() ([]*dto.MetricFamily, error){
			"it failed":                            func() ([]*dto.MetricFamily, error) { return nil, errors.New("it failed") },
			"gatherer: it panicked: boom":          func() ([]*dto.MetricFamily, error) { panic("boom") },
			"gatherer: its goroutine was ended":    func() ([]*dto.MetricFamily, error) { runtime.Goexit(); return nil, nil },
			"gatherer has not come back after 10s": func() ([]*dto.MetricFamily, error) { time.Sleep(time.Hour); return nil, nil },
		} {
			d, _ := newDriver(t, nil, Config{URL: "http://nowhere", Gatherer: prometheus.GathererFunc(gather)})
			if err := d.Once(); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %s", err, want)
			}
		}
	})
}

// What a gatherer brings along with an error is written, and the error reported once.
func TestGathererThatFailsInPart(t *testing.T) {
	s := newServer(t)
	d, log := newDriver(t, s, Config{Gatherer: &gatherer{families: gauges("g"), err: errors.New("part of it failed")}})
	once(t, d)
	once(t, d)
	if len(s.bodies) != 2 || fmt.Sprint(log.All()) != "[influxdb: part of it failed]" {
		t.Errorf("wrote %q, reported %v", s.bodies, log.All())
	}
}

func TestEmptyFamilies(t *testing.T) {
	name := "x"
	g := &gatherer{families: []*dto.MetricFamily{nil, {}, {Name: &name}, {Metric: []*dto.Metric{nil, {}}}}}
	for i := range dto.MetricType_name {
		g.families = append(g.families, &dto.MetricFamily{
			Name: &name, Type: dto.MetricType(i).Enum(), Metric: []*dto.Metric{{Label: []*dto.LabelPair{nil, {}}}},
		})
	}
	for version := range 3 {
		d, _ := newDriver(t, newServer(t), Config{Gatherer: g, MetricVersion: version})
		once(t, d)
	}
}

func TestTimestampsOfMetrics(t *testing.T) {
	s := newServer(t)
	families := gauges("g")
	at := int64(12345)
	families[0].Metric[0].TimestampMs = &at
	d, _ := newDriver(t, s, Config{Gatherer: &gatherer{families: families}})
	once(t, d)
	if s.bodies[0] != "g gauge=0 12345\n" {
		t.Errorf("body %q", s.bodies[0])
	}
}

func TestClose(t *testing.T) {
	s := newServer(t)
	d, _ := newDriver(t, s, Config{Gatherer: &gatherer{families: gauges("g")}})
	if err := d.Close(); err != nil || len(s.bodies) != 1 {
		t.Errorf("close wrote %q: %v", s.bodies, err)
	}
	if err := d.Once(); !errors.Is(err, ErrClosed) {
		t.Errorf("once: %v", err)
	}
}

// What Run meets is reported, what its variants meet is returned.
func TestRunAndCloseReturnErrors(t *testing.T) {
	d, log := newDriver(t, newServer(t), Config{Gatherer: &gatherer{err: deliverytest.ErrBroken}})
	deliverytest.RunAndClose(t, d, log)
}

// Lines are made in space that is there already.
func TestAllocations(t *testing.T) {
	families, _ := readFamilies(t, "../testdata/metrics.prom").Gather()
	lines := 0
	w := lineWriter{version: 1, add: func([]byte) { lines++ }}
	allocations := testing.AllocsPerRun(10, func() {
		for _, family := range families {
			w.family(family)
		}
	})
	if allocations > 10 { // the texts of bounds
		t.Errorf("%v allocations", allocations)
	}
}
