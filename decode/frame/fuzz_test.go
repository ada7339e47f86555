package frame

import (
	"testing"
	"unsafe"

	"spaniel/event"
	"spaniel/internal/wiretest"
)

var fuzzLinks = []uint16{0, 1, 9, 12, 14, 101, 105, 108, 113, 127, 192, 228, 229, 276}

// seeds are whole frames of every link, with and without fragments.
func seeds() []event.Frame {
	var out []event.Frame
	for _, v6 := range []bool{false, true} {
		frames := conversation(v6, wiretest.VLAN(7, 8), wiretest.Timestamps())[:4]
		out = append(out, frames...)
		out = append(out, wiretest.Fragment(frames, 64)[:4]...)
		for _, link := range fuzzLinks {
			out = append(out, wiretest.Relink(frames, link)[3])
		}
		for _, tun := range tunnels {
			out = append(out, wiretest.Tunnel(frames, tun.kind, 77)[3], wiretest.Tunnel(wiretest.Fragment(frames, 600), tun.kind, 77)[3])
		}
	}
	return out
}

// check decodes one frame and asserts what must hold of any.
func check(t *testing.T, d *Decoder, led *event.Ledger, f *event.Frame) {
	t.Helper()
	var p Packet
	if d.Decode(f, &p) == event.FrameStream {
		if len(p.Payload) > len(f.Data) && led.Frames[event.FrameFragment] == 0 {
			t.Fatalf("payload of %d bytes in a frame of %d", len(p.Payload), len(f.Data))
		}
		if inside := within(p.Payload, f.Data); !inside && led.Frames[event.FrameFragment] == 0 {
			t.Fatal("payload is outside the frame, and there were no fragments")
		}
		if p.WireLen < len(p.Payload) || !p.Src.IsValid() || !p.Dst.IsValid() || p.WScale < -1 || p.WScale > 14 || p.VLAN > 4095 {
			t.Fatalf("%+v", p)
		}
		if p.Partition(1) > 63 {
			t.Fatal("partition")
		}
	}
	if err := led.Check(); err != nil {
		t.Fatal(err)
	}
}

// within reports whether a lies inside b's memory; an empty one does.
func within(a, b []byte) bool {
	if len(a) == 0 {
		return true
	}
	if len(b) == 0 {
		return false
	}
	lo, at := uintptr(unsafe.Pointer(&b[0])), uintptr(unsafe.Pointer(&a[0]))
	return at >= lo && at+uintptr(len(a)) <= lo+uintptr(len(b))
}

// FuzzDecodePacket decodes the bytes as two frames of a link, so that
// fragments may meet.
func FuzzDecodePacket(f *testing.F) {
	for _, s := range seeds() {
		f.Add(uint8(s.Link), s.Data, uint16(len(s.Data)), uint16(s.Length))
	}
	f.Fuzz(func(t *testing.T, link uint8, data []byte, split, length uint16) {
		var led event.Ledger
		d := New(Config{Checksums: Checksums(split % 3)}, &led, func(event.Anomaly) {})
		at := min(int(split), len(data))
		for i, b := range [][]byte{data[:at], data[at:]} {
			fr := event.Frame{Number: uint64(i + 1), Length: max(len(b), int(length)), Link: fuzzLinks[int(link)%len(fuzzLinks)], Data: b[:len(b):len(b)]}
			check(t, d, &led, &fr)
		}
		d.Flush()
		if err := led.Check(); err != nil || led.Frames[event.FrameFragment] > led.FramesIn {
			t.Fatal(err, led.Frames)
		}
	})
}

// Every frame, cut at every byte, read as every link.
func TestEveryTruncation(t *testing.T) {
	for _, s := range seeds() {
		for _, link := range fuzzLinks {
			var led event.Ledger
			d := New(Config{}, &led, nil)
			for n := range s.Data {
				f := s
				f.Link, f.Data = link, s.Data[:n:n]
				check(t, d, &led, &f)
				f.Length = n
				check(t, d, &led, &f)
			}
			d.Flush()
			if err := led.Check(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
