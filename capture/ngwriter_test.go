package capture

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/gopacket/pcapgo"

	"spaniel/event"
)

// TestNgWriter: gopacket and our own reader find in the file what was written, but
// for a link type that gopacket has no room for.
func TestNgWriter(t *testing.T) {
	frames := []event.Frame{
		{Time: 1_700_000_000_123_456_789, Length: 5, Link: 1, Data: []byte("hello")},
		{Time: 0, Length: 1500, Link: 1, Iface: 1, Data: []byte("cut")},
		{Time: 1<<63 - 1, Length: 0, Link: 276, Data: []byte("of LINUX_SLL2")},
		{Time: 1, Length: 8, Link: 113, Iface: 7, Data: []byte("no name.")},
		{Time: 2, Length: MaxRecord, Link: 1, Iface: 1, Data: bytes.Repeat([]byte("x"), MaxRecord)},
		{Time: 3, Link: 1},
	}
	names, comment := []string{"eth1", "eth2"}, "packets of an alert"
	var out bytes.Buffer
	w, err := NewNgWriter(&out, names, comment)
	if err != nil {
		t.Fatal(err)
	}
	for i := range frames {
		if err := w.Write(&frames[i]); err != nil {
			t.Fatal(err)
		}
	}
	size := out.Len()
	for _, f := range []event.Frame{{Time: -1}, {Data: make([]byte, MaxRecord+1)}} {
		if err := w.Write(&f); err == nil || out.Len() != size {
			t.Errorf("a frame at %d of %d bytes: %v, %d bytes written", f.Time, len(f.Data), err, out.Len()-size)
		}
	}
	theirs, err := pcapgo.NewNgReader(bytes.NewReader(out.Bytes()), pcapgo.NgReaderOptions{WantMixedLinkType: true})
	if err != nil {
		t.Fatal(err)
	}
	if is := theirs.SectionInfo(); is.Comment != comment || is.Application != "Spaniel" {
		t.Errorf("section %+v", is)
	}
	file := filepath.Join(t.TempDir(), "out.pcapng")
	if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	ours, err := Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	for i, want := range frames {
		want.Length = max(want.Length, len(want.Data))
		data, info, err := theirs.ReadPacketData()
		if err != nil || !bytes.Equal(data, want.Data) || info.Timestamp.UnixNano() != want.Time || info.Length != want.Length {
			t.Fatalf("frame %d: gopacket reads %+v, %d bytes: %v", i, info, len(data), err)
		}
		if is, err := theirs.Interface(info.InterfaceIndex); err != nil || uint16(is.LinkType) != want.Link&0xff {
			t.Errorf("frame %d: gopacket says it is of %+v: %v", i, is, err)
		} else if want.Iface < len(names) && is.Name != names[want.Iface] || want.Iface >= len(names) && is.Name != "" {
			t.Errorf("frame %d is of %q", i, is.Name)
		}
		var f event.Frame
		if err := ours.Next(&f); err != nil || !bytes.Equal(f.Data, want.Data) || f.Time != want.Time || f.Length != want.Length || f.Link != want.Link {
			t.Fatalf("frame %d: read back %d bytes of %d, time %d, link %d: %v", i, len(f.Data), f.Length, f.Time, f.Link, err)
		}
	}
	if err := ours.Next(new(event.Frame)); !errors.Is(err, io.EOF) {
		t.Errorf("behind the last frame: %v", err)
	}
	if _, err := NewNgWriter(io.Discard, nil, strings.Repeat("x", 1<<17)); err != nil {
		t.Error(err)
	}
}
