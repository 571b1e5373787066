package main

import (
	"encoding/json"
	"io"
	"sync/atomic"

	"github.com/hashicorp/raft"
)

// counting is a state machine whose state is the number of commands it was given.
type counting struct {
	state     atomic.Int64
	committed *atomic.Int64 // over all nodes
}

func (f *counting) Apply(*raft.Log) any {
	f.committed.Add(1)
	return f.state.Add(1)
}

func (f *counting) Snapshot() (raft.FSMSnapshot, error) { return snapshot(f.state.Load()), nil }

func (f *counting) Restore(from io.ReadCloser) error {
	defer from.Close()
	var state int64
	if err := json.NewDecoder(from).Decode(&state); err != nil {
		return err
	}
	f.state.Store(state)
	return nil
}

type snapshot int64

func (s snapshot) Persist(sink raft.SnapshotSink) error {
	if err := json.NewEncoder(sink).Encode(int64(s)); err != nil {
		sink.Cancel()
		return err
	}
	return sink.Close()
}

func (snapshot) Release() {}
