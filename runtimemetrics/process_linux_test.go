package runtimemetrics

import (
	"os"
	"testing"
	"time"
)

func TestReadProcess(t *testing.T) {
	before := readProcess()
	for until := before.cpuSeconds.value + 0.03; readProcess().cpuSeconds.value < until; {
		for range 1_000_000 { // the clock of processes ticks 100 times a second
			sink = sink[:len(sink):len(sink)]
		}
	}
	files := make([]*os.File, 5)
	for i := range files {
		files[i], _ = os.Open(os.DevNull)
		defer files[i].Close()
	}
	after := readProcess()
	if got := after.openFDs.value - before.openFDs.value; got != float64(len(files)) {
		t.Errorf("%v more files are open, want %d", got, len(files))
	}
	if age := float64(time.Now().Unix()) - after.startTime.value; age < -2 || age > 3600 {
		t.Errorf("started %v seconds ago", age)
	}
	if after.resident.value < 1<<20 || after.virtual.value < after.resident.value || after.maxVirtual.value < after.virtual.value ||
		after.maxFDs.value < after.openFDs.value || !after.networkReceived.ok || !after.networkSent.ok {
		t.Errorf("read %+v", after)
	}
}

func TestReadStat(t *testing.T) {
	const text = `42 (a ) b (c) R 1 2 3 4 5 6 7 8 9 10 150 50 13 14 20 0 7 0 1000 4096000 100 18446744073709551615`
	var p processValues
	p.readStat(text)
	if p.cpuSeconds.value != 2 || p.virtual.value != 4096000 || p.resident.value != 100*float64(os.Getpagesize()) ||
		p.startTime.value != bootTime().value+10 {
		t.Errorf("read %+v", p)
	}
	for _, broken := range []string{"", ")", "1 (a) R 1 2", "1 (a) R x x x x x x x x x x x x x x x x x x x x x x"} {
		var p processValues
		p.readStat(broken)
		if p != (processValues{}) {
			t.Errorf("%q was read as %+v", broken, p)
		}
	}
}

func TestNetstat(t *testing.T) {
	const text = "TcpExt: A InOctets\nTcpExt: 1 2\nIpExt: InNoRoutes InOctets OutOctets\nIpExt: 0 77 88\n"
	for name, want := range map[string]optional{
		"InOctets": some(77), "OutOctets": some(88), "Missing": {},
	} {
		if got := netstat(text, name); got != want {
			t.Errorf("%s is %+v, want %+v", name, got, want)
		}
	}
	if got := netstat("IpExt: InOctets\nIpExt: many\n", "InOctets"); got.ok {
		t.Errorf("read %+v", got)
	}
}

// FuzzReadStat looks for text that makes the parser panic: a process names itself.
func FuzzReadStat(f *testing.F) {
	f.Add("1 (a) R 1 2 3")
	f.Add("")
	f.Fuzz(func(_ *testing.T, text string) {
		var p processValues
		p.readStat(text)
		netstat(text, "InOctets")
	})
}
