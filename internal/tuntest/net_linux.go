// Package tuntest gives a test a Linux kernel to ask: a network namespace of
// its own whose only way out is a TUN device that the test holds. What the
// test writes there arrives at sockets it opened; nothing leaves the machine
// or reaches it. Only tests import it.
package tuntest

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// The addresses of the namespace's host, which the kernel is, and of the peer,
// which the test is.
var (
	Host4, Peer4 = netip.MustParseAddr("10.99.0.1"), netip.MustParseAddr("10.99.0.2")
	Host6, Peer6 = netip.MustParseAddr("fd99::1"), netip.MustParseAddr("fd99::2")
)

const device = "ask0"

// A Net is the namespace, seen from the far end of its TUN device. Only the
// goroutine of the test that opened it may use it, and open sockets in it.
type Net struct {
	t   testing.TB
	tun int
	buf [1 << 16]byte
}

// Open moves the calling test into a new namespace, or skips it and says why.
// The thread of the test's goroutine is never used for anything else: it ends
// with the test, and the namespace with it. Subtests are outside.
func Open(t testing.TB) *Net {
	t.Helper()
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		t.Skipf("asking the kernel needs a network namespace of our own (CAP_SYS_ADMIN): %v", err)
	}
	tun, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Skipf("asking the kernel needs a TUN device: %v", err)
	}
	n := &Net{t: t, tun: tun}
	t.Cleanup(func() {
		if err := unix.Close(tun); err != nil {
			t.Error(err)
		}
	})
	if err := n.up(); err != nil {
		t.Skipf("asking the kernel needs a TUN device: %v", err)
	}
	return n
}

// up makes the device and gives it its addresses.
func (n *Net) up() error {
	ifr, err := unix.NewIfreq(device)
	if err != nil {
		return err
	}
	ifr.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(n.tun, unix.TUNSETIFF, ifr); err != nil {
		return err
	}
	s4, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(s4)
	if err := errors.Join(ifr.SetInet4Addr(Host4.AsSlice()), unix.IoctlIfreq(s4, unix.SIOCSIFADDR, ifr)); err != nil {
		return err
	}
	if err := errors.Join(ifr.SetInet4Addr([]byte{255, 255, 255, 0}), unix.IoctlIfreq(s4, unix.SIOCSIFNETMASK, ifr)); err != nil {
		return err
	}
	ifr.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(s4, unix.SIOCSIFFLAGS, ifr); err != nil {
		return err
	}
	return nil
}

// Up6 adds the IPv6 address, or skips the test.
func (n *Net) Up6() {
	n.t.Helper()
	if err := up6(); err != nil {
		n.t.Skipf("asking the kernel needs IPv6: %v", err)
	}
}

func up6() error {
	s6, err := unix.Socket(unix.AF_INET6, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(s6)
	ifr, err := unix.NewIfreq(device)
	if err != nil {
		return err
	}
	if err := unix.IoctlIfreq(s6, unix.SIOCGIFINDEX, ifr); err != nil {
		return err
	}
	// The package of system calls has no struct in6_ifreq: an address, the
	// length of its prefix, the device's index.
	req := binary.NativeEndian.AppendUint32(Host6.AsSlice(), 64)
	req = binary.NativeEndian.AppendUint32(req, ifr.Uint32())
	if err := setAddr6(s6, req); err != nil {
		return err
	}
	// The kernel takes the address into use in its own time.
	for range 500 {
		if err = unix.Bind(s6, &unix.SockaddrInet6{Addr: Host6.As16()}); !errors.Is(err, unix.EADDRNOTAVAIL) {
			break
		}
		if _, err := unix.Poll(nil, 10); err != nil && !errors.Is(err, unix.EINTR) {
			return err
		}
	}
	return err
}

// Set writes a setting below /proc/sys/net that holds in the namespace alone.
func (n *Net) Set(name, value string) {
	n.t.Helper()
	if err := os.WriteFile("/proc/sys/net/"+name, []byte(value), 0o644); err != nil {
		n.t.Skipf("asking the kernel needs the setting %s: %v", name, err)
	}
}

// Write hands an IP packet to the kernel, which has dealt with it when Write
// returns.
func (n *Net) Write(packet []byte) {
	n.t.Helper()
	if _, err := unix.Write(n.tun, packet); err != nil {
		n.t.Fatal(err)
	}
}

// Read returns the next packet that the kernel sent, nil if it sent none;
// it is valid until the next call.
func (n *Net) Read() []byte {
	n.t.Helper()
	got, err := unix.Read(n.tun, n.buf[:])
	if errors.Is(err, unix.EAGAIN) {
		return nil
	}
	if err != nil {
		n.t.Fatal(err)
	}
	return n.buf[:got]
}
