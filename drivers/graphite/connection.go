package graphite

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

const (
	bufferSize = 64 << 10

	// farewell is how long a server may take to end the connection after all lines. One
	// that was killed says so, one that has read them ends it at once, and one that
	// leaves it open is not waited for.
	farewell = time.Second
)

// connection sends the lines of one delivery. After a failure the rest is not tried.
type connection struct {
	dial   func(ctx context.Context, network, address string) (net.Conn, error)
	ctx    context.Context
	conn   net.Conn
	stop   func() bool // ends the watch over the context
	buffer *bufio.Writer
	err    error
}

func (c *connection) init() {
	c.dial = new(net.Dialer).DialContext
	c.buffer = bufio.NewWriterSize(nil, bufferSize)
}

// open connects. The end of the context ends reads and writes that block.
func (c *connection) open(ctx context.Context, address string) error {
	conn, err := c.dial(ctx, "tcp", address)
	if err != nil {
		return err
	}
	c.ctx, c.conn, c.err = ctx, conn, nil
	c.stop = context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	c.buffer.Reset(conn)
	return nil
}

// add sends a line.
func (c *connection) add(line []byte) {
	if c.err == nil {
		_, c.err = c.buffer.Write(line)
	}
}

// close sends what is left, and returns why the delivery has failed, if it has.
func (c *connection) close() error {
	defer c.conn.Close()
	defer c.stop()
	if c.err == nil {
		c.err = c.buffer.Flush()
	}
	if c.err == nil {
		c.err = c.farewell()
	}
	if ended := c.ctx.Err(); c.err != nil && ended != nil {
		return fmt.Errorf("%w: %w", c.err, ended)
	}
	return c.err
}

// farewell waits for the server to end the connection. Without that, lines that a server
// had not read when it was killed would count as delivered.
func (c *connection) farewell() error {
	half, ok := c.conn.(interface{ CloseWrite() error })
	if !ok {
		return nil
	}
	if err := half.CloseWrite(); err != nil {
		return err
	}
	if c.ctx.Err() == nil {
		c.conn.SetReadDeadline(time.Now().Add(farewell))
	}
	_, err := io.CopyN(io.Discard, c.conn, bufferSize) // a server has nothing to say
	if errors.Is(err, io.EOF) || errors.Is(err, os.ErrDeadlineExceeded) && c.ctx.Err() == nil {
		return nil
	}
	return err
}
