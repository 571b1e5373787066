package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/push"
)

const (
	pushTimeout = 5 * time.Second

	// pushInterval holds where there is no flush interval to go by.
	pushInterval = 10 * time.Second
)

// pusher sends everything that is exposed to a Pushgateway. One without a
// destination does nothing.
type pusher struct {
	destination *push.Pusher
	interval    time.Duration
	output      io.Writer
}

func newPusher(o options, address string, exposed prometheus.Gatherer, output io.Writer) *pusher {
	p := &pusher{interval: o.flush, output: output}
	if p.interval == 0 {
		p.interval = pushInterval
	}
	if o.pushgateway != "" {
		p.destination = push.New(o.pushgateway, "example_service").
			Grouping("instance", instanceOf(address)).
			Gatherer(exposed).
			Client(&http.Client{Timeout: pushTimeout})
	}
	return p
}

// instanceOf tells this process from its likes on other machines.
func instanceOf(address string) string {
	_, port, err := net.SplitHostPort(address)
	host, hostErr := os.Hostname()
	if err != nil || hostErr != nil {
		return address
	}
	return net.JoinHostPort(host, port)
}

// run pushes at every interval until ctx ends. A gateway that is down costs a
// line of output each time; the service goes on. A push is not broken off when
// ctx ends, lest the gateway work it off after the last one.
func (p *pusher) run(ctx context.Context) {
	if p.destination == nil {
		return
	}
	ticker := time.NewTicker(p.interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := p.destination.Push(); err != nil {
			fmt.Fprintln(p.output, "pushing:", err)
		}
	}
}

// last pushes once more, after the last flush.
func (p *pusher) last() error {
	if p.destination == nil {
		return nil
	}
	if err := p.destination.Push(); err != nil {
		return fmt.Errorf("last push: %w", err)
	}
	return nil
}
