package defrag

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"spaniel/event"
	"spaniel/internal/tuntest"
	"spaniel/internal/wiretest"
)

// experiment is a protocol number for experiments (RFC 3692), so that nobody
// else answers.
const experiment = 253

// kernel puts fragments together: what a raw socket in a namespace receives.
type kernel struct {
	net  *tuntest.Net
	in   int
	head []byte // the IP header of every fragment, without fragmentation
}

func openKernel(t *testing.T, v6 bool) *kernel {
	t.Helper()
	k := &kernel{net: tuntest.Open(t)}
	family := unix.AF_INET
	if v6 {
		k.net.Up6()
		family, k.head = unix.AF_INET6, make([]byte, 40)
		k.head[0], k.head[6], k.head[7] = 0x60, experiment, 64
		copy(k.head[8:], tuntest.Peer6.AsSlice())
		copy(k.head[24:], tuntest.Host6.AsSlice())
		k.net.Set("ipv6/ip6frag_high_thresh", "67108864")
	} else {
		k.head = make([]byte, 20)
		k.head[0], k.head[8], k.head[9] = 0x45, 64, experiment
		copy(k.head[12:], tuntest.Peer4.AsSlice())
		copy(k.head[16:], tuntest.Host4.AsSlice())
		k.net.Set("ipv4/ipfrag_high_thresh", "67108864")
	}
	var err error
	if k.in, err = unix.Socket(family, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, experiment); err != nil {
		t.Skipf("asking the kernel needs raw sockets: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Close(k.in); err != nil {
			t.Error(err)
		}
	})
	return k
}

// received returns the datagrams that came whole.
func (k *kernel) received(t *testing.T) (out [][]byte) {
	t.Helper()
	b := make([]byte, 1<<16)
	for {
		n, _, err := unix.Recvfrom(k.in, b, 0)
		if errors.Is(err, unix.EAGAIN) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(k.head) == 20 {
			out = append(out, bytes.Clone(b[20:n]))
		} else { // IPv6 raw sockets give no header
			out = append(out, bytes.Clone(b[:n]))
		}
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

// TestWhatTheKernelDeliversWeDeliver: what this kernel puts together we put
// together, with the same bytes, also where bytes conflict. Only where overlaps
// agree may it drop the datagram and begin anew with what follows, where we
// keep it; frag_overlap says so.
func TestWhatTheKernelDeliversWeDeliver(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		t.Run(fmt.Sprint("v6=", v6), func(t *testing.T) { askKernel(t, v6) })
	}
}

func askKernel(t *testing.T, v6 bool) {
	k := openKernel(t, v6)
	rng := rand.New(rand.NewPCG(3, 3))
	const scripts = 5000
	delivered, more, agreeing := 0, 0, 0
	for id := uint32(1); id <= scripts; id++ {
		frags := disturbed(rng, v6)
		agreed := false
		r := New(Config{}, new(event.Ledger), func(a event.Anomaly) { agreed = agreed || a.Name == AnomalyOverlap }, nil)
		var ours [][]byte
		var d Datagram
		for i := range frags {
			f := &frags[i]
			f.Before = 0
			if f.Offset > 60000 || f.Offset == 0 && !f.More {
				continue // past the end cannot be sent; whole is no fragment
			}
			k.net.Write(wiretest.FragmentOf(k.head, id, f.Offset, f.More, f.Data))
			if r.Add(f, &d) == Complete {
				ours = append(ours, bytes.Clone(d.Data))
			}
		}
		theirs := k.received(t)
		if agreed {
			agreeing++
			continue
		}
		delivered += len(theirs)
		more += max(0, len(ours)-len(theirs))
		for _, want := range theirs {
			if !slices.ContainsFunc(ours, func(b []byte) bool { return bytes.Equal(b, want) }) {
				for _, f := range frags {
					t.Logf("%d+%d more=%v %x", f.Offset, len(f.Data), f.More, f.Data)
				}
				t.Fatalf("datagram %d: the kernel delivers %x, we %x", id, want, ours)
			}
		}
	}
	t.Logf("%d delivered by the kernel and by us, %d by us alone; %d scripts with overlaps that agree", delivered, more, agreeing)
	if delivered < scripts/10 {
		t.Errorf("the kernel delivered only %d datagrams of %d scripts: this shows little", delivered, scripts)
	}
}
