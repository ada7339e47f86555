// Package porttest gives tests ports to listen on later, or again. Only tests
// import it.
package porttest

import (
	"errors"
	"fmt"
	"testing"

	"golang.org/x/sys/unix"
)

// Free returns a TCP port of loopback that is the test's until it ends: who
// listens on it may go and come back, and meanwhile the kernel gives it neither
// to who connects nor to who listens on any.
func Free(t testing.TB) int {
	t.Helper()
	port, fd, err := Hold()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Close(fd); err != nil {
			t.Error(err)
		}
	})
	return port
}

// Hold is Free until the descriptor is closed.
func Hold() (port, fd int, err error) {
	if fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0); err != nil {
		return 0, 0, fmt.Errorf("holding a port: %w", err)
	}
	// Bound, and never listened on, it is in the way of all but those who ask with
	// SO_REUSEADDR for this very port, as servers do. It asks for that afterwards:
	// before, it could get one that is held already.
	err = unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	if err == nil {
		err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	}
	var at unix.Sockaddr
	if err == nil {
		at, err = unix.Getsockname(fd)
	}
	if err != nil {
		return 0, 0, errors.Join(fmt.Errorf("holding a port: %w", err), unix.Close(fd))
	}
	return at.(*unix.SockaddrInet4).Port, fd, nil
}

// Local is the address of a port of loopback.
func Local(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
