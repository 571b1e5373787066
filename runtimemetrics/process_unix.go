//go:build linux || darwin

package runtimemetrics

import (
	"os"
	"syscall"
)

// openFDs counts the entries of a directory of file descriptors, save for the one that
// is opened to do so.
func openFDs(path string) optional {
	dir, err := os.Open(path)
	if err != nil {
		return optional{}
	}
	defer dir.Close()
	names, err := dir.Readdirnames(0) // ReadDir would call stat for each
	if err != nil {
		return optional{}
	}
	return some(float64(len(names) - 1))
}

func limit(which int) optional {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(which, &limit); err != nil {
		return optional{}
	}
	return some(float64(limit.Cur))
}
