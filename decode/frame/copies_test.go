package frame

import (
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"spaniel/event"
	"spaniel/internal/wiretest"
)

// twice returns frames, 20 ms apart, each followed, later by after, by change
// of it.
func twice(frames []event.Frame, after time.Duration, change func([]event.Frame) []event.Frame) []event.Frame {
	var out []event.Frame
	for i, f := range frames {
		f.Time += int64(i) * 20e6
		again := f
		again.Time += int64(after)
		again.Data = slices.Clone(f.Data)
		one := []event.Frame{again}
		if change != nil {
			one = change(one)
		}
		out = append(out, f, one[0])
	}
	return wiretest.Number(out)
}

// lessTTL is what a router does to a packet.
func lessTTL(frames []event.Frame) []event.Frame {
	b := frames[0].Data[14:]
	if b[0]>>4 == 6 {
		b[7]--
		return frames
	}
	b[8]--
	fillHeader(b[:20])
	return frames
}

// fillHeader makes the checksum of an IPv4 header right.
func fillHeader(b []byte) {
	b[10], b[11] = 0, 0
	binary.LittleEndian.PutUint16(b[10:], ^fold(sum64(0, b)))
}

func inVLAN(id uint16) func([]event.Frame) []event.Frame {
	return func(f []event.Frame) []event.Frame { return wiretest.AddVLAN(f, 0x8100, id) }
}

func TestCopies(t *testing.T) {
	otherID := func(f []event.Frame) []event.Frame { f[0].Data[19]++; fillHeader(f[0].Data[14:34]); return f }
	for _, tc := range []struct {
		name   string
		v6     bool
		after  time.Duration
		change func([]event.Frame) []event.Frame
		cfg    Config
		copies bool
	}{
		{name: "at once", after: 0, copies: true},
		{name: "4 ms later", after: 4 * time.Millisecond, copies: true},
		{name: "6 ms later", after: 6 * time.Millisecond},
		{name: "6 ms later where 7 are allowed", after: 6 * time.Millisecond, cfg: Config{CopyWithin: 7 * time.Millisecond}, copies: true},
		{name: "1 ms later where a half is allowed", after: time.Millisecond, cfg: Config{CopyWithin: 500 * time.Microsecond}},
		{name: "IPv6, 1 ms later where a half is allowed", v6: true, after: time.Millisecond, cfg: Config{CopyWithin: 500 * time.Microsecond}},
		{name: "IPv6, 2 ms later where 7 are allowed", v6: true, after: 2 * time.Millisecond, cfg: Config{CopyWithin: 7 * time.Millisecond}},
		{name: "with a lower TTL", after: 10 * time.Microsecond, change: lessTTL, copies: true},
		{name: "in a VLAN", after: 10 * time.Microsecond, change: inVLAN(7), copies: true},
		{name: "with another identification", after: 10 * time.Microsecond, change: otherID},
		{name: "to be kept", after: 10 * time.Microsecond, cfg: Config{KeepDuplicates: true}},
		{name: "IPv6", v6: true, after: 500 * time.Microsecond, change: lessTTL, copies: true},
		{name: "IPv6, 2 ms later", v6: true, after: 2 * time.Millisecond},
	} {
		t.Run(tc.name, func(t *testing.T) {
			clean := conversation(tc.v6)
			frames := twice(clean, tc.after, tc.change)
			h := newHarness(tc.cfg).run(t, frames)
			want := uint64(0)
			if tc.copies {
				want = uint64(len(clean))
			}
			if got := h.led.Frames[event.FrameDuplicate]; got != want || h.led.Frames[event.FrameStream] != uint64(len(frames))-want {
				t.Errorf("%d duplicates, want %d; ledger %v", got, want, h.led.Frames)
			}
			if h.Copies().Copies != want || h.Copies().Forgotten > 0 {
				t.Errorf("stats %+v", h.Copies())
			}
		})
	}
}

// A payload that differs is no copy, whatever its headers.
func TestCopyWithOtherBytes(t *testing.T) {
	frames := twice(conversation(false), time.Microsecond, func(f []event.Frame) []event.Frame {
		f[0].Data[len(f[0].Data)-1] ^= 1
		return f
	})
	h := newHarness(Config{Checksums: Ignore}).run(t, frames)
	var data, empty uint64
	for _, p := range h.packets {
		if len(p.Payload) > 0 {
			data++
		} else {
			empty++
		}
	}
	if data%2 != 0 || data == 0 || h.led.Frames[event.FrameStream] != data+empty {
		t.Errorf("%d packets with data, %d without", data, empty)
	}
}

// A router's two sides, mirrored together: each direction comes first in
// another VLAN, and yet both have one.
func TestCopiesOfTwoVLANsMeet(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		var frames []event.Frame
		for _, f := range conversation(v6) {
			first, second := inVLAN(10), inVLAN(20)
			if sourcePort(f, v6) == 80 {
				first, second = second, first
			}
			again := f
			again.Time += 5000
			frames = append(frames, first([]event.Frame{f})[0], second([]event.Frame{again})[0])
		}
		h := newHarness(Config{}).run(t, wiretest.Number(frames))
		for i, p := range h.packets {
			if p.VLAN != h.packets[0].VLAN {
				t.Errorf("v6=%v: packet %d of %d has VLAN %d, the first %d", v6, i, len(h.packets), p.VLAN, h.packets[0].VLAN)
			}
		}
		if 2*len(h.packets) != len(frames) {
			t.Errorf("v6=%v: %d packets of %d frames", v6, len(h.packets), len(frames))
		}
	}
}

func sourcePort(f event.Frame, v6 bool) int {
	at := 14 + 20
	if v6 {
		at = 14 + 40
	}
	return int(f.Data[at])<<8 | int(f.Data[at+1])
}

// What is remembered is bounded: of a crowd too large, some copies come
// through, which is counted.
func TestCopiesForgotten(t *testing.T) {
	f := conversation(false)[0]
	var frames []event.Frame
	for i := range 3 * copySets * copyWays {
		g := f
		g.Data = slices.Clone(f.Data)
		g.Data[40], g.Data[41] = byte(i>>8), byte(i) // the sequence number
		g.Data[39] = byte(i >> 16)
		frames = append(frames, g)
	}
	h := newHarness(Config{Checksums: Ignore}).run(t, wiretest.Number(frames))
	if s := h.Copies(); s.Copies != 0 || s.Forgotten < copySets*copyWays {
		t.Errorf("stats %+v", s)
	}
}

// Directions mirrored in two VLANs meet where that is asked for.
func TestJoinVLANs(t *testing.T) {
	for _, join := range []bool{false, true} {
		frames := conversation(false)
		for i, f := range frames {
			id := uint16(10)
			if sourcePort(f, false) == 80 {
				id = 20
			}
			frames[i] = inVLAN(id)([]event.Frame{f})[0]
		}
		h := newHarness(Config{JoinVLANs: join}).run(t, wiretest.Number(frames))
		vlans := map[uint16]bool{}
		for _, p := range h.packets {
			vlans[p.VLAN] = true
		}
		if want := map[bool]int{false: 2, true: 1}[join]; len(vlans) != want || len(h.packets) != len(frames) {
			t.Errorf("join %v: VLANs %v of %d packets", join, vlans, len(h.packets))
		}
	}
}

// Where nothing empty comes twice, segments with payload are not looked at.
func TestCopiesOfPayloadAlone(t *testing.T) {
	var frames []event.Frame
	for _, f := range conversation(false) {
		frames = append(frames, f)
		if len(f.Data) > 100 {
			frames = append(frames, f)
		}
	}
	h := newHarness(Config{}).run(t, wiretest.Number(frames))
	if h.led.Frames[event.FrameStream] != uint64(len(frames)) {
		t.Errorf("ledger %v", h.led.Frames)
	}
}
