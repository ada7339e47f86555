package defrag

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"

	"spaniel/event"
)

const (
	// experiment is a protocol number for experiments (RFC 3692), so that
	// nobody else answers.
	experiment = 253
	// ipv6HeaderIncluded is IPV6_HDRINCL, which package syscall lacks.
	ipv6HeaderIncluded = 36
)

// kernel sends fragments over loopback to itself: what this machine's own
// kernel makes of them.
type kernel struct {
	out, in int
	v6      bool
	self    syscall.Sockaddr
	// What an earlier run left in the kernel must not meet this one's: another
	// loopback address, in IPv6 other identifications.
	addr [4]byte
	base uint32
}

func openKernel(t *testing.T, v6 bool) *kernel {
	t.Helper()
	k := &kernel{v6: v6, base: rand.Uint32(), addr: [4]byte{127, byte(rand.Uint32()), byte(rand.Uint32()), 1 + byte(rand.Uint32N(250))}}
	k.self = &syscall.SockaddrInet4{Addr: k.addr}
	family := syscall.AF_INET
	if v6 {
		family, k.self = syscall.AF_INET6, &syscall.SockaddrInet6{Addr: [16]byte{15: 1}}
	}
	var err, err2 error
	k.out, err = syscall.Socket(family, syscall.SOCK_RAW, syscall.IPPROTO_RAW)
	if err != nil {
		t.Skipf("asking the kernel needs raw sockets: %v", err)
	}
	k.in, err2 = syscall.Socket(family, syscall.SOCK_RAW, experiment)
	if err2 != nil {
		t.Fatal(err2)
	}
	t.Cleanup(func() {
		if err := errors.Join(syscall.Close(k.out), syscall.Close(k.in)); err != nil {
			t.Error(err)
		}
	})
	if v6 {
		if err := syscall.SetsockoptInt(k.out, syscall.IPPROTO_IPV6, ipv6HeaderIncluded, 1); err != nil {
			t.Skipf("the kernel takes no IPv6 headers of ours: %v", err)
		}
	}
	// Never block for ever if the kernel keeps a packet to itself.
	if err := syscall.SetsockoptTimeval(k.in, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &syscall.Timeval{Sec: 5}); err != nil {
		t.Fatal(err)
	}
	return k
}

// packet makes a fragment. The kernel fills in IPv4's length and checksum.
func (k *kernel) packet(id uint16, off int, more bool, data []byte) []byte {
	bit := uint16(0)
	if more {
		bit = 1
	}
	if k.v6 {
		b := make([]byte, 40, 48+len(data))
		b[0], b[6], b[7], b[23], b[39] = 0x60, 44, 64, 1, 1
		binary.BigEndian.PutUint16(b[4:], uint16(8+len(data)))
		b = append(b, experiment, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(off)|bit)
		b = binary.BigEndian.AppendUint32(b, k.base+uint32(id))
		return append(b, data...)
	}
	b := make([]byte, 20, 20+len(data))
	b[0], b[8], b[9] = 0x45, 64, experiment
	binary.BigEndian.PutUint16(b[4:], id)
	binary.BigEndian.PutUint16(b[6:], uint16(off/8)|bit<<13)
	copy(b[12:], k.addr[:])
	copy(b[16:], k.addr[:])
	return append(b, data...)
}

func (k *kernel) send(t *testing.T, id uint16, off int, more bool, data []byte) {
	t.Helper()
	if err := syscall.Sendto(k.out, k.packet(id, off, more, data), 0, k.self); err != nil {
		t.Skipf("sending over loopback: %v", err)
	}
}

// received returns the datagrams that came before a marker sent now.
func (k *kernel) received(t *testing.T) (out [][]byte) {
	t.Helper()
	k.send(t, 0xffff, 0, false, []byte("marker"))
	for {
		b := make([]byte, 1<<16)
		n, _, err := syscall.Recvfrom(k.in, b, 0)
		if err != nil {
			t.Skipf("the loopback does not give packets back: %v", err)
		}
		b = b[:n]
		if !k.v6 {
			b = b[20:] // IPv6 raw sockets give no header
		}
		if string(b) == "marker" {
			return out
		}
		out = append(out, b)
	}
}

// disturbed returns the fragments of one datagram with some that do not belong.
func disturbed(rng *rand.Rand, v6 bool) []Fragment {
	data := make([]byte, 40+rng.IntN(100))
	for i := range data {
		data[i] = byte(i)
	}
	frags := cutUp(rng, key(v6, 0), data, false)
	b := make([]byte, 4*rng.IntN(4))
	for i := range b {
		b[i] = byte(rng.Uint32())
		if i%4 == 0 {
			b[i] &= 0x3f // the same datagram
		}
	}
	frags = append(frags, script(b, v6)...)
	rng.Shuffle(len(frags), func(i, j int) { frags[i], frags[j] = frags[j], frags[i] })
	return frags
}

// Whatever this kernel puts together, we put together, with the same bytes,
// also where bytes conflict. Scripts with an overlap that agrees are left out:
// Linux may drop the datagram there and begin anew, we keep it (frag_overlap).
func TestWhatTheKernelDeliversWeDeliver(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		t.Run(fmt.Sprint("v6=", v6), func(t *testing.T) { askKernel(t, v6) })
	}
}

func askKernel(t *testing.T, v6 bool) {
	runtime.LockOSThread() // one CPU's queue keeps packets in order
	defer runtime.UnlockOSThread()
	k := openKernel(t, v6)
	rng := rand.New(rand.NewPCG(3, 3))
	delivered, more := 0, 0
	for id := uint16(1); id <= 500; id++ {
		frags := disturbed(rng, v6)
		agreed := false
		r := New(Config{}, func(a event.Anomaly) { agreed = agreed || a.Name == AnomalyOverlap }, nil)
		var ours [][]byte
		var d Datagram
		for i := range frags {
			f := &frags[i]
			f.Before = 0
			if f.Offset > 60000 || f.Offset == 0 && !f.More {
				continue // past the end cannot be sent; whole is no fragment
			}
			k.send(t, id, f.Offset, f.More, f.Data)
			if r.Add(f, &d) == Complete {
				ours = append(ours, bytes.Clone(d.Data))
			}
		}
		theirs := k.received(t)
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
				for _, f := range frags {
					t.Logf("%d+%d more=%v %x", f.Offset, len(f.Data), f.More, f.Data)
				}
				t.Fatalf("datagram %d: the kernel delivers %x, we %x", id, want, ours)
			}
		}
	}
	t.Logf("%d delivered by the kernel and by us, %d by us alone", delivered, more)
	if delivered < 50 {
		t.Skipf("the kernel delivered only %d datagrams: its memory for fragments is full for half a minute", delivered)
	}
}
