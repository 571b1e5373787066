package reports

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-metrics-plus/metrics/internal/logtest"
)

// TestReports: in order, one at a time, whatever the callback does, and with what it
// adds itself. Nobody waits longer than that takes.
func TestReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := logtest.Capture(t)
		r := Queue{Package: "p"}
		var told []string
		onError := func(err error) {
			told = append(told, err.Error())
			switch err.Error() {
			case "adds":
				r.Add(errors.New("added"))
				r.Tell(nil) // does nothing, since somebody is at it
			case "panics":
				panic("no")
			case "ends":
				runtime.Goexit()
			}
		}
		start := time.Now()
		for _, text := range []string{"a", "adds", "panics", "ends", "z"} {
			r.Add(errors.New(text))
		}
		r.Tell(onError)
		if got := strings.Join(told, " "); got != "a adds panics ends z added" {
			t.Errorf("told %s", got)
		}
		if r.telling || r.waiting != nil {
			t.Error("it does not end")
		}
		r.Add(errors.New("later"))
		r.Tell(onError)
		if told[len(told)-1] != "later" {
			t.Errorf("told %q", told)
		}
		if waited := time.Since(start); waited != 0 {
			t.Errorf("waited %v", waited)
		}
		if want := "level=ERROR msg=\"p: OnError panicked\" cause=no error=panics\n"; log.String() != want {
			t.Errorf("logged %s, want %s", log, want)
		}
	})
}

// TestReportsWithoutACallback go to the log.
func TestReportsWithoutACallback(t *testing.T) {
	log := logtest.Capture(t)
	r := Queue{Package: "p"}
	for _, text := range []string{"a", "b"} {
		r.Add(errors.New(text))
		r.Tell(nil)
	}
	if want := "level=WARN msg=p error=a\nlevel=WARN msg=p error=b\n"; log.String() != want {
		t.Errorf("logged %s, want %s", log, want)
	}
}

// brokenHandler is a log handler that panics.
type brokenHandler struct {
	slog.Handler
	calls *int
}

func (h brokenHandler) Handle(context.Context, slog.Record) error { *h.calls++; panic("no log") }

// TestReportsSurviveTheLog: a log handler that panics is asked once for each error.
func TestReportsSurviveTheLog(t *testing.T) {
	calls := 0
	defer slog.SetDefault(slog.Default())
	slog.SetDefault(slog.New(brokenHandler{slog.Default().Handler(), &calls}))
	for i, onError := range []func(error){nil, func(error) { panic("no") }} {
		var r Queue
		r.Add(errors.New("a"))
		r.Tell(onError)
		if calls != i+1 || r.telling {
			t.Errorf("the log was asked %d times, want %d; telling: %v", calls, i+1, r.telling)
		}
	}
}

// TestNothingToReportCostsNothing: each flush of a driver asks.
func TestNothingToReportCostsNothing(t *testing.T) {
	var r Queue
	if n := testing.AllocsPerRun(100, func() { r.Tell(nil) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestReportsAreBounded: while a callback does not return, a limited number waits, and
// the rest is counted. Nobody waits for ever.
func TestReportsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := Queue{Package: "p", Patience: time.Second}
		release := make(chan struct{})
		var mu sync.Mutex
		var told []string
		onError := func(err error) {
			<-release
			mu.Lock()
			defer mu.Unlock()
			told = append(told, err.Error())
		}
		start := time.Now()
		for i := range 3 * maxWaiting {
			r.Add(fmt.Errorf("error %d", i))
			r.Tell(onError)
		}
		if waited := time.Since(start); waited != time.Second {
			t.Errorf("waited %v", waited)
		}
		close(release)
		synctest.Wait()
		if n := len(told); n != maxWaiting+2 || !strings.Contains(told[n-1], fmt.Sprint(2*maxWaiting-1, " more errors")) {
			t.Errorf("told %d errors, the last %s", n, told[n-1])
		}
	})
}
