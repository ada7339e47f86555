package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"spaniel/event"
	"spaniel/internal/vethtest"
)

// backends are the ways to capture that each test of a wire goes.
func backends() []LiveConfig {
	return []LiveConfig{
		{Interface: vethtest.In, Promiscuous: true, BufferBytes: 8 << 20},
		{Interface: vethtest.In, Promiscuous: true, BufferBytes: 8 << 20, Backend: BackendAFPacket},
		{Interface: vethtest.In, Promiscuous: true, BufferBytes: 8 << 20, Backend: BackendAFPacket, Rings: 3},
	}
}

func backendName(c LiveConfig) string { return fmt.Sprintf("%s%d", c.Backend, c.Rings) }

// numbered is an Ethernet frame of UDP between two hosts, its number in the
// last bytes. Its ports, and so its flow, differ by number.
func numbered(n uint32, tags ...uint32) []byte {
	b := []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1}
	for _, tag := range tags {
		b = binary.BigEndian.AppendUint32(b, tag)
	}
	b = append(b, 8, 0, 0x45, 0, 0, 48, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2)
	b = binary.BigEndian.AppendUint16(b, uint16(1024+n%997))
	b = append(b, 0x1f, 0x90, 0, 28, 0, 0)
	b = append(b, make([]byte, 16)...)
	return binary.BigEndian.AppendUint32(b, n)
}

func numberOf(f *event.Frame) uint32 { return binary.BigEndian.Uint32(f.Data[len(f.Data)-4:]) }

func openWire(t *testing.T, cfg ...LiveConfig) *Live {
	t.Helper()
	l, err := OpenLive(cfg...)
	if err != nil {
		t.Fatal(err)
	}
	l.drain = 5 * time.Minute // a slow machine is none of these tests' matter
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// readOut stops the capture and gives all frames caught before. The other end of
// a wire gets a frame before sending it returns, or is given it by another thread
// of the kernel: who counts on frames waits for them with caught.
func readOut(t *testing.T, l *Live, each func(*event.Frame)) (n uint64) {
	t.Helper()
	l.Stop()
	for {
		var f event.Frame
		switch err := l.Next(&f); {
		case err == nil:
			n++
			if f.Number != n {
				t.Fatalf("frame %d has number %d", n, f.Number)
			}
			each(&f)
		case errors.Is(err, io.EOF):
			return n
		case !errors.Is(err, ErrTimeout):
			t.Fatal(err)
		}
	}
}

// caught waits until the kernel has taken so many frames, or dropped them.
func caught(t *testing.T, l *Live, frames uint64) {
	t.Helper()
	for until := time.Now().Add(5 * time.Minute); ; time.Sleep(time.Millisecond) {
		s, err := l.Stats()
		if err != nil {
			t.Fatal(err)
		}
		if s.Received >= frames {
			return
		}
		if time.Now().After(until) {
			t.Fatalf("%d frames never arrive: %+v", frames, s)
		}
	}
}

// TestWireGivesAllFramesInOrder: each frame is given, in the order in which it was
// sent, or counted as one that the kernel dropped. Nobody reads while they are sent:
// a machine that is slow to send them lets the ring run out of blocks.
func TestWireGivesAllFramesInOrder(t *testing.T) {
	for _, cfg := range backends() {
		t.Run(backendName(cfg), func(t *testing.T) {
			w := vethtest.Open(t)
			l := openWire(t, cfg)
			const frames = 5000
			last, before := int64(-1), time.Now().UnixNano()
			for n := range uint32(frames) {
				w.Send(numbered(n))
			}
			caught(t, l, frames)
			got := readOut(t, l, func(f *event.Frame) {
				if int64(numberOf(f)) <= last || f.Time < before || f.Link != LinkEthernet || f.Length != 62 || len(f.Data) != 62 {
					t.Fatalf("number %d after %d, at %d after %d: %+v", numberOf(f), last, f.Time, before, f)
				}
				last, before = int64(numberOf(f)), f.Time
			})
			s, err := l.Stats()
			if got+s.KernelDrops != frames || got == 0 || err != nil || s.Received != frames {
				t.Errorf("%d frames of %d, %d over the wire; %+v %v", got, frames, w.Carried(vethtest.Out), s, err)
			}
		})
	}
}

// The kernel takes the outer tag out of the frame and keeps it beside: it must
// come back where it was, with its own type, the inner one behind it.
func TestWireKeepsTags(t *testing.T) {
	sent := [][]byte{
		numbered(0), numbered(1, 0x8100_0078), numbered(2, 0x8100_e00a), numbered(3, 0x88a8_0064, 0x8100_0005), numbered(4, 0x8100_0000), numbered(5, 0x8100_0001, 0x8100_0002),
	}
	for _, cfg := range backends() {
		t.Run(backendName(cfg), func(t *testing.T) {
			w := vethtest.Open(t)
			l := openWire(t, cfg)
			for _, f := range sent {
				w.Send(f)
			}
			caught(t, l, uint64(len(sent)))
			got := readOut(t, l, func(f *event.Frame) {
				if want := sent[numberOf(f)]; string(f.Data) != string(want) || f.Length != len(want) {
					t.Errorf("frame %d is % x of %d bytes, want % x", numberOf(f), f.Data, f.Length, want)
				}
			})
			if got != uint64(len(sent)) {
				t.Errorf("%d frames of %d", got, len(sent))
			}
		})
	}
}

func TestWireFiltersAndCuts(t *testing.T) {
	for _, cfg := range backends() {
		for filter, want := range map[string]uint64{"udp src port 1030": 1, "vlan 120": 2, "vlan 120 and udp src port 1027": 1, "not vlan": 10, "tcp": 0} {
			t.Run(backendName(cfg)+" "+filter, func(t *testing.T) {
				w := vethtest.Open(t)
				cfg.Filter, cfg.Snaplen = filter, 50
				l := openWire(t, cfg)
				for n := range uint32(10) {
					w.Send(numbered(n))
				}
				w.Send(numbered(3, 0x8100_0078))
				w.Send(numbered(900, 0x8100_0078))
				caught(t, l, want)
				got := readOut(t, l, func(f *event.Frame) {
					tag := f.Length - 62 // one that comes back may be beyond what was cut
					if len(f.Data) != 50 && len(f.Data) != 50+tag || tag != 0 && tag != 4 {
						t.Errorf("%d of %d bytes", len(f.Data), f.Length)
					}
				})
				s, err := l.Stats()
				if got != want || err != nil || s.Received != want {
					t.Errorf("%d frames, want %d; %+v %v", got, want, s, err)
				}
			})
		}
	}
}

func TestWireDirections(t *testing.T) {
	for _, cfg := range backends() {
		for _, direction := range []string{"", DirectionIn, DirectionOut} {
			t.Run(backendName(cfg)+" "+direction, func(t *testing.T) {
				w := vethtest.Open(t)
				cfg.Direction = direction
				l := openWire(t, cfg)
				for n := range uint32(50) {
					w.SendInto(vethtest.Out, numbered(2*n))  // arrives
					w.SendInto(vethtest.In, numbered(2*n+1)) // is sent by the machine
				}
				caught(t, l, map[string]uint64{"": 100, DirectionIn: 50, DirectionOut: 50}[direction])
				var arrived, left uint64
				readOut(t, l, func(f *event.Frame) {
					if numberOf(f)%2 == 0 {
						arrived++
					} else {
						left++
					}
				})
				want := map[string][2]uint64{"": {50, 50}, DirectionIn: {50, 0}, DirectionOut: {0, 50}}[direction]
				if got := [2]uint64{arrived, left}; got != want {
					t.Errorf("%v arrived and were sent, want %v", got, want)
				}
			})
		}
	}
}

// A tap has an interface for each direction: their frames must come in the
// order in which they were on the wire. What the kernel shows later than a merge
// waits, on a machine that stalls, comes late: of several rounds one must be
// without that.
func TestTwoInterfacesHaveOneClock(t *testing.T) {
	for _, cfg := range backends() {
		t.Run(backendName(cfg), func(t *testing.T) {
			w := vethtest.Open(t)
			w.Twin()
			const frames, rounds = 3000, 20
			least := frames
			for round := 0; round < rounds && least > frames/50; round++ {
				least = min(least, lateOfTwo(t, w, cfg, frames))
			}
			if least > frames/50 {
				t.Errorf("in each of %d rounds %d of %d frames and more came behind one that was sent after them", rounds, least, frames)
			}
		})
	}
}

// lateOfTwo sends frames by turns over two wires, and says how many came behind
// one that was sent after them.
func lateOfTwo(t *testing.T, w *vethtest.Wire, cfg LiveConfig, frames int) (late int) {
	t.Helper()
	other := cfg
	other.Interface = vethtest.InTwin
	l := openWire(t, cfg, other)
	seen := make([]bool, frames)
	next := 0
	check := func(f *event.Frame) {
		n := int(numberOf(f))
		if n >= frames || seen[n] || f.Iface != n/7%2 {
			t.Fatalf("got number %d of interface %d, after %d", n, f.Iface, next)
		}
		seen[n] = true
		if n < next {
			late++
		}
		next = max(next, n+1)
	}
	// One side is silent for a while: the other is not to wait for it.
	for n := range frames {
		w.SendInto([]string{vethtest.Out, vethtest.OutTwin}[n/7%2], numbered(uint32(n)))
		if n%64 == 0 {
			var f event.Frame
			if err := l.Next(&f); err == nil {
				check(&f)
			}
		}
	}
	caught(t, l, uint64(frames))
	given := readOutFrom(t, l, check) // counts go on
	list, err := l.StatsByInterface()
	if err != nil || len(list) != 2 || list[0].Received+list[1].Received != uint64(frames) || list[1].Interface != vethtest.InTwin || list[1].Received < uint64(frames)/3 {
		t.Fatalf("%+v %v", list, err)
	}
	// Little is read while they are sent, so that a slow machine may run out of
	// blocks: what the kernel dropped is counted.
	if dropped := list[0].KernelDrops + list[1].KernelDrops; given+dropped != uint64(frames) || given == 0 || dropped == 0 && next != frames {
		t.Errorf("%d frames of %d, %d dropped, the last is %d", given, frames, dropped, next)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	return late
}

// readOutFrom is readOut of a capture that gave frames before; it returns the
// number of the last.
func readOutFrom(t *testing.T, l *Live, each func(*event.Frame)) (last uint64) {
	t.Helper()
	l.Stop()
	for {
		var f event.Frame
		switch err := l.Next(&f); {
		case err == nil:
			last = f.Number
			each(&f)
		case errors.Is(err, io.EOF):
			return last
		case !errors.Is(err, ErrTimeout):
			t.Fatal(err)
		}
	}
}

// pull reads until something holds.
func pull(t *testing.T, l *Live, what string, each func(*event.Frame), holds func() bool) {
	t.Helper()
	for until := time.Now().Add(5 * time.Minute); !holds(); {
		if time.Now().After(until) {
			t.Fatalf("it never comes: %s", what)
		}
		var f event.Frame
		switch err := l.Next(&f); {
		case err == nil:
			each(&f)
		case !errors.Is(err, ErrTimeout):
			t.Fatal(err)
		}
	}
}

// TestInterfaceGoesAndComesBack: down and up, then away and made anew, each is
// told, counted and mended.
func TestInterfaceGoesAndComesBack(t *testing.T) {
	for _, cfg := range backends() {
		t.Run(backendName(cfg), func(t *testing.T) {
			w := vethtest.Open(t)
			l := openWire(t, cfg)
			var changes []Change
			l.OnChange(func(c Change) { changes = append(changes, c) })
			last, got := uint32(0), uint64(0)
			each := func(f *event.Frame) { last, got = numberOf(f), got+1 }
			seen := func(n uint32) {
				w.Send(numbered(n))
				pull(t, l, fmt.Sprintf("frame %d", n), each, func() bool { return last == n })
			}
			seen(1)
			for i, flap := range []struct{ down, up func() }{
				{func() { w.IP("link", "set", vethtest.In, "down") }, func() { w.IP("link", "set", vethtest.In, "up") }},
				{w.Remove, w.Restore},
			} {
				flap.down()
				pull(t, l, "the loss is told", each, func() bool { return len(changes) == 2*i+1 })
				list, err := l.StatsByInterface()
				if err != nil || list[0].Up {
					t.Errorf("%+v %v", list, err)
				}
				flap.up()
				pull(t, l, "the return is told", each, func() bool { return len(changes) == 2*i+2 })
				seen(uint32(10 + i))
			}
			for i, c := range changes {
				if c.Interface != vethtest.In || c.Up != (i%2 == 1) || c.Now.Before(c.Since) || (c.Problem == "") != c.Up {
					t.Errorf("change %d is %+v", i, c)
				}
			}
			s, err := l.Stats()
			if got != 3 || err != nil || s.Received != 3 || s.KernelDrops != 0 {
				t.Errorf("%d frames; %+v %v", got, s, err)
			}
		})
	}
}

// TestWireAccountsForEachFrame: what goes over the wire while nobody reads is
// read or counted as dropped, to the frame.
func TestWireAccountsForEachFrame(t *testing.T) {
	for _, cfg := range backends() {
		t.Run(backendName(cfg), func(t *testing.T) {
			w := vethtest.Open(t)
			cfg.BufferBytes = 3 << 20
			l := openWire(t, cfg)
			big := append(numbered(0), make([]byte, 1400)...)
			for n := range uint32(20_000) {
				binary.BigEndian.PutUint16(big[34:], uint16(n)) // another flow
				_ = w.TrySend(vethtest.Out, big)                // the wire may be full: Carried knows
			}
			got := readOut(t, l, func(*event.Frame) {})
			s, err := l.Stats()
			carried := w.Carried(vethtest.Out)
			if err != nil || s.KernelDrops == 0 || s.Received != carried || got+s.KernelDrops != carried {
				t.Errorf("%d over the wire, %d read; %+v %v", carried, got, s, err)
			}
			t.Logf("%d over the wire = %d read + %d dropped", carried, got, s.KernelDrops)
		})
	}
}

func TestRingAllocatesNothing(t *testing.T) {
	w := vethtest.Open(t)
	l := openWire(t, LiveConfig{Interface: vethtest.In, Backend: BackendAFPacket, BufferBytes: 4 << 20})
	for n := range uint32(400) {
		w.Send(numbered(n, 0x8100_0078))
	}
	var f event.Frame
	if n := testing.AllocsPerRun(300, func() {
		if err := l.Next(&f); err != nil && err != ErrTimeout {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

func TestWireRefuses(t *testing.T) {
	vethtest.Open(t)
	for _, c := range []struct {
		cfg  []LiveConfig
		says string
	}{
		{[]LiveConfig{{Interface: "any", Backend: BackendAFPacket}}, "any: afpacket cannot capture from it; capture with the backend pcap"},
		{[]LiveConfig{{Interface: "in0", Backend: "dpdk"}}, "dpdk: there is no such way to capture; use pcap or afpacket"},
		{[]LiveConfig{{Interface: "in0"}, {Interface: "in0"}}, "in0: the interface is named twice; name it once"},
		{[]LiveConfig{{Interface: "in0", Backend: BackendAFPacket, Filter: "tcp prot 80"}}, `filter "tcp prot 80": `},
	} {
		l, err := OpenLive(c.cfg...)
		var unusable *InputError
		if !errors.As(err, &unusable) || len(err.Error()) < len(c.says) || err.Error()[:len(c.says)] != c.says {
			t.Errorf("%v, want %s (%v)", err, c.says, l)
		}
	}
}
