package statsd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"
)

const (
	// redialAfter is how long an address that was looked up is used: over UDP nobody says
	// that a server has moved.
	redialAfter = time.Minute

	// After so many packets over UDP the receiver gets a pause to take them out of its
	// buffer, which holds some 200 KB on Linux.
	burst = 32
	pause = time.Millisecond
)

// update is what a packet changes when it was sent.
type update struct {
	of     *series
	amount float64 // of what is owed
}

// writer sends lines in packets. Once a packet can't be sent, the rest of the delivery is
// not even tried, and what was in them stays owed.
type writer struct {
	to    target
	limit int // length of a packet
	dial  func(ctx context.Context, network, address string) (net.Conn, error)

	conn   net.Conn // nil at first, and after a failure
	dialed time.Time

	ctx     context.Context // of the delivery
	stop    func() bool     // ends the watch over that
	err     error           // why the delivery has failed
	retried bool            // whether the connection was made anew in it
	packets int             // sent in it

	packet  []byte
	updates []update // of packet
	last    []update // of the packet before, which the other side may yet refuse
}

func (w *writer) init(to target, limit int) {
	w.to, w.limit = to, limit
	w.dial = new(net.Dialer).DialContext
}

// begin begins a delivery.
func (w *writer) begin(ctx context.Context) {
	w.ctx, w.err, w.retried, w.packets = ctx, nil, false, 0
	if w.conn != nil && w.to.isUDP() && time.Since(w.dialed) > redialAfter {
		w.redial() // or go on with what there is
	}
	w.watch()
}

// watch has the end of the delivery's context end a write that blocks.
func (w *writer) watch() {
	if w.conn == nil {
		w.stop = func() bool { return true }
		return
	}
	conn := w.conn
	conn.SetWriteDeadline(time.Time{})
	w.stop = context.AfterFunc(w.ctx, func() { conn.SetWriteDeadline(time.Unix(1, 0)) })
}

// add puts lines into the packet, after sending it if they don't fit.
func (w *writer) add(lines []byte, of *series, amount float64) {
	if w.err != nil {
		return
	}
	if len(w.packet) > 0 && len(w.packet)+1+len(lines) > w.limit {
		w.flush()
		if w.err != nil {
			return
		}
	}
	if len(w.packet) > 0 {
		w.packet = append(w.packet, '\n')
	}
	w.packet = append(w.packet, lines...)
	if of != nil {
		w.updates = append(w.updates, update{of, amount})
	}
}

// end sends what is left, and returns why the delivery has failed, if it has.
func (w *writer) end() error {
	if w.err == nil && len(w.packet) > 0 {
		w.flush()
	}
	w.stop()
	w.packet, w.updates = w.packet[:0], w.updates[:0]
	return w.err
}

// flush sends the packet. A connection from an earlier delivery may have lost its other
// side, which for a Unix socket means that it is of no use any more: one failure in a
// delivery is worth a second try.
func (w *writer) flush() {
	err := w.send()
	if err != nil && w.ctx.Err() == nil && !w.retried {
		w.retried = true
		if err = w.redial(); err == nil {
			err = w.send()
		}
	}
	if err != nil {
		w.err = err
		w.close()
		return
	}
	for _, u := range w.updates {
		u.of.owed -= u.amount
		u.of.announced = true
	}
	w.last = append(w.last[:0], w.updates...)
	w.packet, w.updates = w.packet[:0], w.updates[:0]
	if w.packets++; w.to.isUDP() && w.packets%burst == 0 {
		time.Sleep(pause)
	}
}

// send tries to send the packet once.
func (w *writer) send() error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if w.conn == nil {
		if err := w.redial(); err != nil {
			return err
		}
	}
	if pendingError(w.conn) != nil {
		w.refused()
	}
	if _, err := w.conn.Write(w.packet); err != nil {
		if errors.Is(err, syscall.ECONNREFUSED) {
			w.refused()
		}
		if ended := w.ctx.Err(); ended != nil {
			return fmt.Errorf("%w: %w", err, ended)
		}
		return err
	}
	// On this machine the answer that nobody listens comes before Write returns.
	if err := pendingError(w.conn); err != nil {
		w.last = w.last[:0]
		return &net.OpError{Op: "write", Net: w.to.network, Addr: w.conn.RemoteAddr(), Err: err}
	}
	return nil
}

// refused takes back the last packet, which has not arrived.
func (w *writer) refused() {
	if w.to.isUDP() {
		for _, u := range w.last {
			u.of.owed += u.amount
		}
	}
	w.last = w.last[:0]
}

// redial makes the connection anew. If that fails, the old one stays.
func (w *writer) redial() error {
	conn, err := w.dial(w.ctx, w.to.network, w.to.address)
	if err != nil {
		return err
	}
	w.close()
	w.conn, w.dialed = conn, time.Now()
	w.watch()
	return nil
}

// close closes the connection, if there is one.
func (w *writer) close() {
	if w.stop != nil {
		w.stop()
	}
	if w.conn != nil {
		if pendingError(w.conn) != nil {
			w.refused()
		}
		w.conn.Close()
		w.conn = nil
	}
	w.last = w.last[:0]
}
