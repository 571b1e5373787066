package main

import (
	"fmt"
	"io"
	"net"
)

// printStatsD prints the packets that arrive at an address of this machine, until it is
// stopped.
func printStatsD(output io.Writer) (address string, stop func(), err error) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	fmt.Fprintln(output, "StatsD, printed at", conn.LocalAddr())
	done := make(chan struct{})
	go func() {
		defer close(done)
		packet := make([]byte, 1<<16)
		for {
			n, _, err := conn.ReadFrom(packet)
			if err != nil {
				return
			}
			fmt.Fprintf(output, "%s\n\n", packet[:n])
		}
	}()
	return conn.LocalAddr().String(), func() { conn.Close(); <-done }, nil
}
