package porttest

import (
	"net"
	"testing"

	"golang.org/x/sys/unix"
)

// rangeOption limits which ports the kernel gives to a socket, since Linux 6.3.
const rangeOption = 51

// asks reports whether the kernel would give the port to who listens on any, and
// to who connects to the address.
func asks(t *testing.T, port int, to *unix.SockaddrInet4) (listening, connecting bool) {
	t.Helper()
	ask := func(do func(fd int) error) bool {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Close(fd)
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
			t.Fatal(err)
		}
		if err := unix.SetsockoptInt(fd, unix.IPPROTO_IP, rangeOption, port<<16|port); err != nil {
			t.Skipf("which ports the kernel gives cannot be limited here: %v", err)
		}
		return do(fd) == nil
	}
	listening = ask(func(fd int) error { return unix.Bind(fd, &unix.SockaddrInet4{Addr: to.Addr}) })
	connecting = ask(func(fd int) error { return unix.Connect(fd, to) })
	return listening, connecting
}

// TestFree: the port can be listened on, again and again, and nobody gets it who
// asks for any, before, between and after.
func TestFree(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	to := &unix.SockaddrInet4{Port: busy.Addr().(*net.TCPAddr).Port, Addr: [4]byte{127, 0, 0, 1}}
	port := Free(t)
	for range 3 {
		if l, c := asks(t, port, to); l || c {
			t.Errorf("port %d goes to others: who listens %v, who connects %v", port, l, c)
		}
		l, err := net.Listen("tcp", Local(port))
		if err != nil {
			t.Fatal(err)
		}
		c, err := net.Dial("tcp", Local(port))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if l, c := asks(t, port, to); l || c {
		t.Errorf("port %d goes to others: who listens %v, who connects %v", port, l, c)
	}
	if Free(t) == port {
		t.Error("it is given twice")
	}
}

// TestAskingWouldTell: a port that nobody holds goes to who asks.
func TestAskingWouldTell(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	to := &unix.SockaddrInet4{Port: busy.Addr().(*net.TCPAddr).Port, Addr: [4]byte{127, 0, 0, 1}}
	for range 100 { // any of them may be somebody else's meanwhile
		port, fd, err := Hold()
		if err != nil {
			t.Fatal(err)
		}
		if err := unix.Close(fd); err != nil {
			t.Fatal(err)
		}
		if l, c := asks(t, port, to); l && c {
			return
		}
	}
	t.Error("no port is given to anybody")
}
