package harness

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
)

func shell(t *testing.T, script string) *Process {
	t.Helper()
	return Start(t, "shell", "/bin/sh", "-c", script)
}

func TestProcess(t *testing.T) {
	p := shell(t, "echo address=127.0.0.1:7; echo problem >&2; exit 3")
	if got := p.AwaitLog(t, `address=(\S+)`); got != "127.0.0.1:7" {
		t.Errorf("address %q", got)
	}
	if code := p.Wait(t); code != 3 {
		t.Errorf("exit code %d, want 3", code)
	}
	if got, want := p.Log(), "address=127.0.0.1:7\nproblem"; got != want {
		t.Errorf("log %q, want %q", got, want)
	}
	if p.Running() {
		t.Error("it is running after its end")
	}
	if err := p.Kill(); err != nil {
		t.Errorf("killing what has ended: %v", err)
	}
}

func TestStop(t *testing.T) {
	for _, test := range []struct {
		name, script string
		clean        bool
	}{
		{"ends with 0", `trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done`, true},
		{"ends with an error", `trap 'exit 4' TERM; echo ready; while :; do sleep 0.01; done`, false},
		{"does not handle it", `echo ready; while :; do sleep 0.01; done`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := shell(t, test.script)
			p.AwaitLog(t, `(ready)`)
			if err := p.Stop(); (err == nil) != test.clean {
				t.Errorf("stopped with %v, want clean: %v", err, test.clean)
			}
			if p.Running() {
				t.Error("it is running after Stop")
			}
		})
	}
}

func TestKill(t *testing.T) {
	p := shell(t, `trap '' TERM; echo ready; while :; do sleep 0.01; done`)
	p.AwaitLog(t, `(ready)`)
	if err := p.Kill(); err != nil || p.Running() {
		t.Errorf("killing gave %v, running: %v", err, p.Running())
	}
}

// What is suspended does nothing until it is resumed, and has what was added to the
// environment.
func TestSuspend(t *testing.T) {
	p := StartWith(t, []string{"GREETING=hello"}, "shell", "/bin/sh", "-c", `echo $GREETING; read nothing; exit 5`)
	if got := p.AwaitLog(t, `(\w+)`); got != "hello" {
		t.Errorf("it says %q", got)
	}
	stopped := shell(t, `trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done`)
	stopped.AwaitLog(t, `(ready)`)
	if err := stopped.Suspend(); err != nil {
		t.Fatal(err)
	}
	Eventually(t, "the program to be suspended", func() error {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", stopped.PID()))
		if err == nil && !strings.Contains(string(status), "T (stopped)") {
			err = errors.New("it is not")
		}
		return err
	})
	if err := stopped.Resume(); err != nil {
		t.Fatal(err)
	}
	if err := stopped.Stop(); err != nil {
		t.Errorf("stopping what was resumed: %v", err)
	}
}

// A wait for something that an ended program did not write ends with it.
func TestAwaitLogOfAnEndedProgram(t *testing.T) {
	p := shell(t, "echo something else")
	p.Wait(t)
	recorder := &failures{TB: t}
	start := time.Now()
	func() {
		defer func() { recover() }()
		p.AwaitLog(recorder, `address=(\S+)`)
	}()
	if !strings.Contains(recorder.text, "it has ended") || time.Since(start) > pollTimeout/2 {
		t.Errorf("failed with %q after %v", recorder.text, time.Since(start))
	}
}

// failures is a test that notes how it failed.
type failures struct {
	testing.TB
	text string
}

func (f *failures) Fatalf(format string, arguments ...any) {
	for _, argument := range arguments {
		if err, ok := argument.(error); ok {
			f.text += err.Error()
		}
	}
	panic(f.text)
}

func TestAllScraped(t *testing.T) {
	after := time.UnixMilli(1_000_500)
	at := func(seconds float64) *model.Sample { return &model.Sample{Value: model.SampleValue(seconds)} }
	for _, test := range []struct {
		name  string
		times model.Vector
		want  bool
	}{
		{"both later", model.Vector{at(1000.5), at(1001)}, true},
		{"one before", model.Vector{at(1000.4), at(1001)}, false},
		{"one missing", model.Vector{at(1001)}, false},
		{"none", nil, false},
	} {
		if err := allScraped(test.times, 2, after); (err == nil) != test.want {
			t.Errorf("%s: got %v", test.name, err)
		}
	}
}
