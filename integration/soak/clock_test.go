package soak

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/go-metrics-plus/metrics/integration/harness"
)

// A shifted wall clock is off by what it was shifted by, and durations are not.
func TestShiftableClock(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "main.go")
	if err := os.WriteFile(path, []byte(clockProgram), 0o600); err != nil {
		t.Fatal(err)
	}
	program := harness.BuildProgram(t, "soak-clock", path, shiftableClock(t)...)
	process := harness.Start(t, "clock", program)
	got := process.AwaitLog(t, `clock: (.+)`)
	process.Wait(t) // else it might be stopped while it ends
	if got != "true true" {
		t.Errorf("it says %q", got)
	}
}

const clockProgram = `package main

import (
	"fmt"
	"time"
)

func main() {
	before := time.Now()
	time.ShiftWallClock(-time.Hour - time.Second/2)
	after := time.Now()
	wall, took := after.Round(0).Sub(before.Round(0)), after.Sub(before)
	jump := wall - took + time.Hour + time.Second/2
	fmt.Println("clock:", jump.Abs() < time.Minute, took >= 0)
}
`
