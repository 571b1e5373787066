package remotewrite

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/exp/api/remote"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
)

// gauges gathers gauges without labels. A test may change them between deliveries.
type gauges struct {
	mu     sync.Mutex
	values map[string]float64
	err    error
}

func (g *gauges) Gather() ([]*dto.MetricFamily, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var families []*dto.MetricFamily
	for name, value := range g.values {
		families = append(families, &dto.MetricFamily{
			Name: proto.String(name), Type: dto.MetricType_GAUGE.Enum(),
			Metric: []*dto.Metric{{Gauge: &dto.Gauge{Value: proto.Float64(value)}}},
		})
	}
	return families, g.err
}

func (g *gauges) set(values map[string]float64, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.values, g.err = values, err
}

// brief shortens the lines of a receiver to name, value and seconds since the start.
func brief(start time.Time, lines []string) []string {
	var out []string
	for _, line := range lines {
		var name, value string
		var at int64
		if _, after, found := strings.Cut(line, `__name__="`); found {
			name, _, _ = strings.Cut(after, `"`)
		} else {
			continue
		}
		for _, field := range strings.Fields(line) {
			if after, found := strings.CutPrefix(field, "value:"); found {
				value = after
			} else if after, found := strings.CutPrefix(field, "timestamp:"); found {
				fmt.Sscan(after, &at)
			}
		}
		out = append(out, fmt.Sprintf("%s=%s@%v", name, value, time.UnixMilli(at).Sub(start)))
	}
	slices.Sort(out)
	return out
}

func want(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

const address = "http://receiver.test/api/v1/write"

// answers has a receiver answer with a status until that is 0.
func answers(r *receiver, header http.Header) *atomic.Int32 {
	var status atomic.Int32
	r.before = func(w http.ResponseWriter, _ *http.Request) bool {
		code := int(status.Load())
		if code == 0 {
			return false
		}
		for name, values := range header {
			w.Header()[name] = values
		}
		http.Error(w, "not now", code)
		return true
	}
	return &status
}

// While the receiver is away a round is made at each interval all the same, and all of
// them arrive once, in their order, when it is back.
func TestRoundsOfAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		g := &gauges{values: map[string]float64{"a": 1}}
		r := newReceiver(remote.WriteV2MessageType)
		status := answers(r, nil)
		status.Store(503)
		d, told := newTestDriver(t, r, Config{Gatherer: g, Interval: 10 * time.Second})
		go d.Run()
		for i := range 8 {
			g.set(map[string]float64{"a": float64(i + 1)}, nil)
			synctest.Wait()
			time.Sleep(10 * time.Second)
		}
		synctest.Wait()
		if waiting := d.Status().Waiting; waiting != 9 {
			t.Errorf("%d samples wait, want 9", waiting)
		}
		want(t, "reported", told(), "remotewrite: to "+address+": status 503: not now")
		tries := r.tries()
		if tries < 9 || tries > 9+quickRetries {
			t.Errorf("%d tries in 8 intervals", tries)
		}
		status.Store(0)
		time.Sleep(9999 * time.Millisecond)
		synctest.Wait()
		want(t, "before the next round", r.got())
		time.Sleep(time.Millisecond)
		synctest.Wait()
		var times []string
		for _, sample := range brief(start, r.got()) {
			times = append(times, sample[strings.Index(sample, "@")+1:])
		}
		slices.Sort(times)
		want(t, "times of what arrived", times, "0s", "10s", "1m0s", "1m10s", "1m20s", "1m30s", "20s", "30s", "40s", "50s")
		if s := d.Status(); s.Sent != 10 || s.Waiting+int(s.Dropped+s.Rejected) != 0 || s.Version != Version2 {
			t.Errorf("status %+v", s)
		}
		status.Store(500)
		time.Sleep(time.Minute)
		synctest.Wait()
		want(t, "reported for the next outage", told(), "remotewrite: to "+address+": status 500: not now")
	})
}

// An interval that is shorter than the time between two tries is kept, too.
func TestRoundsOfAnOutageAtAShortInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		r := newReceiver(remote.WriteV2MessageType)
		status := answers(r, nil)
		status.Store(503)
		g := &gauges{values: map[string]float64{"a": 1}}
		d, _ := newTestDriver(t, r, Config{Gatherer: g, Interval: time.Second})
		go d.Run()
		time.Sleep(20 * time.Second)
		status.Store(0)
		time.Sleep(time.Second)
		synctest.Wait()
		var times []time.Duration
		for _, sample := range brief(start, r.got()) {
			at, err := time.ParseDuration(sample[strings.Index(sample, "@")+1:])
			if err != nil {
				t.Fatal(err)
			}
			times = append(times, at)
		}
		slices.Sort(times)
		for i := 1; i < len(times); i++ {
			if times[i]-times[i-1] >= 2*time.Second {
				t.Errorf("no sample between %v and %v", times[i-1], times[i])
			}
		}
		if len(times) < 18 {
			t.Errorf("only %d samples arrived, of %v", len(times), times)
		}
	})
}

// The first tries after a failure come quickly, without a round of their own.
func TestQuickRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		g := &gauges{values: map[string]float64{"a": 1}}
		r := newReceiver(remote.WriteV2MessageType)
		status := answers(r, nil)
		status.Store(500)
		d, _ := newTestDriver(t, r, Config{Gatherer: g, Interval: time.Minute})
		go d.Run()
		synctest.Wait()
		status.Store(0)
		time.Sleep(time.Second)
		synctest.Wait()
		want(t, "after a second", brief(start, r.got()), "a=1@0s")
	})
}

// The receiver is left alone for as long as it says, but Close does not wait for that.
func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		g := &gauges{values: map[string]float64{"a": 1}}
		r := newReceiver(remote.WriteV2MessageType)
		status := answers(r, http.Header{"Retry-After": {"25"}})
		status.Store(429)
		d, told := newTestDriver(t, r, Config{Gatherer: g, Interval: 10 * time.Second})
		go d.Run()
		synctest.Wait()
		status.Store(0)
		time.Sleep(24 * time.Second)
		synctest.Wait()
		if err := d.Once(); err == nil || !strings.Contains(err.Error(), "status 429") {
			t.Errorf("Once during the pause: %v", err)
		}
		time.Sleep(5999 * time.Millisecond)
		synctest.Wait()
		want(t, "before the time", brief(start, r.got()))
		time.Sleep(time.Millisecond)
		synctest.Wait()
		want(t, "after it", brief(start, r.got()), "a=1@0s", "a=1@10s", "a=1@20s", "a=1@24s", "a=1@30s")
		want(t, "reported", told(), "remotewrite: to "+address+": status 429: not now")

		status.Store(429)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		status.Store(0)
		if err := d.Close(); err == nil {
			t.Error("Close says nothing of the pause")
		}
		want(t, "after Close", brief(start, r.got()), "a=1@40.001s", "a=1@40s", "a=STALE@40.002s")
	})
}

// What a receiver refuses for good is dropped and reported, and what comes after is sent.
func TestRejected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		g := &gauges{values: map[string]float64{"a": 1}}
		r := newReceiver(remote.WriteV2MessageType)
		status := answers(r, nil)
		d, told := newTestDriver(t, r, Config{Gatherer: g, Interval: 10 * time.Second})
		go d.Run()
		synctest.Wait()
		status.Store(422)
		time.Sleep(20 * time.Second)
		synctest.Wait()
		status.Store(0)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		want(t, "what arrived", brief(start, r.got()), "a=1@0s", "a=1@30s")
		want(t, "reported", told(), "remotewrite: to "+address+": status 422: not now")
		if s := d.Status(); s.Sent != 2 || s.Rejected != 2 {
			t.Errorf("status %+v", s)
		}
	})
}

// When too many wait the oldest go, which is counted, and reported once.
func TestQueueFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		g := &gauges{values: map[string]float64{"a": 1, "b": 2}}
		r := newReceiver(remote.WriteV2MessageType)
		status := answers(r, nil)
		status.Store(500)
		d, told := newTestDriver(t, r, Config{Gatherer: g, Interval: 10 * time.Second, QueueSamples: 5})
		go d.Run()
		time.Sleep(30 * time.Second)
		synctest.Wait()
		want(t, "reported", told(), "remotewrite: to "+address+": status 500: not now",
			"remotewrite: queue is full: more than 5 samples wait, and the oldest are dropped")
		status.Store(0)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		want(t, "what arrived", brief(start, r.got()), "a=1@30s", "a=1@40s", "b=2@30s", "b=2@40s")
		if s := d.Status(); s.Sent != 4 || s.Dropped != 6 {
			t.Errorf("status %+v", s)
		}
		want(t, "reported meanwhile", told())
	})
}

// A series that ends gets one marker, and may come back.
func TestStaleMarkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		g := &gauges{values: map[string]float64{"a": 1, "b": 2}}
		r := newReceiver(remote.WriteV2MessageType)
		d, _ := newTestDriver(t, r, Config{Gatherer: g})
		for _, values := range []map[string]float64{{"a": 1, "b": 2}, {"a": 1}, {"a": 1}, {"b": 3}} {
			g.set(values, nil)
			if err := d.Once(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		want(t, "what arrived", brief(start, r.got()), "a=1@0s", "a=1@1s", "a=1@2s", "a=STALE@3s",
			"b=2@0s", "b=3@3s", "b=STALE@1s")
	})
}

// A gatherer that fails has not ended the series, unless it says what there is.
func TestGathererFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		g := &gauges{values: map[string]float64{"a": 1, "b": 2}}
		r := newReceiver(remote.WriteV2MessageType)
		d, told := newTestDriver(t, r, Config{Gatherer: g})
		if err := d.Once(); err != nil {
			t.Fatal(err)
		}
		failed := errors.New("no")
		time.Sleep(time.Second)
		g.set(nil, failed)
		if err := d.Once(); !errors.Is(err, failed) {
			t.Errorf("got %v", err)
		}
		time.Sleep(time.Second)
		g.set(map[string]float64{"a": 2}, failed)
		if err := d.Once(); err != nil {
			t.Errorf("got %v", err)
		}
		want(t, "reported", told(), "remotewrite: no")
		want(t, "what arrived", brief(start, r.got()), "a=1@0s", "a=2@2s", "b=2@0s", "b=STALE@2s")
	})
}

// A clock that goes back a little is not followed, since samples must get newer.
func TestClockGoesBack(t *testing.T) {
	start := time.UnixMilli(1_000_000_000)
	now := start
	r := newReceiver(remote.WriteV2MessageType)
	d, _ := newTestDriver(t, r, Config{Gatherer: &gauges{values: map[string]float64{"a": 1}}})
	d.now = func() time.Time { return now }
	for _, step := range []time.Duration{0, 0, -5 * time.Second, 10 * time.Second, -time.Hour} {
		now = now.Add(step)
		if err := d.Once(); err != nil {
			t.Fatal(err)
		}
	}
	want(t, "what arrived", brief(start, r.got()), "a=1@-59m55s", "a=1@0s", "a=1@1ms", "a=1@2ms", "a=1@5s")
}

// Requests are no larger than configured, and a delivery that is too short for all of
// them goes on with the next.
func TestManyRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gauges{values: map[string]float64{}}
		for i := range 25 {
			g.values[fmt.Sprintf("n%02d", i)] = float64(i)
		}
		r := newReceiver(remote.WriteV2MessageType)
		r.before = func(http.ResponseWriter, *http.Request) bool { time.Sleep(time.Second); return false }
		d, told := newTestDriver(t, r, Config{Gatherer: g, SamplesPerRequest: 2, Timeout: 9500 * time.Millisecond})
		if err := d.Once(); err != nil {
			t.Error(err)
		}
		if n := len(r.got()); n != 18 && n != 20 { // the last may have arrived without an answer
			t.Errorf("%d samples arrived at once", n)
		}
		r.before = nil
		if err := d.Once(); err != nil {
			t.Error(err)
		}
		if s := d.Status(); s.Sent != 50 || s.Waiting != 0 {
			t.Errorf("status %+v", s)
		}
		want(t, "reported", told())
	})
}

// Close is bounded, whatever the receiver does.
func TestCloseWithAReceiverThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReceiver(remote.WriteV2MessageType)
		r.before = func(_ http.ResponseWriter, request *http.Request) bool { <-request.Context().Done(); return true }
		d, told := newTestDriver(t, r, Config{Gatherer: &gauges{values: map[string]float64{"a": 1}}, Timeout: 2 * time.Second})
		begun := time.Now()
		err := d.Close()
		if waited := time.Since(begun); !errors.Is(err, context.DeadlineExceeded) || waited > 4*time.Second {
			t.Errorf("got %v after %v", err, waited)
		}
		if len(told()) != 1 {
			t.Error("it was not reported once")
		}
		if err := d.Once(); !errors.Is(err, ErrClosed) {
			t.Errorf("afterwards: %v", err)
		}
	})
}

// Deliveries of many goroutines take turns, and the last one has everything.
func TestConcurrentDeliveries(t *testing.T) {
	registry := prometheus.NewRegistry()
	counter := prometheus.NewCounter(prometheus.CounterOpts{Name: "n_total", Help: "N."})
	registry.MustRegister(counter)
	r := newReceiver(remote.WriteV2MessageType)
	d, _ := newTestDriver(t, r, Config{Gatherer: registry})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			counter.Inc()
			if err := d.Once(); err != nil {
				t.Error(err)
			}
			d.Status()
		})
	}
	all.Wait()
	lines := r.got()
	if last := lines[len(lines)-1]; len(lines) != 20 || !strings.Contains(last, " value:20 ") {
		t.Errorf("%d deliveries, the last is %s", len(lines), last)
	}
}
