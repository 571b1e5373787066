package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"time"

	"github.com/go-metrics-plus/metrics/benchmarks"
)

// A worker is a process that runs one contender of one group. It says hello when
// it is set up, and then answers orders, until its input ends.
type worker struct {
	name    string
	command *exec.Cmd
	input   io.WriteCloser
	output  *json.Decoder
	hello   hello
}

type (
	hello struct {
		Note    string
		Offered []bool // by scenario
	}
	order struct {
		Scenario int
		Slice    time.Duration
	}
	reply struct{ Figure, Allocs float64 }
)

// start runs this program once more, as a worker.
func (o options) start(name string) (*worker, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	w := &worker{name: name, command: exec.Command(self, "-worker", name, fmt.Sprintf("-million=%v", o.million))}
	w.command.Stderr = os.Stderr
	if w.input, err = w.command.StdinPipe(); err != nil {
		return nil, err
	}
	output, err := w.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	w.output = json.NewDecoder(output)
	if err := w.command.Start(); err != nil {
		return nil, err
	}
	if err := w.output.Decode(&w.hello); err != nil {
		w.close()
		return nil, fmt.Errorf("%s ended before it was ready: %w", name, err)
	}
	return w, nil
}

func (w *worker) slice(o order) (r reply, err error) {
	if err := json.NewEncoder(w.input).Encode(o); err != nil {
		return r, fmt.Errorf("%s takes no orders: %w", w.name, err)
	}
	if err := w.output.Decode(&r); err != nil {
		return r, fmt.Errorf("%s ended while it was measured: %w", w.name, err)
	}
	return r, nil
}

func (w *worker) close() {
	w.input.Close()
	w.command.Wait()
}

// work is what a worker does.
func work(groups []benchmarks.Group, name string, orders io.Reader, replies io.Writer) error {
	contender, err := find(groups, name)
	if err != nil {
		return err
	}
	setup := contender.Open()
	runtime.GC() // what the set-up left behind is not the first slice's
	greeting := hello{Note: setup.Note}
	for _, trial := range setup.Trials {
		greeting.Offered = append(greeting.Offered, trial.Offered())
	}
	out, in := json.NewEncoder(replies), json.NewDecoder(orders)
	if err := out.Encode(greeting); err != nil {
		return err
	}
	paces := make([]benchmarks.Pace, len(setup.Trials))
	for {
		var o order
		if err := in.Decode(&o); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		var r reply
		r.Figure, r.Allocs = paces[o.Scenario].Slice(setup.Trials[o.Scenario], o.Slice)
		if err := out.Encode(r); err != nil {
			return err
		}
	}
}

func find(groups []benchmarks.Group, name string) (benchmarks.Contender, error) {
	for _, group := range groups {
		for _, contender := range group.Contenders {
			if group.Name+"|"+contender.String() == name {
				return contender, nil
			}
		}
	}
	return benchmarks.Contender{}, fmt.Errorf("no contender %q", name)
}
