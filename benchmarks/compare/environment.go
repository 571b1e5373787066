package main

import (
	"bytes"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/go-metrics-plus/metrics/benchmarks"
)

// Environment is where the figures come from.
type Environment struct {
	Processor string
	Cores     int
	System    string
	Go        string
	Modules   []Module
}

// Module is a library that was measured.
type Module struct{ Path, Version string }

func environment() Environment {
	return Environment{
		Processor: processor(),
		Cores:     runtime.GOMAXPROCS(0),
		System:    runtime.GOOS + "/" + runtime.GOARCH,
		Go:        runtime.Version(),
		Modules:   modules(),
	}
}

// processor is its name, where the system tells.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range bytes.Lines(text) {
		if name, value, ok := strings.Cut(string(line), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown processor"
}

func modules() (all []Module) {
	versions := make(map[string]string)
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			versions[module.Path] = module.Version
			if module.Replace != nil {
				versions[module.Path] = "this checkout"
			}
		}
	}
	for _, peer := range benchmarks.Peers() {
		for _, path := range peer.Modules {
			all = append(all, Module{path, versions[path]})
		}
	}
	return all
}

// command is the command line as one would type it.
func command(args []string) string {
	words := []string{"go run ./compare"}
	for _, arg := range args {
		if strings.ContainsAny(arg, " *|()$'\"\\") {
			arg = strconv.Quote(arg)
		}
		words = append(words, arg)
	}
	return strings.Join(words, " ")
}
