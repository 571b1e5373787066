package soak

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/go-metrics-plus/metrics/integration/harness"
)

const (
	leaksCheck  = "goroutines and files"
	memoryCheck = "memory"
)

// state is what a service holds after a collection of garbage.
type state struct {
	Goroutines, Files, Sockets int // sockets are not among the files
	Heap, Objects              uint64
	Stacks                     string
}

// underWay is how many connections there may be more at one moment than at another: a
// push, and a scrape by a Prometheus that gave up the connection of the one before.
const underWay = 2

// states asks every service, once nothing is under way.
func (r *run) states() map[string]state {
	r.client.CloseIdleConnections()
	states := map[string]state{}
	for _, s := range r.services {
		var now state
		r.get(s, "/state", &now)
		states[s.name] = now
	}
	return states
}

// checkStates checks that services that lived all the time hold no more than at the
// start, at rest as they were then.
func (r *run) checkStates(before map[string]state) {
	for _, s := range r.services {
		if s.mortal {
			continue
		}
		was, is := before[s.name], state{}
		harness.Eventually(r.t, s.name+" to hold no more than at the start", func() error {
			r.client.CloseIdleConnections()
			r.get(s, "/state", &is)
			if is.Goroutines > was.Goroutines || is.Files > was.Files || is.Sockets > was.Sockets+underWay {
				return fmt.Errorf("goroutines %d, files %d and sockets %d, were %d, %d and %d at the start\n%s",
					is.Goroutines, is.Files, is.Sockets, was.Goroutines, was.Files, was.Sockets, more(was.Stacks, is.Stacks))
			}
			return nil
		})
		r.count(leaksCheck, 3)
		// What is under way at one moment, such as the compression of an answer, is not at
		// another; what leaks is there at each.
		for range 5 {
			if is.Heap <= mostHeap(was) {
				break
			}
			time.Sleep(scrapeInterval / 2)
			r.get(s, "/state", &is)
		}
		r.tally.states = append(r.tally.states, stateRow{s.name, was, is})
		r.checkMemory(s, was, is)
	}
}

// more shows the stacks that there were fewer of before.
func more(before, after string) string {
	count := func(stacks string) map[string]int {
		times := map[string]int{}
		for _, stack := range strings.Split(stacks, "\n\n") {
			if lines := strings.Split(stack, "\n"); len(lines) > 1 {
				times[strings.TrimSpace(lines[len(lines)-2])+" "+strings.TrimSpace(lines[len(lines)-1])]++
			}
		}
		return times
	}
	was, text := count(before), []string(nil)
	for stack, n := range count(after) {
		if n > was[stack] {
			text = append(text, fmt.Sprintf("%d instead of %d: %s", n, was[stack], stack))
		}
	}
	slices.Sort(text)
	return strings.Join(text, "\n")
}

// memory is what a service took at one time.
type memory struct {
	at       time.Time
	resident int // bytes
	heap     uint64
}

// watchMemory notes what the services that live all the time take, after a collection
// of garbage.
func (r *run) watchMemory() {
	for _, s := range r.services {
		if s.mortal || r.stopped(time.Now(), time.Now(), s.name) {
			continue
		}
		var now state
		r.get(s, "/state", &now)
		resident, err := residentBytes(s.process.PID())
		if err != nil {
			r.fail(memoryCheck, "%s: %v", s.name, err)
		}
		r.tally.memory[s.name] = append(r.tally.memory[s.name], memory{time.Now(), resident, now.Heap})
	}
}

func residentBytes(pid int) (int, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, err
	}
	var total, resident int
	if _, err := fmt.Sscan(string(text), &total, &resident); err != nil {
		return 0, errors.Join(errors.New("statm has another form"), err)
	}
	return resident * os.Getpagesize(), nil
}

// checkMemory checks that the memory of live objects is what it was at the start, and
// that the resident memory of the last third is not above that of the third before.
func (r *run) checkMemory(s *service, was, is state) {
	r.count(memoryCheck, 1)
	if is.Heap > mostHeap(was) {
		r.fail(memoryCheck, "%s: %d bytes of live objects, %d at the start", s.name, is.Heap, was.Heap)
	}
	all := r.tally.memory[s.name]
	const enough = 12
	if len(all) < enough || harness.RaceDetector {
		return
	}
	middle, last := all[len(all)/3:len(all)*2/3], all[len(all)*2/3:]
	r.count(memoryCheck, len(last))
	if m, l := median(middle), median(last); float64(l) > float64(m)*1.1 {
		r.fail(memoryCheck, "%s: resident %d bytes in the last third, %d in the one before", s.name, l, m)
	}
}

// mostHeap is how many bytes of live objects there may be in the end.
func mostHeap(was state) uint64 { return was.Heap + was.Heap/10 + 1<<20 }

func median(all []memory) int {
	var sizes []int
	for _, m := range all {
		sizes = append(sizes, m.resident)
	}
	slices.Sort(sizes)
	return sizes[len(sizes)/2]
}
