package main

import (
	"fmt"
	"io"
	"log"
	"sync/atomic"
	"time"

	gometrics "github.com/hashicorp/go-metrics"
	"github.com/hashicorp/memberlist"
	"github.com/hashicorp/serf/serf"
)

// node is a member of the cluster, with what is known of it from elsewhere than its
// metrics.
type node struct {
	name    string
	serf    *serf.Serf
	network *countingTransport
	events  atomic.Int64
	queries atomic.Int64
}

// status is the truth that metrics can be compared with.
type status struct {
	Members  int   `json:"members"`
	Events   int64 `json:"events"`  // that came, its own included
	Queries  int64 `json:"queries"` // likewise
	UDPBytes int64 `json:"udp_bytes"`
}

func (n *node) status() status {
	return status{
		Members: n.serf.NumNodes(), Events: n.events.Load(), Queries: n.queries.Load(), UDPBytes: n.network.sent.Load(),
	}
}

// countingTransport counts what memberlist hands over as packets.
type countingTransport struct {
	*memberlist.NetTransport
	sent atomic.Int64
}

func (t *countingTransport) WriteToAddress(b []byte, to memberlist.Address) (time.Time, error) {
	t.sent.Add(int64(len(b)))
	return t.NetTransport.WriteToAddress(b, to)
}

func startNodes(size int) (nodes []*node, err error) {
	for i := range size {
		n, err := startNode(fmt.Sprintf("node-%d", i+1))
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
		if i == 0 {
			continue
		}
		first := fmt.Sprintf("127.0.0.1:%d", nodes[0].network.GetAutoBindPort())
		if _, err := n.serf.Join([]string{first}, true); err != nil {
			return nil, err
		}
	}
	return nodes, nil
}

func startNode(name string) (*node, error) {
	quiet := log.New(io.Discard, "", 0)
	labels := []gometrics.Label{{Name: "node", Value: name}}
	network, err := memberlist.NewNetTransport(&memberlist.NetTransportConfig{
		BindAddrs: []string{"127.0.0.1"}, Logger: quiet, MetricLabels: labels,
	})
	if err != nil {
		return nil, err
	}
	n := &node{name: name, network: &countingTransport{NetTransport: network}}
	happened := make(chan serf.Event, 100)
	config := serf.DefaultConfig()
	config.NodeName, config.MetricLabels = name, labels
	config.Logger, config.EventCh = quiet, happened
	config.QueueCheckInterval = 200 * time.Millisecond
	config.MemberlistConfig = memberlist.DefaultLocalConfig()
	config.MemberlistConfig.Transport = n.network
	config.MemberlistConfig.BindAddr, config.MemberlistConfig.BindPort = "127.0.0.1", network.GetAutoBindPort()
	config.MemberlistConfig.AdvertisePort = network.GetAutoBindPort()
	config.MemberlistConfig.Logger = quiet
	n.serf, err = serf.Create(config)
	if err != nil {
		return nil, err
	}
	go n.count(happened)
	return n, nil
}

// count goes on until the node is shut down.
func (n *node) count(happened <-chan serf.Event) {
	for {
		select {
		case event := <-happened:
			switch event := event.(type) {
			case serf.UserEvent:
				n.events.Add(1)
			case *serf.Query:
				n.queries.Add(1)
				_ = event.Respond([]byte("pong"))
			}
		case <-n.serf.ShutdownCh():
			return
		}
	}
}
