package capture

import "spaniel/event"

// A swap says how a pcap file orders the lengths of a record: old versions of
// the format had the length on the wire first.
type swap uint8

const (
	swapNever  swap = iota // captured length first
	swapAlways             // wire length first
	swapIfMore             // whichever is smaller was captured
)

// swapOf is libpcap's reading of the version numbers found in the wild.
func swapOf(major, minor uint16) swap {
	switch {
	case major == 543, major == 2 && minor < 3:
		return swapAlways
	case major == 2 && minor == 3:
		return swapIfMore
	}
	return swapNever
}

// readHeader reads the header of a classic pcap file.
func (f *File) readHeader() error {
	h, err := f.in.peek(pcapHeaderLen)
	if err != nil {
		return f.cutHeader(len(h), pcapHeaderLen, err)
	}
	o := f.format.order
	major, minor := o.u16(h[4:]), o.u16(h[6:])
	if major != 2 && major != 543 {
		return f.oddVersion("pcap", major, minor)
	}
	f.swap = swapOf(major, minor)
	// The upper half of the link field tells of a frame check sequence, which
	// nothing here needs: IP says where its packet ends.
	f.ifaces = []iface{{Interface: Interface{Link: uint16(o.u32(h[20:])), Snaplen: o.u32(h[16:])}}}
	f.in.advance(pcapHeaderLen)
	return nil
}

// nextRecord reads the next record of a classic pcap file.
func (f *File) nextRecord(fr *event.Frame) error {
	start, head, o := f.in.offset(), f.format.head, f.format.order
	h, err := f.in.peek(head)
	if err != nil {
		return f.short(start, "record's header", int64(len(h)), int64(head), err)
	}
	sec, frac := o.u32(h), o.u32(h[4:])
	kept, wire := o.u32(h[8:]), o.u32(h[12:])
	if f.swap == swapAlways || f.swap == swapIfMore && kept > wire {
		kept, wire = wire, kept
	}
	if kept > MaxRecord {
		return f.fault(start, "a record claims %d bytes, more than %d", kept, MaxRecord)
	}
	size := head + int(kept)
	b, err := f.in.peek(size)
	if err != nil {
		return f.short(start, "record", int64(len(b)), int64(size), err)
	}
	f.in.advance(size)
	*fr = event.Frame{} // in place: one that holds something would be made elsewhere and copied
	fr.Time, fr.Length = int64(sec)*1e9+int64(frac)*f.format.unit, int(max(wire, kept))
	fr.Link, fr.Data = f.ifaces[0].Link, b[head:]
	return nil
}
