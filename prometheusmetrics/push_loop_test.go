package prometheusmetrics

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-metrics-plus/metrics"
)

// pushRun is a RunPush that a test started, in a bubble of synctest.
type pushRun struct {
	*Driver
	counter metrics.Counter // c
	log     *errorLog
	gateway *gatewayDouble
	started time.Time
	cancel  context.CancelFunc
	ended   chan error
}

// startPushRun starts one that pushes every 10 seconds, if options say nothing
// else.
func startPushRun(t *testing.T, gateway *gatewayDouble, options PushOptions) *pushRun {
	t.Helper()
	d, source, _, log := newTestDriver(t, Config{SelfMetrics: true})
	if options.Interval == 0 {
		options.Interval = 10 * time.Second
	}
	ctx, cancel := context.WithCancel(t.Context())
	r := &pushRun{d, metrics.GetOrRegisterCounter("c", source), log, gateway, time.Now(), cancel, make(chan error, 1)}
	t.Cleanup(cancel)
	go func() { r.ended <- d.RunPush(ctx, to(gateway, options)) }()
	synctest.Wait()
	return r
}

// end ends it, and returns how long it took and its error.
func (r *pushRun) end() (time.Duration, error) {
	start := time.Now()
	r.cancel()
	err := <-r.ended
	return time.Since(start), err
}

// failures is what the driver tells of itself.
func (r *pushRun) failures() int64 { return r.self.pushFailures.Count() }

func seconds(all ...float64) (times []time.Duration) {
	for _, s := range all {
		times = append(times, time.Duration(s*float64(time.Second)))
	}
	return times
}

func TestRunPushPushesAtItsInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gateway := &gatewayDouble{}
		r := startPushRun(t, gateway, PushOptions{})
		for range 3 {
			r.counter.Inc(1)
			time.Sleep(10 * time.Second)
			synctest.Wait()
		}
		r.counter.Inc(1)
		time.Sleep(time.Second)
		took, err := r.end()
		if err != context.Canceled || took != 0 {
			t.Errorf("it ended after %v with %v", took, err)
		}
		if want, got := seconds(0, 10, 20, 30, 31), gateway.since(r.started); !slices.Equal(got, want) {
			t.Errorf("pushed at %v, want %v", got, want)
		}
		for i, request := range gateway.requests() {
			if got := request.figures["c_count"]; got != string(rune('0'+i)) || request.method != http.MethodPut {
				t.Errorf("push %d was a %s of %s", i, request.method, got)
			}
		}
		if len(r.log.reasons()) > 0 || r.failures() != 0 {
			t.Errorf("told %q, %d failures", r.log.reasons(), r.failures())
		}
	})
}

// A gateway in trouble is tried again after 1, 2, 4 seconds and so on, with
// the figures of that moment; then pushes are due at the interval again.
func TestRunPushBacksOff(t *testing.T) {
	for name, failure := range map[string]func() (*http.Response, error){
		"status 500":  func() (*http.Response, error) { return respond(500, "broken") },
		"status 429":  func() (*http.Response, error) { return respond(429, "slow down") },
		"no answer":   func() (*http.Response, error) { return nil, errors.New("connection refused") },
		"no response": func() (*http.Response, error) { return nil, nil },
		"a panic":     func() (*http.Response, error) { panic("broken") },
	} {
		synctest.Test(t, func(t *testing.T) {
			gateway := &gatewayDouble{answer: func(n int, _ *http.Request) (*http.Response, error) {
				if n < 8 || n == 12 {
					return failure()
				}
				return accept()
			}}
			r := startPushRun(t, gateway, PushOptions{})
			r.counter.Inc(1)
			time.Sleep(5 * time.Minute)
			times := gateway.since(r.started)
			for i, whole := range seconds(1, 2, 4, 8, 16, 30, 30, 30) {
				if waited := times[i+1] - times[i]; waited < whole/2 || waited > whole {
					t.Errorf("%s: try %d came after %v, want half to whole of %v", name, i+1, waited, whole)
				}
			}
			for _, at := range slices.Concat(times[9:13], times[14:]) {
				if at%(10*time.Second) != 0 {
					t.Errorf("%s: pushed at %v after it worked again", name, at)
				}
			}
			if waited := times[13] - times[12]; waited > time.Second {
				t.Errorf("%s: the first try after another failure came after %v", name, waited)
			}
			if got := gateway.requests()[1].figures["c_count"]; got != "1" {
				t.Errorf("%s: tried again with %s, want 1", name, got)
			}
			if told := r.log.reasons(); len(told) != 2 || r.failures() != 9 {
				t.Errorf("%s: told %q, %d failures", name, told, r.failures())
			}
			r.end()
		})
	}
}

// What the gateway refuses it would refuse again: the next try is the next push.
func TestRunPushDoesNotRepeatWhatIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gateway := &gatewayDouble{answer: func(n int, _ *http.Request) (*http.Response, error) {
			if n%5 == 4 {
				return accept()
			}
			return respond(400, "inconsistent")
		}}
		r := startPushRun(t, gateway, PushOptions{})
		time.Sleep(69 * time.Second)
		if want, got := seconds(0, 10, 20, 30, 40, 50, 60), gateway.since(r.started); !slices.Equal(got, want) {
			t.Errorf("pushed at %v, want %v", got, want)
		}
		const told = "prometheusmetrics: push to http://gateway/metrics/job/j: status 400: inconsistent"
		if got, want := r.log.reasons(), []string{told, told}; !slices.Equal(got, want) {
			t.Errorf("told %q, want %q: once, and again after it was gone", got, want)
		}
		r.end()
	})
}

// Each kind of failure is told once, however they alternate.
func TestRunPushTellsEachKindOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gateway := &gatewayDouble{answer: func(n int, r *http.Request) (*http.Response, error) {
			switch n % 4 {
			case 0:
				return respond(503, "unavailable")
			case 1:
				return respond(400, "inconsistent")
			case 2:
				return nil, errors.New("connection refused")
			}
			return hang(n, r)
		}}
		r := startPushRun(t, gateway, PushOptions{})
		time.Sleep(10 * time.Minute)
		told := strings.Join(r.log.reasons(), "\n")
		if len(r.log.reasons()) != 4 || len(gateway.requests()) < 20 {
			t.Errorf("after %d pushes, told\n%s", len(gateway.requests()), told)
		}
		for _, want := range []string{"status 503", "status 400", "connection refused", "no answer within 10s"} {
			if !strings.Contains(told, want) {
				t.Errorf("told\n%s\nwant %q in it", told, want)
			}
		}
		r.end()
	})
}

// A slow gateway has one push at a time, and what it missed is not made up for.
func TestRunPushToASlowGateway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var under atomic.Int64
		gateway := &gatewayDouble{answer: func(_ int, r *http.Request) (*http.Response, error) {
			if under.Add(1) > 1 {
				t.Error("two pushes at a time")
			}
			defer under.Add(-1)
			time.Sleep(25 * time.Second)
			return accept()
		}}
		r := startPushRun(t, gateway, PushOptions{Timeout: time.Minute})
		time.Sleep(80 * time.Second)
		if want, got := seconds(0, 30, 60), gateway.since(r.started); !slices.Equal(got, want) {
			t.Errorf("pushed at %v, want %v", got, want)
		}
		if told := r.log.reasons(); len(told) > 0 {
			t.Errorf("told %q", told)
		}
		r.end()
	})
}

// A gateway that never answers costs Timeout each time, and as much at the end.
func TestRunPushToASilentGateway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gateway := &gatewayDouble{answer: hang}
		r := startPushRun(t, gateway, PushOptions{Timeout: 3 * time.Second, DeleteOnEnd: true})
		time.Sleep(3 * time.Second)
		for range 1000 {
			r.counter.Inc(1)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		times := gateway.since(r.started)
		for i := range times[1:] {
			if between := times[i+1] - times[i]; between < 3500*time.Millisecond || between > 33*time.Second {
				t.Errorf("%v between two pushes", between)
			}
		}
		r.counter.Inc(1)
		took, err := r.end()
		if took != 6*time.Second {
			t.Errorf("it took %v to end, want 3 s for the push and 3 s for the deletion", took)
		}
		if !errors.Is(err, context.Canceled) || !errors.Is(err, context.DeadlineExceeded) ||
			!strings.Contains(err.Error(), "push to") || !strings.Contains(err.Error(), "delete to") {
			t.Errorf("ended with %v", err)
		}
		all := gateway.requests()
		if pushed := all[len(all)-2]; pushed.method != http.MethodPut || pushed.figures["c_count"] != "1001" {
			t.Errorf("the last push was %+v", pushed)
		}
	})
}

// A push that is under way at the end is given up for the last one.
func TestRunPushEndsDuringAPush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gateway := &gatewayDouble{answer: func(n int, r *http.Request) (*http.Response, error) {
			if n == 0 {
				return hang(n, r)
			}
			return accept()
		}}
		r := startPushRun(t, gateway, PushOptions{})
		r.counter.Inc(1)
		took, err := r.end()
		if took != 0 || err != context.Canceled || gateway.last(t).figures["c_count"] != "1" {
			t.Errorf("it ended after %v with %v, the last push was %v", took, err, gateway.last(t))
		}
		if told := r.log.reasons(); len(told) > 0 || r.failures() != 0 {
			t.Errorf("told %q, %d failures", told, r.failures())
		}
	})
}

func TestRunPushDeletesOnEnd(t *testing.T) {
	for name, test := range map[string]struct {
		status int // of the deletion
		want   string
	}{
		"accepted": {202, "context canceled"},
		"OK":       {200, "context canceled"},
		"refused":  {405, "context canceled\nprometheusmetrics: delete to http://gateway/metrics/job/j: status 405: no"},
	} {
		synctest.Test(t, func(t *testing.T) {
			gateway := &gatewayDouble{answer: func(_ int, r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodDelete {
					return respond(test.status, "no")
				}
				return accept()
			}}
			r := startPushRun(t, gateway, PushOptions{DeleteOnEnd: true})
			if _, err := r.end(); err == nil || err.Error() != test.want {
				t.Errorf("%s: ended with %v, want %s", name, err, test.want)
			}
			_, deletion, _ := strings.Cut(test.want, "\n")
			if got := strings.Join(r.log.reasons(), "\n"); got != deletion {
				t.Errorf("%s: reported %q, want %q", name, got, deletion)
			}
			all := gateway.requests()
			if len(all) != 3 || all[1].method != http.MethodPut || all[2].method != http.MethodDelete ||
				all[2].path != all[1].path {
				t.Errorf("%s: requests were %+v", name, all)
			}
		})
	}
}

// Close ends it, after the figures of Close's flush are pushed.
func TestRunPushEndsWithClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gateway := &gatewayDouble{}
		r := startPushRun(t, gateway, PushOptions{DeleteOnEnd: true})
		r.counter.Inc(5)
		start := time.Now()
		r.Close()
		r.counter.Inc(1)
		if err := <-r.ended; err != nil || time.Since(start) != 0 {
			t.Errorf("ended with %v after %v", err, time.Since(start))
		}
		all := gateway.requests()
		if len(all) != 3 || all[1].figures["c_count"] != "5" || all[2].method != http.MethodDelete {
			t.Errorf("requests were %+v", all)
		}
	})
}

// A context that has ended already leaves the last push, for a job that was
// quick.
func TestRunPushWithAnEndedContext(t *testing.T) {
	d, source, _, _ := newTestDriver(t, Config{})
	metrics.GetOrRegisterCounter("c", source).Inc(3)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	gateway := &gatewayDouble{}
	if err := d.RunPush(ctx, to(gateway, PushOptions{})); err != context.Canceled {
		t.Errorf("ended with %v", err)
	}
	if got := gateway.requests(); len(got) != 1 || got[0].figures["c_count"] != "3" {
		t.Errorf("requests were %+v", got)
	}
}

// Whatever the gateway does meanwhile, in the end it has all that was recorded.
func TestRunPushConcurrentSafe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gateway := &gatewayDouble{answer: func(n int, r *http.Request) (*http.Response, error) {
			switch n % 5 {
			case 1:
				return respond(500, "")
			case 2:
				return respond(400, "")
			case 3:
				return hang(n, r)
			}
			time.Sleep(time.Second / 3)
			return accept()
		}}
		r := startPushRun(t, gateway, PushOptions{Interval: time.Second, Timeout: 2 * time.Second})
		go r.Driver.Run()
		recorded := make(chan struct{})
		for range 4 {
			go func() {
				for range 1000 {
					r.counter.Inc(1)
					time.Sleep(time.Millisecond * 37)
				}
				recorded <- struct{}{}
			}()
		}
		for range 4 {
			<-recorded
		}
		gateway.mu.Lock()
		gateway.answer = nil
		gateway.mu.Unlock()
		r.end()
		if got := gateway.last(t).figures["c_count"]; got != "4000" {
			t.Errorf("the gateway has %s, want 4000", got)
		}
		r.Close()
	})
}
