package prometheusmetrics

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/gateway"
)

// A driver that pushes to one group after the other remembers the last ones.
func TestPushGroupsAreForgotten(t *testing.T) {
	d, source, _, log := newTestDriver(t, Config{})
	metrics.GetOrRegisterCounter("c", source, metrics.Labels{"job": "x"})
	gateway := &gatewayDouble{}
	push := func(instance int) {
		mustPush(t, d, gateway, PushOptions{Grouping: map[string]string{"instance": fmt.Sprint(instance)}})
	}
	for i := range 1000 {
		push(i)
	}
	if got := len(d.pushes.groups); got != maxIdleGroups || d.pushes.idle != maxIdleGroups {
		t.Errorf("%d groups are remembered, %d of them idle, want %d", got, d.pushes.idle, maxIdleGroups)
	}
	if reported := len(log.reasons()); reported != 1000 {
		t.Fatalf("%d reports, want one for each group", reported)
	}
	push(999 - maxIdleGroups + 1) // the oldest that is remembered
	if reported := len(log.reasons()); reported != 1000 {
		t.Errorf("%d reports after another push to a group that was remembered", reported)
	}
	push(0)
	if reported := len(log.reasons()); reported != 1001 {
		t.Errorf("%d reports after another push to a group that was forgotten, want 1001", reported)
	}
	if len(d.pushes.groups) != maxIdleGroups {
		t.Errorf("%d groups are remembered", len(d.pushes.groups))
	}
}

// A client that does not come back costs its push a second more, and the group its
// turn; others go on, until too many have not come back.
func TestPushClientThatDoesNotComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, _, _, _ := newTestDriver(t, Config{})
		release := make(chan struct{})
		var calls atomic.Int64
		stubborn := &gatewayDouble{answer: func(int, *http.Request) (*http.Response, error) {
			calls.Add(1)
			<-release
			return accept()
		}}
		push := func(instance int) (time.Duration, error) {
			start := time.Now()
			err := d.Push(t.Context(), to(stubborn, PushOptions{
				Timeout: 2 * time.Second, Grouping: map[string]string{"instance": fmt.Sprint(instance)}}))
			return time.Since(start), err
		}
		took, err := push(0)
		if took != 3*time.Second || err == nil || !strings.Contains(err.Error(), "no answer within 2s") {
			t.Errorf("the push took %v: %v", took, err)
		}
		took, err = push(0)
		if took != 2*time.Second || !errors.Is(err, errTurnTaken) || calls.Load() != 1 {
			t.Errorf("the next push to the group took %v: %v, after %d calls", took, err, calls.Load())
		}
		mustPush(t, d, &gatewayDouble{}, PushOptions{Grouping: map[string]string{"instance": "other"}})
		for i := range maxOutstanding - 1 {
			push(i + 1)
		}
		if calls.Load() != maxOutstanding || len(d.pushes.groups) > maxOutstanding+1 {
			t.Errorf("%d calls, %d groups", calls.Load(), len(d.pushes.groups))
		}
		took, err = push(-1)
		if took != 0 || !errors.Is(err, gateway.ErrNotSent) || calls.Load() != maxOutstanding {
			t.Errorf("one more push took %v: %v, after %d calls", took, err, calls.Load())
		}
		close(release)
		synctest.Wait()
		if _, err := push(0); err != nil || d.pushes.clients.calls != 0 {
			t.Errorf("once they have come back: %v, %d are left behind", err, d.pushes.clients.calls)
		}
	})
}

// RunPush ends, whatever its client does.
func TestRunPushEndsWithAStubbornClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		gateway := &gatewayDouble{answer: func(int, *http.Request) (*http.Response, error) {
			<-release
			return accept()
		}}
		r := startPushRun(t, gateway, PushOptions{Timeout: 2 * time.Second, DeleteOnEnd: true})
		time.Sleep(time.Minute)
		if took, err := r.end(); took > 5*time.Second || err == nil || !errors.Is(err, errTurnTaken) {
			t.Errorf("it ended after %v with %v", took, err)
		}
		if n := len(gateway.requests()); n != 1 {
			t.Errorf("%d requests, want 1", n)
		}
	})
}

// Gatherers that hang, one for each of many groups, cost a bounded number of
// goroutines.
func TestPushGatherersThatHangAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, source, _, log := newTestDriver(t, Config{CallTimeout: time.Millisecond})
		metrics.GetOrRegisterCounter("c", source)
		hanging := &hangingGatherer{release: make(chan struct{})}
		gateway := &gatewayDouble{}
		for i := range 3 * maxOutstanding {
			got := mustPush(t, d, gateway, PushOptions{
				Grouping: map[string]string{"instance": fmt.Sprint(i)}, Gatherers: []prometheus.Gatherer{hanging}})
			if got.figures["c_count"] != "0" {
				t.Fatalf("pushed %v", got.figures)
			}
		}
		told := strings.Join(log.reasons(), "\n")
		for _, cause := range []string{"it takes longer than", fmt.Sprintf("%d calls of gatherers have not come back", maxOutstanding)} {
			if !strings.Contains(told, "gatherer 0 is left out: "+cause) {
				t.Errorf("nothing is reported of %q", cause)
			}
		}
		if calls := hanging.calls.Load(); calls != maxOutstanding {
			t.Errorf("%d calls, want %d", calls, maxOutstanding)
		}
		close(hanging.release)
		synctest.Wait()
		if got := mustPush(t, d, gateway, PushOptions{Gatherers: []prometheus.Gatherer{hanging}}); got.figures["slow"] != "1" {
			t.Errorf("pushed %v", got.figures)
		}
		if len(d.pushes.groups) > maxIdleGroups+1 {
			t.Errorf("%d groups are remembered", len(d.pushes.groups))
		}
	})
}

// A gatherer or a client that ends its goroutine, as t.Fatal does, is one that
// failed.
func TestPushSurvivesGoexit(t *testing.T) {
	d, source, _, log := newTestDriver(t, Config{})
	metrics.GetOrRegisterCounter("c", source)
	ending := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		runtime.Goexit()
		return nil, nil
	})
	got := mustPush(t, d, &gatewayDouble{}, PushOptions{Gatherers: []prometheus.Gatherer{ending}})
	if len(got.figures) != 1 || !strings.Contains(strings.Join(log.reasons(), ""),
		"gatherer 0: gathering ended its goroutine") {
		t.Errorf("pushed %v, reported %q", got.figures, log.reasons())
	}
	err := d.Push(t.Context(), PushOptions{URL: "gateway", Job: "j",
		Client: doerFunc(func(r *http.Request) (*http.Response, error) {
			io.Copy(io.Discard, r.Body)
			runtime.Goexit()
			return nil, nil
		})})
	if err == nil || !strings.Contains(err.Error(), "client ended its goroutine") {
		t.Errorf("error is %v", err)
	}
}

// TestLeftBehindKeepsItsGroup: as long as a call has not come back its group is in use,
// and then it is idle, once.
func TestLeftBehindKeepsItsGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pushes
		back, done := make(chan struct{}), false
		group := p.use("g")
		p.leaveBehind(&p.clients, group, back, func() { done = true })
		p.release(group)
		if group.users != 1 || p.idle != 0 || p.clients.calls != 1 {
			t.Errorf("while a call is out: %d users, %d idle groups, %d calls", group.users, p.idle, p.clients.calls)
		}
		close(back)
		synctest.Wait()
		if group.users != 0 || p.idle != 1 || p.clients.calls != 0 || !done {
			t.Errorf("when it is back: %d users, %d idle groups, %d calls, %v", group.users, p.idle, p.clients.calls, done)
		}
		if p.use("g") != group || p.idle != 0 {
			t.Error("the group was not remembered")
		}
	})
}
