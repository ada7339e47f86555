package capture

import "spaniel/event"

// A packetHead is what stands before the data in the blocks that hold a frame.
type packetHead struct {
	id         uint32 // of the interface, within the section
	kept, wire uint32 // lengths
	stamp      uint64
	timed      bool
	size       int // where the data begins in the body
}

// readPacket fills fr from the body of the packet block at start.
func (f *File) readPacket(start int64, kind uint32, body []byte, fr *event.Frame) error {
	h, ok := f.packetHead(kind, body)
	if !ok {
		return f.fault(start, "a packet block of %d bytes is too short", len(body)+blockFrame)
	}
	index := f.section + int(h.id)
	if index >= len(f.ifaces) {
		return f.fault(start, "a frame of interface %d, where %d are described", h.id, len(f.ifaces)-f.section)
	}
	i := &f.ifaces[index]
	if kind == blockSimple {
		// It does not say how much was kept: the whole frame, or as much as
		// the interface keeps.
		if h.kept = h.wire; i.Snaplen > 0 {
			h.kept = min(h.wire, i.Snaplen)
		}
	}
	switch {
	case h.kept > MaxRecord:
		return f.fault(start, "a frame claims %d bytes, more than %d", h.kept, MaxRecord)
	case int(h.kept) > len(body)-h.size:
		return f.fault(start, "a frame claims %d bytes, its block holds %d", h.kept, len(body)-h.size)
	}
	end := h.size + int(h.kept)
	*fr = event.Frame{
		Length: int(max(h.wire, h.kept)),
		Iface:  index,
		Link:   i.Link,
		Data:   body[h.size:end:end],
	}
	if h.timed {
		fr.Time = i.ticks.nanos(h.stamp)
	}
	return nil
}

// packetHead reads the fixed part of a packet block; false if it is not there.
func (f *File) packetHead(kind uint32, b []byte) (h packetHead, ok bool) {
	o := f.format.order
	if kind == blockSimple {
		if len(b) < 4 {
			return h, false
		}
		return packetHead{wire: o.u32(b), size: 4}, true
	}
	if len(b) < 20 {
		return h, false
	}
	h = packetHead{
		id:    o.u32(b),
		stamp: uint64(o.u32(b[4:]))<<32 | uint64(o.u32(b[8:])),
		timed: true,
		kept:  o.u32(b[12:]),
		wire:  o.u32(b[16:]),
		size:  20,
	}
	if kind == blockPacket { // a 16-bit interface, and how many were dropped
		h.id = uint32(o.u16(b))
	}
	return h, true
}
