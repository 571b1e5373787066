package main

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/go-metrics-plus/metrics/integration/soak/truth"
)

// State is what the service holds.
type State struct {
	Goroutines int // that serve no connection
	Files      int // that are no connections
	Sockets    int
	Heap       uint64 // bytes of live objects
	Objects    uint64
	Stacks     string // of all goroutines
}

// state collects garbage, twice since finalizers keep things for one round, gives
// memory back to the system and says what is left.
func (s *service) state() State {
	runtime.GC()
	debug.FreeOSMemory()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	now := State{Heap: memory.HeapAlloc, Objects: memory.HeapObjects}
	now.Files, now.Sockets = descriptors()
	stacks := make([]byte, 1<<20)
	now.Stacks = string(stacks[:runtime.Stack(stacks, true)])
	for stack := range strings.SplitSeq(now.Stacks, "\n\n") {
		if !servesConnection(stack) {
			now.Goroutines++
		}
	}
	return now
}

// servesConnection reports whether a goroutine is one of net/http's for a connection.
// There are as many as there are clients, and a request of our own may be under way.
func servesConnection(stack string) bool {
	for _, function := range []string{
		"net/http.(*conn).serve", "net/http.(*connReader).backgroundRead",
		"net/http.(*persistConn).readLoop", "net/http.(*persistConn).writeLoop", "net/http.(*Transport).dial",
	} {
		if strings.Contains(stack, function) {
			return true
		}
	}
	return false
}

// descriptors counts what the process has open.
func descriptors() (files, sockets int) {
	const folder = "/proc/self/fd"
	entries, err := os.ReadDir(folder)
	must(err)
	for _, e := range entries {
		if target, err := os.Readlink(filepath.Join(folder, e.Name())); err == nil && strings.HasPrefix(target, "socket:") {
			sockets++
		} else if err == nil {
			files++ // the folder itself is closed by now
		}
	}
	return files, sockets
}

// watch notes when a goroutine that wants nothing but to be woken is woken late, so
// that a call that took too long then can be told from one that hung.
func (s *service) watch(ctx context.Context) {
	const period, late = 20 * time.Millisecond, callTimeout / 4
	for ctx.Err() == nil {
		from := truth.Now()
		wait(ctx, period)
		if to := truth.Now(); to.Sub(from) > late {
			must(s.stalls.Add(truth.Stall{From: from, To: to}))
		}
	}
}
