package metrics

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestRecordingIsInlined asks the compiler, which inlines what it takes for cheap: a
// line more in one of these functions, or another version of Go, may be too much.
func TestRecordingIsInlined(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("no go command: ", err)
	}
	build := exec.Command("go", "build", "-gcflags=-m", ".")
	build.Env = append(os.Environ(), "GOARCH=amd64")
	messages, err := build.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, messages)
	}
	for _, name := range []string{
		"Counter.Inc", "Counter.Dec", "Gauge.Update", "Gauge.Inc", "GaugeFloat64.Update", "Meter.Mark",
		"Histogram.Update", "Timer.Update", "(*BucketSample).Update", "(*reservoir).add", "(*span).chunkOf",
	} {
		if !strings.Contains(string(messages), ": can inline "+name+"\n") {
			t.Errorf("%s is not inlined", name)
		}
	}
}
