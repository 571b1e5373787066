//go:build !race

package statsd

import (
	"context"
	"fmt"
	"net"
	"testing"

	dto "github.com/prometheus/client_model/go"
)

// A delivery in which nothing is new allocates nothing of its own.
func TestAllocations(t *testing.T) {
	g := &gatherer{}
	for i := range 1000 {
		family := counterFamily(fmt.Sprintf("c_%d", i), 1, "code", "200", "method", "GET")
		if i%2 == 0 {
			family.Type = dto.MetricType_GAUGE.Enum()
			family.Metric[0].Gauge = &dto.Gauge{Value: family.Metric[0].Counter.Value}
		}
		g.families = append(g.families, family)
	}
	s := newServer(t)
	d, _ := newDriver(t, nil, Config{Gatherer: g})
	d.writer.dial = func(context.Context, string, string) (net.Conn, error) { return deaf{&serverConn{s: s}}, nil }
	once(t, d)
	if got := testing.AllocsPerRun(10, func() { once(t, d) }); got > 60 {
		t.Errorf("%v allocations for 1,000 series, want those of one delivery", got)
	}
}

// deaf is a connection that does nothing.
type deaf struct{ *serverConn }

func (deaf) Write(p []byte) (int, error) { return len(p), nil }
