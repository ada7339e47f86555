package defrag

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"

	"spaniel/event"
)

// experiment is a protocol number for experiments (RFC 3692), so that nobody
// else answers.
const experiment = 253

// kernel sends fragments over loopback to itself: what this machine's own
// kernel makes of them.
type kernel struct{ out, in int }

func openKernel(t *testing.T) *kernel {
	t.Helper()
	out, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_RAW, syscall.IPPROTO_RAW)
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) {
		t.Skipf("asking the kernel needs the right to open raw sockets: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	in, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_RAW, experiment)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(syscall.Close(out), syscall.Close(in)); err != nil {
			t.Error(err)
		}
	})
	// Never block for ever if the kernel keeps a packet to itself.
	if err := syscall.SetsockoptTimeval(in, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &syscall.Timeval{Sec: 5}); err != nil {
		t.Fatal(err)
	}
	return &kernel{out, in}
}

func (k *kernel) send(t *testing.T, id uint16, off int, more bool, data []byte) {
	t.Helper()
	b := make([]byte, 20, 20+len(data))
	b[0], b[8], b[9] = 0x45, 64, experiment
	binary.BigEndian.PutUint16(b[4:], id)
	bits := uint16(off / 8)
	if more {
		bits |= 0x2000
	}
	binary.BigEndian.PutUint16(b[6:], bits)
	copy(b[12:], []byte{127, 0, 0, 1, 127, 0, 0, 1}) // the kernel fills in length and checksum
	if err := syscall.Sendto(k.out, append(b, data...), 0, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
}

// received returns the datagrams of identification id that came before a
// marker sent now.
func (k *kernel) received(t *testing.T, id uint16) (out [][]byte) {
	t.Helper()
	k.send(t, 0xffff, 0, false, []byte("marker"))
	for {
		b := make([]byte, 1<<16)
		n, _, err := syscall.Recvfrom(k.in, b, 0)
		if err != nil {
			t.Skipf("the loopback does not give packets back: %v", err)
		}
		switch got := binary.BigEndian.Uint16(b[4:]); got {
		case id:
			out = append(out, b[20:n])
		case 0xffff:
			return out
		}
	}
}

// disturbed returns the fragments of one datagram with some that do not belong.
func disturbed(rng *rand.Rand) []Fragment {
	data := make([]byte, 40+rng.IntN(100))
	for i := range data {
		data[i] = byte(i)
	}
	frags := cutUp(rng, key(false, 0), data, false)
	b := make([]byte, 4*rng.IntN(4))
	for i := range b {
		b[i] = byte(rng.Uint32())
		if i%4 == 0 {
			b[i] &= 0x3f // the same datagram
		}
	}
	frags = append(frags, script(b, false)...)
	rng.Shuffle(len(frags), func(i, j int) { frags[i], frags[j] = frags[j], frags[i] })
	return frags
}

// Whatever this kernel puts together, we put together, with the same bytes,
// also where bytes conflict. Scripts with an overlap that agrees are left out:
// Linux drops the datagram there and begins anew, we keep it (frag_overlap).
func TestWhatTheKernelDeliversWeDeliver(t *testing.T) {
	runtime.LockOSThread() // one CPU's queue keeps packets in order
	defer runtime.UnlockOSThread()
	k := openKernel(t)
	rng := rand.New(rand.NewPCG(3, 3))
	delivered, more := 0, 0
	for id := uint16(1); id <= 1500; id++ {
		frags := disturbed(rng)
		agreed := false
		r := New(Config{}, func(a event.Anomaly) { agreed = agreed || a.Name == AnomalyOverlap }, nil)
		var ours [][]byte
		var d Datagram
		for i := range frags {
			f := &frags[i]
			if f.Offset > 60000 || f.Offset == 0 && !f.More {
				continue // past the end is not sent; whole is no fragment
			}
			f.Key.Proto = experiment
			k.send(t, id, f.Offset, f.More, f.Data)
			if r.Add(f, &d) == Complete {
				ours = append(ours, bytes.Clone(d.Data))
			}
		}
		theirs := k.received(t, id)
		if agreed {
			continue
		}
		delivered += len(theirs)
		more += max(0, len(ours)-len(theirs))
		for _, want := range theirs {
			found := false
			for _, have := range ours {
				found = found || bytes.Equal(have, want)
			}
			if !found {
				t.Errorf("datagram %d: the kernel delivers %x, we %x", id, want, ours)
				for _, f := range frags {
					t.Logf("%d+%d more=%v %x", f.Offset, len(f.Data), f.More, f.Data)
				}
				return
			}
		}
	}
	t.Logf("%d delivered by the kernel and by us, %d by us alone", delivered, more)
	if delivered < 50 {
		t.Errorf("only %d datagrams came through: too few to compare", delivered)
	}
}
