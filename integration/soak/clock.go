package soak

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// shiftableClock returns flags for go build by which a program gets a time package
// whose wall clock can be shifted: time.ShiftWallClock is then there, and time.Now
// heeds it. The monotonic clock in it, and timers, stay as they are, as when somebody
// sets the clock of a machine. The machine's own is left alone.
func shiftableClock(t testing.TB) []string {
	t.Helper()
	output, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(strings.TrimSpace(string(output)), "src", "time")
	text, err := os.ReadFile(filepath.Join(source, "time.go"))
	if err != nil {
		t.Fatal(err)
	}
	const reads = "func Now() Time {\n\tsec, nsec, mono := runtimeNow()\n"
	const shifts = reads + "\tsec, nsec = shiftWallClock(sec, nsec)\n"
	if strings.Count(string(text), reads) != 1 {
		t.Fatalf("time.Now of this version of Go is written in another way; adapt the test")
	}
	folder := t.TempDir()
	replaced := map[string]string{
		"time.go":  strings.Replace(string(text), reads, shifts, 1),
		"shift.go": shiftFile,
	}
	overlay := map[string]map[string]string{"Replace": {}}
	for name, text := range replaced {
		path := filepath.Join(folder, name)
		overlay["Replace"][filepath.Join(source, name)] = path
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err = json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "overlay.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"-overlay", path, "-tags", "shiftclock"}
}

// shiftFile is what the time package gets besides.
const shiftFile = `package time

import "sync/atomic"

var wallShift atomic.Int64

// ShiftWallClock sets how far Now is from the right time.
func ShiftWallClock(by Duration) { wallShift.Store(int64(by)) }

func shiftWallClock(sec int64, nsec int32) (int64, int32) {
	total := int64(nsec) + wallShift.Load()
	sec, total = sec+total/1e9, total%1e9
	if total < 0 {
		sec, total = sec-1, total+1e9
	}
	return sec, int32(total)
}
`
