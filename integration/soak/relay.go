package soak

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/go-metrics-plus/metrics/integration/harness"
)

// A relay passes packets of StatsD on to an exporter, which forgets all when it is killed:
// the relay remembers what it had. It goes with the exporter: nobody listens while that is
// killed. What a killed program has taken from its socket, or not yet, would be lost, as
// StatsD's protocol has it, and nobody could say how much that is. So the relay sees to it
// that the exporter has added all up before it is killed, and all comparisons are exact.
type relay struct {
	*harness.StatsDExporter
	exporter  *harness.StatsDExporter
	t         testing.TB
	udp, unix string // where it listens

	lost    map[string]float64 // what exporters had that were killed, by name
	reading sync.WaitGroup
	sockets []socket
	dropped int // packets that the system had no room for

	mu   sync.Mutex
	down bool     // the exporter is about to be killed, or was
	kept [][]byte // packets of that time
	sent int      // lines, to this exporter
	out  *net.UnixConn
}

// socket is one that the relay listens at.
type socket interface {
	net.PacketConn
	syscall.Conn
}

const largestPacket = 64 << 10

func startRelay(t testing.TB) *relay {
	exporter := harness.StartStatsDExporter(t)
	r := &relay{
		StatsDExporter: exporter, exporter: exporter, t: t,
		udp: harness.FreeAddress(t), unix: filepath.Join(t.TempDir(), "relay"), lost: map[string]float64{},
	}
	r.open()
	t.Cleanup(r.close)
	return r
}

// open begins to pass on packets.
func (r *relay) open() {
	out, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: r.exporter.Unix, Net: "unixgram"})
	if err != nil {
		r.t.Fatal(err)
	}
	r.mu.Lock()
	r.out, r.sent, r.down = out, 0, false
	kept := r.kept
	r.kept = nil
	r.mu.Unlock()
	for _, packet := range kept {
		r.pass(packet)
	}
	for network, address := range map[string]string{"udp": r.udp, "unixgram": r.unix} {
		listener, err := net.ListenPacket(network, address)
		if err != nil {
			r.t.Fatal(err)
		}
		s := listener.(socket)
		r.sockets = append(r.sockets, s)
		if udp, ok := s.(*net.UDPConn); ok {
			udp.SetReadBuffer(4 << 20)
			packets := make(chan []byte, 100_000) // so that it is read whatever the exporter does
			r.reading.Go(func() { defer close(packets); r.read(s, func(packet []byte) { packets <- packet }) })
			r.reading.Go(func() {
				for packet := range packets {
					r.pass(packet)
				}
			})
			continue
		}
		r.reading.Go(func() { r.read(s, r.pass) })
	}
}

// read reads packets until the socket is closed.
func (r *relay) read(s socket, pass func(packet []byte)) {
	buffer := make([]byte, largestPacket)
	for {
		n, _, err := s.ReadFrom(buffer)
		if err != nil || n == 0 {
			return
		}
		pass(bytes.Clone(buffer[:n]))
	}
}

// pass passes a packet on, or keeps it. It waits for an exporter that does not read.
func (r *relay) pass(packet []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.down {
		r.kept = append(r.kept, packet)
		return
	}
	if _, err := r.out.Write(packet); err != nil {
		r.t.Errorf("relay: %v", err)
	}
	r.sent += bytes.Count(packet, []byte("\n")) + 1
}

// settle waits until the exporter has added up all that was passed on.
func (r *relay) settle() {
	harness.Eventually(r.t, "the exporter to have added up all", func() error {
		sums, err := r.exporter.Sums()
		if err != nil {
			return err
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		if got := sums["statsd_exporter_events_total"]; got != float64(r.sent) {
			return fmt.Errorf("%v of %d", got, r.sent)
		}
		return nil
	})
}

// Kill kills the exporter, after which nobody listens.
func (r *relay) Kill() error {
	r.mu.Lock()
	r.down = true
	r.mu.Unlock()
	r.settle()
	had, err := r.exporter.Sums()
	if err != nil {
		return err
	}
	for name, value := range had {
		r.lost[name] += value
	}
	r.close()
	return r.exporter.Kill()
}

// Restart starts the exporter anew, and passes on what came while it was killed.
func (r *relay) Restart(t testing.TB) {
	r.exporter.Restart(t)
	r.open()
}

// close ends all sockets, but reads what they have taken.
func (r *relay) close() {
	r.dropped = r.drops()
	for _, s := range r.sockets {
		if unix, ok := s.(*net.UnixConn); ok {
			unix.CloseRead() // from now on it takes nothing more
		}
		r.drain(s)
		s.Close()
	}
	r.sockets = nil
	r.reading.Wait()
	r.out.Close()
	os.Remove(r.unix)
}

// drain reads what waits in a socket, for its reader may come too late to do it.
func (r *relay) drain(s socket) {
	raw, err := s.SyscallConn()
	if err != nil {
		return
	}
	buffer := make([]byte, largestPacket)
	raw.Control(func(fd uintptr) { // not Read, which would wait for the reader
		for {
			n, _, err := syscall.Recvfrom(int(fd), buffer, syscall.MSG_DONTWAIT)
			if errors.Is(err, syscall.EINTR) {
				continue
			}
			if err != nil || n <= 0 {
				return
			}
			r.pass(bytes.Clone(buffer[:n]))
		}
	})
}

// totals returns what all exporters together had, by name.
func (r *relay) totals() (map[string]float64, error) {
	sums, err := r.exporter.Sums()
	if err != nil {
		return nil, err
	}
	all := maps.Clone(r.lost)
	for name, value := range sums {
		all[name] += value
	}
	return all, nil
}

// drops returns how many packets over UDP the system had no room for.
func (r *relay) drops() int {
	dropped := r.dropped
	for _, s := range r.sockets {
		if udp, ok := s.(*net.UDPConn); ok {
			dropped += droppedAt(udp.LocalAddr().(*net.UDPAddr).Port)
		}
	}
	return dropped
}

// droppedAt reads the last column of the system's table of sockets.
func droppedAt(port int) (dropped int) {
	text, _ := os.ReadFile("/proc/net/udp")
	for line := range strings.Lines(string(text)) {
		columns := strings.Fields(line)
		if len(columns) > 2 && strings.HasSuffix(columns[1], fmt.Sprintf(":%04X", port)) {
			fmt.Sscan(columns[len(columns)-1], &dropped)
		}
	}
	return dropped
}
