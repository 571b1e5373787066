package runtimemetrics

import (
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// userHZ is the unit of times in /proc, 100 on every system that Go supports; only
// sysconf would tell.
const userHZ = 100

// The numbers of fields in /proc/self/stat behind the command's name, which may hold
// spaces: see proc_pid_stat(5), where they are higher by three.
const (
	statUserTime   = 14 - 3
	statSystemTime = 15 - 3
	statStartTime  = 22 - 3
	statVirtual    = 23 - 3
	statResident   = 24 - 3
)

func readProcess() (p processValues) {
	if text, err := os.ReadFile("/proc/self/stat"); err == nil {
		p.readStat(string(text))
	}
	p.openFDs = openFDs("/proc/self/fd")
	p.maxFDs, p.maxVirtual = limit(syscall.RLIMIT_NOFILE), limit(syscall.RLIMIT_AS)
	if text, err := os.ReadFile("/proc/self/net/netstat"); err == nil {
		p.networkReceived, p.networkSent = netstat(string(text), "InOctets"), netstat(string(text), "OutOctets")
	}
	return p
}

func (p *processValues) readStat(text string) {
	_, behind, _ := strings.Cut(text[strings.LastIndexByte(text, ')')+1:], " ")
	fields := strings.Fields(behind)
	field := func(i int) (v float64, ok bool) {
		if i >= len(fields) {
			return 0, false
		}
		v, err := strconv.ParseFloat(fields[i], 64)
		return v, err == nil
	}
	user, ok := field(statUserTime)
	if system, okSystem := field(statSystemTime); ok && okSystem {
		p.cpuSeconds = some((user + system) / userHZ)
	}
	if start, ok := field(statStartTime); ok {
		if boot := bootTime(); boot.ok {
			p.startTime = some(boot.value + start/userHZ)
		}
	}
	if size, ok := field(statVirtual); ok {
		p.virtual = some(size)
	}
	if pages, ok := field(statResident); ok {
		p.resident = some(pages * float64(os.Getpagesize()))
	}
}

// bootTime is read once: that the clock was set is no new start.
var bootTime = sync.OnceValue(func() optional {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return optional{}
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "btime "); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			return optional{v, err == nil}
		}
	}
	return optional{}
})

// netstat returns a value of the lines IpExt: one has the names, the next the values.
func netstat(text, name string) optional {
	var names []string
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] != "IpExt:" {
			continue
		}
		if names == nil {
			names = fields
			continue
		}
		for i := range min(len(names), len(fields)) {
			if names[i] == name {
				v, err := strconv.ParseFloat(fields[i], 64)
				return optional{v, err == nil}
			}
		}
	}
	return optional{}
}
