//go:build unix

package statsd

import (
	"net"
	"os"
	"syscall"
)

// pendingError returns what the system has learned of a connection since the last call
// and not yet told anybody: that nobody listens where a packet went. A packet that was
// refused would count as sent otherwise. It costs one system call.
func pendingError(conn net.Conn) error {
	raw, ok := conn.(syscall.Conn)
	if !ok {
		return nil
	}
	control, err := raw.SyscallConn()
	if err != nil {
		return nil
	}
	var number int
	err = control.Control(func(fd uintptr) {
		number, _ = syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_ERROR)
	})
	if err != nil || number == 0 {
		return nil
	}
	return os.NewSyscallError("write", syscall.Errno(number))
}
