package metrics

import (
	"bytes"
	"fmt"
	"log"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// lines is a Logger that keeps what it is given.
type lines []string

func (l *lines) Printf(format string, v ...any) { *l = append(*l, fmt.Sprintf(format, v...)) }

// timed is a registry with a timer that recorded 1.5 ms.
func timed() Registry {
	r := NewRegistry()
	GetOrRegisterTimer("t", r).Update(1500 * time.Microsecond)
	return r
}

func TestLogScaled(t *testing.T) {
	for scale, want := range map[time.Duration]string{
		time.Nanosecond:  "1500000.00ns",
		0:                "1500000.00ns",
		-time.Second:     "1500000.00ns",
		time.Microsecond: "1500.00µs",
		time.Millisecond: "1.50ms",
	} {
		var l lines
		LogScaled(timed(), 0, scale, &l)
		if len(l) != 15 || l[0] != "timer t\n" || strings.Join(strings.Fields(l[3]), " ") != "max: "+want {
			t.Errorf("scale %v: %q", scale, l)
		}
	}
}

// Log goes on, and the others say something for each cue until there are no more.
func TestLogPeriodically(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lines
		stop := &stopping{lines: &l, after: 3 * 15}
		func() {
			defer func() { _ = recover() }() // nothing else ends Log
			Log(timed(), time.Minute, stop)
		}()
		if len(l) != 45 || time.Since(stop.start) != 3*time.Minute {
			t.Errorf("%d lines in %v", len(l), time.Since(stop.start))
		}
		cue := make(chan any)
		var onCue, scaled lines
		go LogOnCue(timed(), cue, &onCue)
		cue <- 1
		cue <- 2
		close(cue)
		synctest.Wait()
		cue = make(chan any, 1)
		cue <- nil
		close(cue)
		LogScaledOnCue(timed(), cue, time.Millisecond, &scaled)
		if len(onCue) != 30 || len(scaled) != 15 || !strings.HasSuffix(scaled[2], "1.50ms\n") {
			t.Errorf("%d and %d lines, want 30 and 15: %q", len(onCue), len(scaled), scaled)
		}
	})
}

// stopping panics when it has had enough.
type stopping struct {
	*lines
	after int
	start time.Time
}

func (l *stopping) Printf(format string, v ...any) {
	if len(*l.lines) == 0 {
		l.start = time.Now().Add(-time.Minute)
	}
	if l.lines.Printf(format, v...); len(*l.lines) == l.after {
		panic("enough")
	}
}

// Nil is the logger of package log.
func TestLogNilLogger(t *testing.T) {
	var text bytes.Buffer
	writer, flags := log.Writer(), log.Flags()
	defer func() { log.SetOutput(writer); log.SetFlags(flags) }()
	log.SetOutput(&text)
	log.SetFlags(0)
	r := NewRegistry()
	GetOrRegisterGauge("g", r).Update(5)
	Log(r, 0, nil)
	if got := text.String(); got != "gauge g\n  value:               5\n" {
		t.Errorf("%q", got)
	}
}
