package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"
)

const (
	size     = 3 // nodes
	patience = 5 * time.Second
)

// cluster is three raft nodes that reach each other in memory, with what is known of
// them from elsewhere than their metrics.
type cluster struct {
	nodes     []*raft.Raft
	asked     atomic.Int64 // commands that a node was asked to apply
	applied   atomic.Int64 // those that were
	committed atomic.Int64 // over all state machines
	elections atomic.Int64 // won
	watchers  sync.WaitGroup
	stopping  chan struct{}
}

// startCluster starts the nodes; they elect a leader in the next second or two.
func startCluster(logs io.Writer) (*cluster, error) {
	c := &cluster{stopping: make(chan struct{})}
	var servers []raft.Server
	transports := make([]*raft.InmemTransport, size)
	for i := range transports {
		id := fmt.Sprintf("node-%d", i+1)
		_, transports[i] = raft.NewInmemTransport(raft.ServerAddress(id))
		servers = append(servers, raft.Server{ID: raft.ServerID(id), Address: raft.ServerAddress(id)})
	}
	for i, transport := range transports {
		for j, other := range transports {
			if i != j {
				transport.Connect(servers[j].Address, other)
			}
		}
	}
	for i, transport := range transports {
		if err := c.start(servers, i, transport, logs); err != nil {
			return nil, errors.Join(err, c.stop())
		}
	}
	return c, nil
}

func (c *cluster) start(servers []raft.Server, i int, transport raft.Transport, logs io.Writer) error {
	led := make(chan bool, 10)
	config := raft.DefaultConfig()
	config.LocalID = servers[i].ID
	config.LogOutput = logs
	config.NotifyCh = led
	// Snapshots that a reader of the metrics can wait for.
	config.SnapshotInterval, config.SnapshotThreshold, config.TrailingLogs = 20*time.Second, 200, 100

	store, snapshots := raft.NewInmemStore(), raft.NewInmemSnapshotStore()
	err := raft.BootstrapCluster(config, store, store, snapshots, transport, raft.Configuration{Servers: servers})
	if err != nil {
		return err
	}
	node, err := raft.NewRaft(config, &counting{committed: &c.committed}, store, store, snapshots, transport)
	if err != nil {
		return err
	}
	c.nodes = append(c.nodes, node)
	c.watchers.Go(func() {
		for {
			select {
			case leads := <-led:
				if leads {
					c.elections.Add(1)
				}
			case <-c.stopping:
				return
			}
		}
	})
	return nil
}

// stop shuts the nodes down.
func (c *cluster) stop() error {
	var errs []error
	for _, node := range c.nodes {
		errs = append(errs, node.Shutdown().Error())
	}
	close(c.stopping)
	c.watchers.Wait()
	return errors.Join(errs...)
}

// leader returns the node that leads, or nil during an election.
func (c *cluster) leader() *raft.Raft {
	for _, node := range c.nodes {
		if node.State() == raft.Leader {
			return node
		}
	}
	return nil
}

var errNoLeader = errors.New("no node leads at the moment")

// apply has a command applied.
func (c *cluster) apply(command string) error {
	leader := c.leader()
	if leader == nil {
		return errNoLeader
	}
	c.asked.Add(1)
	if err := leader.Apply([]byte(command), patience).Error(); err != nil {
		return err
	}
	c.applied.Add(1)
	return nil
}

// transfer hands the leadership on to another node.
func (c *cluster) transfer() error {
	leader := c.leader()
	if leader == nil {
		return errNoLeader
	}
	return leader.LeadershipTransfer().Error()
}

// keepBusy applies so many commands a second and hands the leadership on at the
// interval, until the context ends; then it closes what it returns. What fails during
// an election is tried again next time.
func (c *cluster) keepBusy(ctx context.Context, rate float64, interval time.Duration) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		commands, stopCommands := ticks(time.Duration(float64(time.Second)/max(rate, 1e-6)), rate > 0)
		defer stopCommands()
		transfers, stopTransfers := ticks(interval, interval > 0)
		defer stopTransfers()
		for n := 0; ; n++ {
			select {
			case <-ctx.Done():
				return
			case <-commands:
				_ = c.apply(fmt.Sprintf("command %d", n))
			case <-transfers:
				_ = c.transfer()
			}
		}
	}()
	return done
}

// ticks returns a channel that ticks, or never if there is nothing to do.
func ticks(interval time.Duration, on bool) (<-chan time.Time, func()) {
	if !on {
		return nil, func() {}
	}
	ticker := time.NewTicker(interval)
	return ticker.C, ticker.Stop
}
