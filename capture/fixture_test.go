package capture

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"testing"

	"github.com/klauspost/compress/zstd"

	"spaniel/event"
)

// A fixture is a capture file written by hand, byte by byte, with what is to
// be read from it.
type fixture struct {
	b  binary.ByteOrder
	at binary.AppendByteOrder
	// data is the file, frames what it holds.
	data   []byte
	frames []event.Frame
	// begins is the offset of each record or block, ends[i] where frame i is
	// complete.
	begins, ends []int64
	ifaces       []Interface
	section      int
}

var byteOrders = []struct {
	name  string
	order interface {
		binary.ByteOrder
		binary.AppendByteOrder
	}
}{{"little", binary.LittleEndian}, {"big", binary.BigEndian}}

func newFixture(big int) *fixture {
	o := byteOrders[big].order
	return &fixture{b: o, at: o}
}

func (x *fixture) u16(v ...uint16) *fixture {
	for _, v := range v {
		x.data = x.at.AppendUint16(x.data, v)
	}
	return x
}

func (x *fixture) u32(v ...uint32) *fixture {
	for _, v := range v {
		x.data = x.at.AppendUint32(x.data, v)
	}
	return x
}

// pcap begins a classic file of version 2.4.
func (x *fixture) pcap(magic, link uint32) *fixture {
	x.ifaces = []Interface{{Link: uint16(link), Snaplen: 65535}}
	return x.u32(magic).u16(2, 4).u32(0, 0, 65535, link)
}

// record adds a classic record; extra is what stands between head and data.
func (x *fixture) record(want event.Frame, fraction uint32, extra int) *fixture {
	x.begins = append(x.begins, int64(len(x.data)))
	x.u32(uint32(want.Time/1e9), fraction, uint32(len(want.Data)), uint32(want.Length))
	x.data = append(append(x.data, make([]byte, extra)...), want.Data...)
	return x.holds(want)
}

// holds notes a frame that is complete here.
func (x *fixture) holds(want event.Frame) *fixture {
	want.Number = uint64(len(x.frames) + 1)
	if want.Link == 0 {
		want.Link = x.ifaces[want.Iface].Link
	}
	x.frames = append(x.frames, want)
	x.ends = append(x.ends, int64(len(x.data)))
	return x
}

// block adds a pcapng block around what body writes.
func (x *fixture) block(kind uint32, body func()) *fixture {
	start := len(x.data)
	x.begins = append(x.begins, int64(start))
	x.u32(kind, 0)
	body()
	for len(x.data)%4 != 0 {
		x.data = append(x.data, 0)
	}
	size := uint32(len(x.data) - start + 4)
	x.b.PutUint32(x.data[start+4:], size)
	return x.u32(size)
}

// option adds a pcapng option.
func (x *fixture) option(code uint16, value []byte) {
	x.u16(code, uint16(len(value)))
	x.data = append(x.data, value...)
	for len(x.data)%4 != 0 {
		x.data = append(x.data, 0)
	}
}

// start begins a pcapng section.
func (x *fixture) start() *fixture {
	x.section = len(x.ifaces)
	return x.block(blockSection, func() {
		x.u32(byteOrderMagic).u16(1, 0).u32(0xffffffff, 0xffffffff)
		x.option(4, []byte("hand made"))
		x.option(optEnd, nil)
	})
}

// iface adds an interface; opts writes its options.
func (x *fixture) iface(i Interface, opts func()) *fixture {
	x.ifaces = append(x.ifaces, i)
	return x.block(blockInterface, func() {
		x.u16(i.Link, 0).u32(i.Snaplen)
		if i.Name != "" {
			x.option(optName, []byte(i.Name))
		}
		if opts != nil {
			opts()
		}
		x.option(optEnd, nil)
	})
}

// enhanced adds an Enhanced Packet Block with a comment; want.Iface counts
// through the file.
func (x *fixture) enhanced(want event.Frame, stamp uint64) *fixture {
	x.block(blockEnhanced, func() {
		x.u32(uint32(want.Iface-x.section), uint32(stamp>>32), uint32(stamp), uint32(len(want.Data)), uint32(want.Length))
		x.data = append(x.data, want.Data...)
		for len(x.data)%4 != 0 {
			x.data = append(x.data, 0xaa)
		}
		x.option(1, []byte("a comment"))
		x.option(optEnd, nil)
	})
	return x.holds(want)
}

// simple adds a Simple Packet Block.
func (x *fixture) simple(want event.Frame) *fixture {
	x.block(blockSimple, func() {
		x.u32(uint32(want.Length))
		x.data = append(x.data, want.Data...)
	})
	return x.holds(want)
}

// obsolete adds a Packet Block.
func (x *fixture) obsolete(want event.Frame, stamp uint64) *fixture {
	x.block(blockPacket, func() {
		x.u16(uint16(want.Iface-x.section), 7).u32(uint32(stamp>>32), uint32(stamp), uint32(len(want.Data)), uint32(want.Length))
		x.data = append(x.data, want.Data...)
	})
	return x.holds(want)
}

// payload is n bytes that differ by seed.
func payload(seed, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(seed*31 + i)
	}
	return b
}

// allFixtures are files of every container variation, by name.
func allFixtures() map[string]*fixture {
	all := map[string]*fixture{}
	for big, o := range byteOrders {
		all["pcap micro "+o.name] = newFixture(big).pcap(magicMicros, 1).
			record(event.Frame{Time: 1_700_000_000_123_456_000, Length: 60, Data: payload(1, 60)}, 123456, 0).
			record(event.Frame{Time: 4_294_967_295_999_999_000, Length: 9000, Data: payload(2, 61)}, 999999, 0).
			record(event.Frame{Time: 0, Length: 0, Data: nil}, 0, 0)
		all["pcap nano "+o.name] = newFixture(big).pcap(magicNanos, 0xf4000071).
			record(event.Frame{Time: 1_700_000_000_123_456_789, Length: 7, Data: payload(3, 7)}, 123456789, 0).
			record(event.Frame{Time: 1_000_000_000, Length: 1, Data: payload(4, 1)}, 0, 0)
		all["pcap modified "+o.name] = newFixture(big).pcap(magicKuznetzov, 101).
			record(event.Frame{Time: 5_000_001_000, Length: 20, Data: payload(5, 20)}, 1, 8).
			record(event.Frame{Time: 6_000_002_000, Length: 21, Data: payload(6, 21)}, 2, 8)
		all["pcapng "+o.name] = ngFixture(big)
	}
	return all
}

// ngFixture has two sections in both byte orders, every kind of block, and
// interfaces of different links and clocks.
func ngFixture(big int) *fixture {
	x := newFixture(big)
	x.start().
		block(4, func() { x.u32(1, 2, 3, 4) }). // names, nobody reads them here
		iface(Interface{Name: "eth0", Link: 1, Snaplen: 0}, nil).
		iface(Interface{Name: "any", Link: 276, Snaplen: 96}, func() { x.option(optTsResol, []byte{9}) }).
		enhanced(event.Frame{Time: 1_700_000_000_123_456_000, Length: 60, Iface: 0, Data: payload(1, 60)}, 1_700_000_000_123_456).
		enhanced(event.Frame{Time: 1_700_000_000_123_456_789, Length: 1514, Iface: 1, Data: payload(2, 95)}, 1_700_000_000_123_456_789).
		block(0x80000bad, func() { x.data = append(x.data, payload(9, 4000)...) }).
		simple(event.Frame{Length: 42, Iface: 0, Data: payload(3, 42)}).
		obsolete(event.Frame{Time: 77_000, Length: 33, Iface: 0, Data: payload(4, 33)}, 77)
	o := byteOrders[1-big].order
	x.b, x.at = o, o
	return x.start().
		iface(Interface{Name: "", Link: 0, Snaplen: 16}, func() {
			x.option(0x7001, []byte("unknown"))
			x.option(optTsResol, []byte{0x8a}) // 1/1024 s
			x.option(optTsOffset, x.at.AppendUint64(nil, 1000))
		}).
		enhanced(event.Frame{Time: 1001_500_000_000, Length: 16, Iface: 2, Data: payload(5, 16)}, 1536).
		simple(event.Frame{Length: 4000, Iface: 2, Data: payload(6, 16)}).
		block(5, func() { x.u32(0, 0, 0) }) // statistics
}

// zip compresses data with gzip, zst with zstd.
func zip(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	return packed(t, &b, w, data)
}

func zst(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	return packed(t, &b, w, data)
}

func packed(t testing.TB, b *bytes.Buffer, w io.WriteCloser, data []byte) []byte {
	t.Helper()
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// readAll reads all frames of r, with copies of their data.
func readAll(r io.Reader) (frames []event.Frame, ifaces []Interface, err error) {
	f, err := NewFile("test", r)
	if err != nil {
		return nil, nil, err
	}
	_, err = drain(f, func(fr *event.Frame) {
		c := *fr
		c.Data = bytes.Clone(fr.Data)
		frames = append(frames, c)
	})
	ifaces = f.Interfaces()
	if cerr := f.Close(); cerr != nil && err == nil {
		err = cerr
	}
	return frames, ifaces, err
}

// differ says where two lists of frames differ, or "".
func differ(got, want []event.Frame) string {
	for i := range min(len(got), len(want)) {
		g, w := got[i], want[i]
		if g.Number != w.Number || g.Time != w.Time || g.Clock != w.Clock || g.Length != w.Length ||
			g.Iface != w.Iface || g.Link != w.Link || !bytes.Equal(g.Data, w.Data) {
			return fmt.Sprintf("frame %d is\n%+v, not\n%+v", i+1, g, w)
		}
	}
	if len(got) != len(want) {
		return fmt.Sprintf("%d frames, not %d", len(got), len(want))
	}
	return ""
}

// frameOf is frame i of n noisy bytes, i µs after 1970.
func frameOf(i, n int) event.Frame {
	b := make([]byte, n)
	v := uint32(i + 1)
	for j := range b {
		v = v*1664525 + 1013904223
		b[j] = byte(v >> 24)
	}
	return event.Frame{Time: int64(i) * 1000, Length: n, Data: b}
}
