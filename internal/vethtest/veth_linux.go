// Package vethtest gives a test a wire to capture from: a network namespace of
// its own with a pair of virtual Ethernet interfaces. What the test sends into
// one end arrives at the other, and nowhere else. Only tests import it.
package vethtest

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The two ends: frames go into Out and are captured from In. Second is another
// end to capture from, once Twin made it.
const (
	Out, In         = "out0", "in0"
	OutTwin, InTwin = "out1", "in1"
)

// A Wire is the namespace with its ends. Only the goroutine of the test that
// opened it may use it, and what is to see its interfaces must be opened there.
type Wire struct {
	t     testing.TB
	sends map[string]int // a socket by the end it sends into
}

// Open moves the calling test into a new namespace with a wire, or skips it and
// says why. The thread of the test's goroutine is never used for anything else:
// it ends with the test, and the namespace with it. Subtests are outside.
func Open(t testing.TB) *Wire {
	t.Helper()
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skipf("capturing from a wire of our own needs the tool ip: %v", err)
	}
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		t.Skipf("capturing from a wire of our own needs a network namespace (CAP_SYS_ADMIN): %v", err)
	}
	w := &Wire{t: t, sends: map[string]int{}}
	t.Cleanup(func() {
		for _, fd := range w.sends {
			if err := unix.Close(fd); err != nil {
				t.Error(err)
			}
		}
	})
	// The kernel would announce itself, and these frames are none of the test's.
	if err := os.WriteFile("/proc/sys/net/ipv6/conf/default/disable_ipv6", []byte("1"), 0); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Skipf("the namespace cannot be made silent: %v", err)
	}
	if out, err := w.ip("link", "set", "lo", "up"); err != nil {
		t.Skipf("no wire can be made: %v %s", err, out)
	}
	w.pair(Out, In)
	return w
}

// Twin makes a second pair.
func (w *Wire) Twin() { w.t.Helper(); w.pair(OutTwin, InTwin) }

func (w *Wire) pair(out, in string) {
	w.t.Helper()
	if said, err := w.ip("link", "add", out, "mtu", "65535", "type", "veth", "peer", "name", in, "mtu", "65535"); err != nil {
		w.t.Skipf("no wire can be made: %v %s", err, said)
	}
	w.IP("link", "set", out, "up")
	w.IP("link", "set", in, "up")
}

// IP runs the tool ip in the namespace.
func (w *Wire) IP(args ...string) {
	w.t.Helper()
	if out, err := w.ip(args...); err != nil {
		w.t.Fatalf("ip %s: %v %s", strings.Join(args, " "), err, out)
	}
}

func (w *Wire) ip(args ...string) (string, error) {
	out, err := exec.Command("ip", args...).CombinedOutput()
	return string(out), err
}

// Remove takes the pair of an end away; Restore makes it again, as another.
func (w *Wire) Remove() {
	w.t.Helper()
	w.hangUp(Out)
	w.IP("link", "del", Out)
}

// Restore makes the pair again that Remove took away.
func (w *Wire) Restore() { w.t.Helper(); w.pair(Out, In) }

func (w *Wire) hangUp(end string) {
	if fd, ok := w.sends[end]; ok {
		delete(w.sends, end)
		if err := unix.Close(fd); err != nil {
			w.t.Error(err)
		}
	}
}

// Send puts a frame into Out.
func (w *Wire) Send(frame []byte) { w.t.Helper(); w.SendInto(Out, frame) }

// SendInto puts a frame into an end.
func (w *Wire) SendInto(end string, frame []byte) {
	w.t.Helper()
	if err := w.TrySend(end, frame); err != nil {
		w.t.Fatalf("sending %d bytes into %s: %v", len(frame), end, err)
	}
}

// TrySend is SendInto that may fail: unix.ENOBUFS where the wire is full.
func (w *Wire) TrySend(end string, frame []byte) error {
	fd, ok := w.sends[end]
	if !ok {
		var err error
		if fd, err = sender(end); err != nil {
			return err
		}
		w.sends[end] = fd
	}
	for {
		_, err := unix.Write(fd, frame)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// sender is a socket that sends frames as they are into an end.
func sender(end string) (int, error) {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	req, err := unix.NewIfreq(end)
	if err == nil {
		err = unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, req)
	}
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrLinklayer{Ifindex: int(req.Uint32())})
	}
	if err == nil && (end == Out || end == OutTwin) { // quicker; a capture at this end would not see it
		err = unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_QDISC_BYPASS, 1)
	}
	if err != nil {
		return 0, errors.Join(err, unix.Close(fd))
	}
	return fd, nil
}

// A Timed is a frame and when to send it.
type Timed struct {
	At    time.Duration // after the first
	Frame []byte
}

// Replay sends the frames at their times, each once ready(its number) returns.
func (w *Wire) Replay(frames []Timed, ready func(n int)) {
	w.t.Helper()
	start := time.Now()
	for i, f := range frames {
		ready(i)
		if wait := f.At - time.Since(start); wait > 200*time.Microsecond {
			time.Sleep(wait)
		}
		w.Send(f.Frame)
	}
}

// Carried is how many frames went over the wire of an end: those that it could
// not take are not among them.
func (w *Wire) Carried(end string) uint64 {
	w.t.Helper()
	out, err := w.ip("-s", "-o", "link", "show", end)
	if err != nil {
		w.t.Fatalf("asking about %s: %v", end, err)
	}
	// … TX: bytes packets errors … \ 123 4 …
	_, after, ok := strings.Cut(out, "TX:")
	fields := strings.Fields(after)
	at := 0
	for at < len(fields) && strings.Trim(fields[at], "0123456789") != "" {
		at++
	}
	if !ok || at+1 >= len(fields) {
		w.t.Fatalf("ip says of %s:\n%s", end, out)
	}
	n, err := strconv.ParseUint(fields[at+1], 10, 64)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}
