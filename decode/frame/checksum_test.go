package frame

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"spaniel/event"
	"spaniel/internal/wiretest"
)

// slowSum is the definition: 16-bit words, big-endian, carries added back.
func slowSum(b []byte) uint16 {
	var sum uint32
	for i := 0; i < len(b); i += 2 {
		w := uint32(b[i]) << 8
		if i+1 < len(b) {
			w |= uint32(b[i+1])
		}
		sum += w
		sum = sum&0xffff + sum>>16
	}
	return uint16(sum)
}

func TestSum(t *testing.T) {
	g := rand.New(rand.NewPCG(1, 1))
	for range 20_000 {
		b := make([]byte, g.IntN(200))
		for i := range b {
			b[i] = byte(g.Uint32())
			if g.IntN(4) == 0 {
				b[i] = 0xff
			}
		}
		cut := g.IntN(len(b)/2+1) * 2 // a sum goes on at even places
		got := fold(sum64(sum64(0, b[:cut]), b[cut:]))
		got = got>>8 | got<<8
		if want := slowSum(b); got%0xffff != want%0xffff {
			t.Fatalf("%x: %#x, want %#x", b, got, want)
		}
		if got, want := Sum(b), bits.ReverseBytes16(slowSum(b))%0xffff; got != want {
			t.Fatalf("%x: Sum %#x, want %#x", b, got, want)
		}
	}
}

// TestPayloadSum: what a right checksum tells of the payload is its sum, however
// long the payload and the header are; nothing is believed of a wrong one.
func TestPayloadSum(t *testing.T) {
	g := rand.New(rand.NewPCG(1, 2))
	src, dst := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::9")
	told := 0
	for i := range 20_000 {
		head := 20 + 4*g.IntN(11)
		b := make([]byte, head+g.IntN(90))
		for i := range b {
			if b[i] = byte(g.Uint32()); g.IntN(4) == 0 {
				b[i] = byte(0xff * g.IntN(2))
			}
		}
		b[12] = byte(head / 4 << 4)
		a, c := src, src.Next()
		if i%2 == 0 {
			a, c = dst, dst.Next()
		}
		b[16], b[17] = 0, 0
		binary.LittleEndian.PutUint16(b[16:], ^fold(sum64(add(pseudo(a, c), lengthWord(len(b))), b)))
		if i%10 == 0 {
			b[16] ^= 0x10
		}
		d := newHarness(Config{}).Decoder
		var p Packet
		d.p = &p
		d.tcp(b, len(b), a, c)
		if p.summed == (i%10 == 0) && len(b) > head {
			t.Fatalf("segment %d, %d bytes: its sum is told: %v", i, len(b), p.summed)
		}
		if p.summed {
			told++
		}
		if got, want := p.Sum(), Sum(b[head:]); got != want {
			t.Fatalf("%x with %d bytes of header: sum %#x, want %#x", b, head, got, want)
		}
	}
	if told < 10_000 {
		t.Errorf("only %d sums were told", told)
	}
}

// spoil makes the TCP checksum of frames wrong; with partial it leaves what a
// kernel leaves to its card.
func spoil(frames []event.Frame, partial bool, which func(i int) bool) []event.Frame {
	out := slices.Clone(frames)
	for i, f := range out {
		if !which(i) {
			continue
		}
		b := slices.Clone(f.Data)
		seg := b[34:]
		if partial {
			h := newHarness(Config{Checksums: Ignore, KeepDuplicates: true})
			var p Packet
			h.Decode(&f, &p)
			binary.LittleEndian.PutUint16(seg[16:], fold(add(pseudo(p.Src.Addr(), p.Dst.Addr()), lengthWord(len(seg)))))
		} else {
			seg[16] ^= 0x55
		}
		out[i].Data = b
	}
	return out
}

func names(notes []event.Anomaly) (s []string) {
	for _, a := range notes {
		s = append(s, a.Name)
	}
	return s
}

func TestChecksumsAuto(t *testing.T) {
	clean := conversation(false)
	data := func(port int, skip int) func(int) bool {
		return func(i int) bool {
			if sourcePort(clean[i], false) != port || len(clean[i].Data) <= 80 {
				return false
			}
			skip--
			return skip < 0
		}
	}
	all := func(port int) func(int) bool {
		return func(i int) bool { return sourcePort(clean[i], false) == port }
	}
	for _, tc := range []struct {
		name    string
		cfg     Config
		frames  []event.Frame
		dropped uint64
		notes   []string
	}{
		{name: "right", frames: clean},
		{name: "one is wrong", frames: spoil(clean, false, data(40000, 2)), dropped: 1, notes: []string{AnomalyChecksum}},
		{name: "one is left unfilled", frames: spoil(clean, true, data(40000, 2)), dropped: 1, notes: []string{AnomalyChecksum}},
		{name: "a host's are all wrong", frames: spoil(clean, false, all(40000)), notes: []string{AnomalyOffload}},
		{name: "both hosts'", frames: spoil(clean, false, func(int) bool { return true }), notes: []string{AnomalyOffload, AnomalyOffload}},
		{name: "a host offloads, and joins what it receives", frames: spoil(spoil(clean, true, all(40000)), true, data(80, 2)),
			notes: []string{AnomalyOffload, AnomalyOffload}},
		{name: "cut by the capture", frames: wiretest.Truncate(spoil(clean, false, data(40000, 2)), 70)},
		{name: "all wrong, to be verified", cfg: Config{Checksums: Verify}, frames: spoil(clean, false, all(40000)), dropped: 9},
		{name: "one wrong, to be ignored", cfg: Config{Checksums: Ignore}, frames: spoil(clean, false, data(40000, 2))},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHarness(tc.cfg).run(t, tc.frames)
			if h.led.Frames[event.FrameChecksum] != tc.dropped || !slices.Equal(names(h.notes), tc.notes) {
				t.Errorf("%d dropped, want %d; anomalies %v, want %v", h.led.Frames[event.FrameChecksum], tc.dropped, names(h.notes), tc.notes)
			}
		})
	}
}

func TestHeaderChecksumsAuto(t *testing.T) {
	wrong := func(which func(int) bool) []event.Frame {
		frames := conversation(false)
		for i := range frames {
			if which(i) {
				frames[i].Data[24] ^= 0x55
			}
		}
		return frames
	}
	h := newHarness(Config{}).run(t, wrong(func(i int) bool { return i == len(conversation(false))-1 }))
	if h.led.Frames[event.FrameChecksum] != 1 || !slices.Equal(names(h.notes), []string{AnomalyChecksum}) {
		t.Errorf("one: ledger %v, anomalies %v", h.led.Frames, names(h.notes))
	}
	h = newHarness(Config{}).run(t, wrong(func(int) bool { return true }))
	if h.led.Frames[event.FrameChecksum] != 0 || !slices.Equal(names(h.notes), []string{AnomalyOffload, AnomalyOffload}) {
		t.Errorf("all: ledger %v, anomalies %v", h.led.Frames, names(h.notes))
	}
}

// A crowd of forged senders neither fills memory nor makes a true host
// forgotten whose checksums were right.
func TestSendersAreBounded(t *testing.T) {
	clean := conversation(false)
	frames := slices.Clone(clean)
	forged := spoil(clean[3:4], false, func(int) bool { return true })[0]
	for i := range 5 * senderSets * senderWays {
		f := forged
		f.Data = slices.Clone(f.Data)
		f.Data[26], f.Data[27], f.Data[28], f.Data[29] = 11, byte(i>>16), byte(i>>8), byte(i)
		fillHeader(f.Data[14:34])
		frames = append(frames, f)
	}
	last := spoil(clean[5:6], false, func(int) bool { return true })[0]
	h := newHarness(Config{KeepDuplicates: true}).run(t, wiretest.Number(append(frames, last)))
	if fate := h.fates[len(h.fates)-1]; fate != event.FrameChecksum {
		t.Errorf("the true host's wrong segment is %v", fate)
	}
	// The first of them, the true host's, and how many more there were.
	if n := len(h.notes); n != NoteTop+2 || h.notes[n-1].Detail != fmt.Sprintf("%d more within 10s, this the last of them", h.led.AnomaliesHeld) {
		t.Errorf("%d anomalies, the last is %+v", n, h.notes[n-1])
	}
}

// What comes in fragments no card has joined: a wrong checksum there is wrong,
// however long the segment and whatever the host of the capture does.
func TestFragmentsAreNotJoined(t *testing.T) {
	b := wiretest.New(1, wiretest.CaseStart)
	c := b.Conn(netip.MustParseAddrPort("198.51.100.7:40000"), netip.MustParseAddrPort("10.0.0.5:80"), wiretest.MSS(4000))
	c.Open()
	for range 4 {
		c.Client(make([]byte, 4000))
	}
	for _, partial := range []bool{false, true} {
		clean := b.Frames()
		last := -1
		for i, f := range clean {
			if len(f.Data) > 3000 {
				last = i
			}
		}
		wrong := spoil(clean, partial, func(i int) bool { return i == last })
		whole := newHarness(Config{}).run(t, wrong)
		if whole.led.Frames[event.FrameChecksum] != 0 {
			t.Errorf("partial %v, whole: ledger %v", partial, whole.led.Frames)
		}
		cut := newHarness(Config{}).run(t, wiretest.Fragment(wrong, 1400))
		if cut.led.Frames[event.FrameChecksum] != 1 || !slices.Equal(names(cut.notes), []string{AnomalyChecksum}) {
			t.Errorf("partial %v, in fragments: ledger %v, anomalies %v", partial, cut.led.Frames, names(cut.notes))
		}
	}
}

func BenchmarkChecksums(b *testing.B) {
	for name, c := range map[string]Checksums{"auto": Auto, "ignore": Ignore} {
		frames := conversation(false)
		b.Run(name, func(b *testing.B) {
			var led event.Ledger
			var p Packet
			d := New(Config{Checksums: c}, &led, nil)
			for i := 0; b.Loop(); i++ {
				f := &frames[i%len(frames)]
				f.Clock += 1e7
				d.Decode(f, &p)
			}
		})
	}
}
