package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"spaniel/event"
)

// good is a pcapng file with one frame, to be spoilt after it.
func good() *fixture {
	return newFixture(0).start().iface(Interface{Link: 1}, nil).
		enhanced(event.Frame{Time: 1000, Length: 4, Data: []byte("good")}, 1)
}

func TestFaultsNameTheByte(t *testing.T) {
	micros := func() *fixture {
		return newFixture(1).pcap(magicMicros, 1).record(event.Frame{Time: 1000, Length: 4, Data: []byte("good")}, 1, 0)
	}
	raw := func(x *fixture, words ...uint32) *fixture {
		x.begins = append(x.begins, int64(len(x.data)))
		return x.u32(words...)
	}
	for _, c := range []struct {
		x    *fixture
		want string
	}{
		{raw(micros(), 0, 0, MaxRecord+1, 4), "a record claims 262145 bytes, more than 262144"},
		{raw(micros(), 0, 0, 0xffffffff, 4), "a record claims 4294967295 bytes"},
		{raw(micros(), 0, 0, MaxRecord, 4), "the file ends inside a record: 16 of 262160 bytes are there"},
		{raw(good(), 6, 0, 0, 0), "a block claims 0 bytes"},
		{raw(good(), 99, 8, 8), "a block claims 8 bytes"},
		{raw(good(), 99, 13, 0, 0, 0), "a block claims 13 bytes"},
		{raw(good(), 6, 0x60000000, 0), "a block claims 1610612736 bytes, more than 524288"},
		{raw(good(), 99, 0xfffffffc, 0), "the file ends inside a block: 12 of 4294967292 bytes are there"},
		{raw(good(), 99, 16, 0, 20), "a block's length is 16 at its start and 20 at its end"},
		{raw(good(), 3, 16, 0, 12), "a block's length is 16 at its start and 12 at its end"},
		{good().block(blockEnhanced, func() {}), "a packet block of 12 bytes is too short"},
		{good().block(blockSimple, func() {}), "a packet block of 12 bytes is too short"},
		{good().block(blockPacket, func() {}), "a packet block of 12 bytes is too short"},
		{good().enhanced(event.Frame{Iface: 1, Link: 1}, 0), "a frame of interface 1, where 1 are described"},
		{good().obsolete(event.Frame{Iface: 0xffff, Link: 1}, 0), "a frame of interface 65535, where 1 are described"},
		{spoiltEnhanced(0xffffffff), "a frame claims 4294967295 bytes, more than 262144"},
		{spoiltEnhanced(8), "a frame claims 8 bytes, its block holds 4"},
		{spoiltSimple(9), "a frame claims 9 bytes, its block holds 8"},
		{spoiltSimple(0xffffffff), "a frame claims 4294967295 bytes"},
		{good().start().simple(event.Frame{Link: 1}), "a frame of interface 0, where 0 are described"},
		{good().block(blockInterface, func() {}), "an interface description of 12 bytes is too short"},
		{withOption(optTsResol, 2, 4), "option 9 of an interface is 2 bytes long"},
		{withOption(optTsOffset, 4, 4), "option 14 of an interface is 4 bytes long"},
		{withOption(optName, 5, 4), "option 2 of an interface runs past its block"},
		{withOption(0x1234, 0xffff, 0), "option 4660 of an interface runs past its block"},
		{raw(good(), blockSection, 28, 0x1a2b3c4e), "a section begins with byte-order magic 0x4e3c2b1a"},
		{good().block(blockSection, func() {}), "a section begins with byte-order magic"},
		{sectionOf(2), "a section is of pcapng version 2.0; 1.x is what can be read"},
		{shortSection(), "a section header of 16 bytes is too short"},
	} {
		frames, _, err := readAll(bytes.NewReader(c.x.data))
		var fault *Fault
		start := c.x.begins[len(c.x.begins)-1]
		if !errors.As(err, &fault) || !strings.Contains(fault.Problem, c.want) || fault.Offset != start || fault.Path != "test" {
			t.Errorf("%v\nnot a fault at %d: %s", err, start, c.want)
		}
		if head := fmt.Sprintf("test: broken at byte %d: ", start); !strings.HasPrefix(err.Error(), head) {
			t.Errorf("%v does not begin with %s", err, head)
		}
		if len(frames) != 1 || string(frames[0].Data) != "good" {
			t.Errorf("%s: the frames before are %v", c.want, frames)
		}
	}
}

// spoiltEnhanced claims kept bytes and holds four.
func spoiltEnhanced(kept uint32) *fixture {
	x := good()
	return x.block(blockEnhanced, func() { x.u32(0, 0, 0, kept, 4, 0) })
}

// spoiltSimple claims wire bytes and holds eight.
func spoiltSimple(wire uint32) *fixture {
	x := good()
	return x.block(blockSimple, func() { x.u32(wire, 0, 0) })
}

// withOption has an interface whose only option claims size bytes of room.
func withOption(code, size uint16, room int) *fixture {
	x := good()
	return x.block(blockInterface, func() {
		x.u16(1, 0).u32(0).u16(code, size)
		x.data = append(x.data, make([]byte, room)...)
	})
}

func sectionOf(major uint16) *fixture {
	x := good()
	return x.block(blockSection, func() { x.u32(byteOrderMagic).u16(major, 0).u32(0, 0) })
}

func shortSection() *fixture {
	x := good()
	return x.block(blockSection, func() { x.u32(byteOrderMagic) })
}

func TestTooManyInterfaces(t *testing.T) {
	x := newFixture(0).start()
	for range maxInterfaces + 1 {
		x.block(blockInterface, func() { x.u16(1, 0).u32(0) })
	}
	_, ifaces, err := readAll(bytes.NewReader(x.data))
	var fault *Fault
	if !errors.As(err, &fault) || len(ifaces) != maxInterfaces || fault.Offset != x.begins[len(x.begins)-1] {
		t.Errorf("%d interfaces, %v", len(ifaces), err)
	}
}

// Names come from the input: cut, and made valid UTF-8.
func TestInterfaceNamesAreTamed(t *testing.T) {
	x := newFixture(0).start()
	x.iface(Interface{Name: "a\xffb" + strings.Repeat("é", 200), Link: 1}, nil)
	_, ifaces, err := readAll(bytes.NewReader(x.data))
	if err != nil || len(ifaces) != 1 || !strings.HasPrefix(ifaces[0].Name, "a\uFFFDbé") || len(ifaces[0].Name) > 2*maxName {
		t.Errorf("%+v %v", ifaces, err)
	}
}

// Old versions of pcap order the two lengths otherwise.
func TestSwappedLengths(t *testing.T) {
	for _, c := range []struct {
		major, minor  uint16
		first, second uint32
	}{
		{2, 4, 4, 9}, {2, 3, 4, 9}, {2, 3, 9, 4}, {2, 2, 9, 4}, {543, 0, 9, 4},
	} {
		x := newFixture(0).u32(magicMicros).u16(c.major, c.minor).u32(0, 0, 65535, 1)
		x.u32(1, 2, c.first, c.second)
		x.data = append(x.data, "data"...)
		frames, _, err := readAll(bytes.NewReader(x.data))
		if err != nil || len(frames) != 1 || frames[0].Length != 9 || string(frames[0].Data) != "data" {
			t.Errorf("version %d.%d: %v %v", c.major, c.minor, frames, err)
		}
	}
}

// What a file says may be nonsense; it is handed on, but no frame is shorter
// on the wire than what was captured of it.
func TestNonsenseIsHandedOn(t *testing.T) {
	x := newFixture(0).pcap(magicMicros, 1).u32(7, 0xffffffff, 4, 2)
	x.data = append(x.data, "data"...)
	frames, _, err := readAll(bytes.NewReader(x.data))
	if err != nil || len(frames) != 1 || frames[0].Length != 4 || frames[0].Time != 7e9+0xffffffff*1000 {
		t.Errorf("%v %v", frames, err)
	}
}

func TestUnusableInput(t *testing.T) {
	version := newFixture(0).pcap(magicMicros, 1)
	binary.LittleEndian.PutUint16(version.data[4:], 3)
	long := newFixture(0).start()
	binary.LittleEndian.PutUint32(long.data[4:], 0x60000000)
	ng2 := newFixture(0)
	ng2.block(blockSection, func() { ng2.u32(byteOrderMagic).u16(2, 1).u32(0, 0) })
	for _, c := range []struct{ data, want string }{
		{"", "test: the file is empty; name a pcap"},
		{"\xd4\xc3", "too short to be a capture"},
		{"hello, world", "not a capture: it begins with 0x68656c6c"},
		{"{\"log\": {}}", "this is JSON"},
		{"\xfd7zXZ\x00", "xz -dc FILE | spaniel read -"},
		{"PK\x03\x04", "a zip archive"},
		{"\x1f\x8b", "the compressed data ends early"},
		{"\x1f\x8b\x07\x00\x00\x00\x00\x00\x00\x00", "the compressed data is damaged"},
		{"\x28\xb5\x2f\xfd", "the compressed data ends early"},
		{string(zip(t, nil)), "the file is empty"},
		{string(zip(t, []byte("hello"))), "not a capture"},
		{string(zip(t, zip(t, good().data))), "not a capture: it begins with 0x1f8b"},
		{string(version.data), "pcap version 3.4 cannot be read"},
		{string(version.data[:23]), "the file ends inside a file header: 23 of 24 bytes are there"},
		{string(good().data[:11]), "the file ends inside a file header: 11 of 28 bytes are there"},
		{string(long.data), "a block claims 1610612736 bytes, more than 524288"},
		{string(ng2.data), "pcapng version 2.1"},
		{"\n\r\r\n\x1c\x00\x00\x00\x00\x00\x00\x00", "byte-order magic 0x0"},
	} {
		_, _, err := readAll(strings.NewReader(c.data))
		var unusable *InputError
		if !errors.As(err, &unusable) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.20q: %v, not %s", c.data, err, c.want)
		}
	}
}

// A zstd frame may be of any length, but one that asks for a large window is
// refused, with what to do.
func TestZstdWindows(t *testing.T) {
	x := newFixture(0).pcap(magicNanos, 1)
	for len(x.data) < 2*zstdWindow {
		x.record(frameOf(len(x.frames), 60_000), uint32(len(x.frames)*1000), 0)
	}
	for window, want := range map[int]string{
		1 << 20: "", zstdWindow: "",
		2 * zstdWindow: "zstd asks for a window over 8 MiB: unpack it with zstd -dc --long=31",
		4 * zstdWindow: "zstd asks for a window over 8 MiB",
	} {
		w, err := zstd.NewWriter(nil, zstd.WithWindowSize(window), zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
		if err != nil {
			t.Fatal(err)
		}
		data := w.EncodeAll(x.data, nil) // it knows, and writes, the length
		frames, _, err := readAll(bytes.NewReader(data))
		var unusable *InputError
		if want == "" {
			if d := differ(frames, x.frames); d != "" || err != nil {
				t.Errorf("window %d: %s %v", window, d, err)
			}
		} else if !errors.As(err, &unusable) || !strings.Contains(err.Error(), want) {
			t.Errorf("window %d: %v", window, err)
		}
	}
	var unusable *InputError
	if _, _, err := readAll(strings.NewReader("\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00")); !errors.As(err, &unusable) {
		t.Errorf("a window of 2 GiB: %v", err)
	}
}
