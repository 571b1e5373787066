package reports

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestReports: in order, one at a time, whatever the callback does, and with what it
// adds itself.
func TestReports(t *testing.T) {
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
