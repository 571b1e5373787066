package harness

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// stopTimeout is how long a program may take to end after SIGTERM. A Prometheus
// on a busy machine needs a second or two to close its storage.
const stopTimeout = 20 * time.Second

// Process is a program that a test started. Its methods may be called from
// several goroutines.
type Process struct {
	name string
	cmd  *exec.Cmd
	log  *logBuffer
	done chan struct{}
	err  error // how it ended; readable once done is closed
}

// Start runs the program at path. It is stopped when the test is over, if it is
// still running then.
func Start(t testing.TB, name, path string, args ...string) *Process {
	t.Helper()
	return StartWith(t, nil, name, path, args...)
}

// StartWith is Start with more in the environment, each entry as NAME=value.
func StartWith(t testing.TB, environment []string, name, path string, args ...string) *Process {
	t.Helper()
	p := &Process{name: name, cmd: exec.Command(path, args...), log: &logBuffer{}, done: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), environment...)
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	p.cmd.WaitDelay = 5 * time.Second
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("starting %s: %v", name, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() { p.cleanup(t) })
	return p
}

func (p *Process) cleanup(t testing.TB) {
	if p.Running() {
		p.Resume() // else it would not see the signal
		if err := p.Stop(); err != nil {
			t.Errorf("stopping %s: %v", p.name, err)
		}
	}
	if t.Failed() {
		t.Logf("--- log of %s (process %d)\n%s", p.name, p.cmd.Process.Pid, p.log)
	}
}

// Running reports whether the program has not ended yet.
func (p *Process) Running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Stop sends SIGTERM and waits for the end. The error is nil if the program then
// ended with exit code 0. One that does not end in time is killed.
func (p *Process) Stop() error { return p.Signal(syscall.SIGTERM) }

// Signal is Stop with another signal.
func (p *Process) Signal(signal os.Signal) error {
	if err := p.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-p.done:
		return p.err
	case <-time.After(stopTimeout):
		return errors.Join(fmt.Errorf("still running %v after %v", stopTimeout, signal), p.Kill())
	}
}

// Kill ends the program at once, as a crash would, and waits until it is gone.
func (p *Process) Kill() error {
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-p.done
	return nil
}

// Suspend stops the program as SIGSTOP does, until Resume is called.
func (p *Process) Suspend() error { return p.cmd.Process.Signal(syscall.SIGSTOP) }

// Resume lets a program go on that Suspend stopped. Others are not disturbed.
func (p *Process) Resume() error { return p.cmd.Process.Signal(syscall.SIGCONT) }

// PID returns the program's process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Wait waits until the program ends by itself and returns its exit code.
func (p *Process) Wait(t testing.TB) int {
	t.Helper()
	Eventually(t, p.name+" to end", func() error {
		if p.Running() {
			return errors.New("still running")
		}
		return nil
	})
	return p.cmd.ProcessState.ExitCode()
}

// Log returns what the program wrote so far to its standard output and error.
func (p *Process) Log() string { return p.log.String() }

// AwaitLog waits until the program has written something that the pattern
// matches, and returns the pattern's first group.
func (p *Process) AwaitLog(t testing.TB, pattern string) string {
	t.Helper()
	expression := regexp.MustCompile(pattern)
	var found string
	Eventually(t, p.name+" to write "+pattern, func() error {
		if match := expression.FindStringSubmatch(p.Log()); match != nil {
			found = match[1]
			return nil
		}
		if !p.Running() {
			return fatalError{fmt.Errorf("it has ended: %v", p.err)}
		}
		return errors.New("nothing of that kind yet")
	})
	return found
}

// logBuffer keeps what a program writes. It is safe for concurrent use.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.TrimRight(b.text.String(), "\n")
}
