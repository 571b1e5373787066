package harness

import (
	"path/filepath"
	"testing"
)

// Cluster is a running program that has several nodes in one process.
type Cluster struct {
	*Process
	Address string // host:port
	URL     string // http://host:port
}

// StartRaft starts examples/raft, which applies nothing by itself.
func StartRaft(t testing.TB) *Cluster {
	t.Helper()
	return startRaft(t, "raft")
}

// StartOldRaft is StartRaft with the program built upon raft 1.7, which reports to
// hashicorp/go-metrics only if a build tag says so.
func StartOldRaft(t testing.TB) *Cluster {
	t.Helper()
	return startRaft(t, "raft17", "-modfile=testdata/raft17.mod", "-tags", "hashicorpmetrics")
}

func startRaft(t testing.TB, name string, arguments ...string) *Cluster {
	t.Helper()
	path := buildProgram(t, filepath.Join("..", "examples", "raft"), name, append(arguments, ".")...)
	return startCluster(t, name, path, "-rate", "0", "-transfer", "0")
}

// StartSerf starts the serf cluster of integration/hashicorp.
func StartSerf(t testing.TB) *Cluster {
	t.Helper()
	return startCluster(t, "serf", buildProgram(t, "hashicorp", "serf", "./members"))
}

func startCluster(t testing.TB, name, path string, arguments ...string) *Cluster {
	t.Helper()
	process := Start(t, name, path, append(arguments, "-listen", "127.0.0.1:0")...)
	address := process.AwaitLog(t, `http://(\S+)/metrics`)
	return &Cluster{Process: process, Address: address, URL: "http://" + address}
}
