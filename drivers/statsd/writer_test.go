package statsd

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Lines share packets, up to the limit, and none is split.
func TestPackets(t *testing.T) {
	g := &gatherer{}
	for i := range 200 {
		g.families = append(g.families, counterFamily(fmt.Sprintf("c_%03d", i), float64(i), "label", strings.Repeat("x", i)))
	}
	s := newServer(t)
	d, _ := newDriver(t, s, Config{Gatherer: g})
	once(t, d)
	if len(s.counters) != 200 || len(s.packets) < 16 || len(s.packets) > 20 {
		t.Errorf("%d counters in %d packets", len(s.counters), len(s.packets))
	}
}

// life is a counter of a source that begins anew now and then.
type life struct {
	value, shown float64 // now, and when it was gathered last
	begun        int64
	before       float64 // what earlier lives showed at last
}

// step has something happen to it, and returns what a gatherer shows of it; nil for nothing.
func (l *life) step(name string, random *rand.Rand, last bool) *dto.MetricFamily {
	if random.IntN(20) == 0 {
		*l = life{begun: l.begun + 1, before: l.before + l.shown}
	}
	l.value += float64(random.IntN(5))
	if !last && random.IntN(10) == 0 {
		return nil
	}
	l.shown = l.value
	family := counterFamily(name, l.value)
	family.Metric[0].Counter.CreatedTimestamp = &timestamppb.Timestamp{Seconds: l.begun}
	return family
}

// Values, restarts, gaps and failures at random: in the end the server has what was
// counted, with nothing lost or counted twice.
func TestNothingIsLostOrCountedTwice(t *testing.T) {
	for seed := range uint64(30) {
		random := rand.New(rand.NewPCG(seed, 0))
		lives := make([]life, 60)
		for n := range lives {
			lives[n].begun = 1
		}
		g := &gatherer{}
		s := newServer(t)
		s.limit = 200
		d, _ := newDriver(t, s, Config{Gatherer: g, PacketSize: s.limit})
		failed := 0
		const deliveries = 30
		for i := range deliveries {
			g.families = nil
			last := i == deliveries-1
			for n := range lives {
				if family := lives[n].step(fmt.Sprintf("c_%d", n), random, last); family != nil {
					g.families = append(g.families, family)
				}
			}
			s.fails = func(int) error {
				if !last && random.IntN(3) == 0 {
					return errRefused
				}
				return nil
			}
			if err := d.Once(); err != nil {
				failed++
			}
		}
		for n, l := range lives {
			if got, want := s.counters[fmt.Sprintf("c_%d", n)], l.before+l.shown; got != want {
				t.Fatalf("seed %d: counter %d is %v, want %v", seed, n, got, want)
			}
		}
		if failed < 3 {
			t.Errorf("seed %d: %d deliveries failed", seed, failed)
		}
	}
}

// listener is a real server, which can be ended and begun again at the same address.
type listener struct {
	t       *testing.T
	network string
	address string
	conn    net.PacketConn
	*server
}

func (l *listener) start() {
	l.t.Helper()
	conn, err := net.ListenPacket(l.network, l.address)
	if err != nil {
		l.t.Fatal(err)
	}
	l.conn, l.address = conn, conn.LocalAddr().String()
}

// stop takes in what has arrived, and ends the server.
func (l *listener) stop() {
	l.t.Helper()
	buffer := make([]byte, 1<<16)
	for {
		l.conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		n, _, err := l.conn.ReadFrom(buffer)
		if err != nil {
			break
		}
		l.receive(string(buffer[:n]))
	}
	if err := l.conn.Close(); err != nil {
		l.t.Error(err)
	}
	if l.network == "unixgram" {
		os.Remove(l.address)
	}
}

// While nobody listens nothing is lost: over a Unix socket, and over UDP on one machine.
func TestServersThatComeAndGo(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("windows does not say that nobody listens")
	}
	for network, address := range map[string]string{
		"udp":      "127.0.0.1:0",
		"unixgram": filepath.Join(t.TempDir(), "statsd"),
	} {
		t.Run(network, func(t *testing.T) {
			registry := prometheus.NewRegistry()
			vec := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "c"}, []string{"n"})
			registry.MustRegister(vec)
			l := &listener{t: t, network: network, address: address, server: newServer(t)}
			l.limit = unixPacketSize
			l.start()
			to := l.address
			if network == "udp" {
				to = "udp://" + to
			}
			d, _ := newDriver(t, nil, Config{Gatherer: registry, Address: to})
			total := 0.0
			deliver := func(up bool) {
				for i := range 200 {
					vec.WithLabelValues(fmt.Sprint(i)).Add(float64(i))
					total += float64(i)
				}
				if err := d.Once(); (err == nil) != up {
					t.Errorf("delivered to a server that is up (%v) with %v", up, err)
				}
			}
			for range 3 {
				deliver(true)
				deliver(true)
				l.stop()
				deliver(false)
				deliver(false)
				l.start()
			}
			deliver(true)
			l.stop()
			sum := 0.0
			for _, value := range l.counters {
				sum += value
			}
			if sum != total || len(l.counters) != 200 {
				t.Errorf("the servers had %v of %v in %d counters", sum, total, len(l.counters))
			}
		})
	}
}

// The system may tell only at the next packet that the last one was refused.
func TestRefusedLate(t *testing.T) {
	w := &writer{to: target{network: "udp"}}
	s := &series{owed: 2}
	w.last = []update{{s, 3}}
	w.refused()
	w.refused()
	if s.owed != 5 {
		t.Errorf("owed are %v, want 5", s.owed)
	}
}

// A write that blocks ends with the delivery.
func TestWritesThatBlock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "statsd")
	conn, err := net.ListenPacket("unixgram", path)
	if err != nil {
		t.Skipf("no Unix datagram sockets: %v", err)
	}
	defer conn.Close()
	g := &gatherer{}
	for i := range 1000 {
		g.families = append(g.families, counterFamily(fmt.Sprintf("c_%d", i), 1, "label", strings.Repeat("x", 1000)))
	}
	d, _ := newDriver(t, nil, Config{Gatherer: g, Address: path, Timeout: 500 * time.Millisecond})
	if err := d.Once(); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	received := 0
	buffer := make([]byte, 1<<16)
	for received < 1000 {
		conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		n, _, err := conn.ReadFrom(buffer)
		if err != nil {
			break
		}
		received += strings.Count(string(buffer[:n]), "|c")
	}
	sent := 0
	for _, s := range d.series.all {
		if s.owed == 0 {
			sent++
		}
	}
	if sent != received || sent == 0 || sent == 1000 {
		t.Errorf("%d were received, %d count as sent", received, sent)
	}
}
