package wiretest

import (
	"encoding/binary"
	"slices"

	"spaniel/event"
)

// Fragment cuts the IP packet in every Ethernet frame that is larger than
// size payload bytes into fragments of size bytes (rounded down to a multiple
// of eight), IPv4 and IPv6; all fragments have the frame's time.
func Fragment(frames []event.Frame, size int) []event.Frame {
	size = max(8, size&^7)
	var out []event.Frame
	for _, f := range frames {
		at, kind := ethernetPayload(f.Data)
		head, body, ok := splitIP(f.Data[at:], kind)
		if !ok || len(body) <= size {
			out = append(out, f)
			continue
		}
		id := binary.BigEndian.Uint32(append([]byte{0, 0}, body[4:6]...)) ^ uint32(f.Number)
		for off := 0; off < len(body); off += size {
			piece := body[off:min(len(body), off+size)]
			ip := FragmentOf(head, id, off, off+size < len(body), piece)
			out = append(out, withData(f, append(slices.Clone(f.Data[:at]), ip...)))
		}
	}
	return Number(out)
}

// FragmentOf returns one fragment: head is an IPv4 or IPv6 header without
// fragmentation, off the offset in bytes (a multiple of eight), more the more
// fragments bit. For IPv4 only the id's lower 16 bits count.
func FragmentOf(head []byte, id uint32, off int, more bool, piece []byte) []byte {
	bits := uint16(off)
	if head[0]>>4 == 4 {
		b := slices.Clone(head)
		binary.BigEndian.PutUint16(b[2:], uint16(len(head)+len(piece)))
		binary.BigEndian.PutUint16(b[4:], uint16(id))
		bits /= 8
		if more {
			bits |= 0x2000
		}
		binary.BigEndian.PutUint16(b[6:], bits)
		b[10], b[11] = 0, 0
		binary.BigEndian.PutUint16(b[10:], Checksum(b))
		return append(b, piece...)
	}
	if more {
		bits |= 1
	}
	b := slices.Clone(head)
	next := b[6]
	b[6] = protoFrag
	b = append(b, next, 0)
	b = binary.BigEndian.AppendUint16(b, bits)
	b = binary.BigEndian.AppendUint32(b, id)
	b = append(b, piece...)
	binary.BigEndian.PutUint16(b[4:], uint16(len(b)-40))
	return b
}

// ethernetPayload returns where the payload of an Ethernet frame begins and
// its EtherType, VLAN tags skipped.
func ethernetPayload(b []byte) (at int, kind uint16) {
	at = 14
	kind = binary.BigEndian.Uint16(b[12:])
	for kind == etherVLAN || kind == etherQinQ {
		kind = binary.BigEndian.Uint16(b[at+2:])
		at += 4
	}
	return at, kind
}

// splitIP parts a packet made by this package into its header and the rest,
// without Ethernet's padding.
func splitIP(b []byte, kind uint16) (head, body []byte, ok bool) {
	switch kind {
	case etherIPv4:
		n := int(b[0]&15) * 4
		return b[:n], b[n:binary.BigEndian.Uint16(b[2:])], true
	case etherIPv6:
		return b[:40], b[40 : 40+int(binary.BigEndian.Uint16(b[4:]))], true
	}
	return nil, nil, false
}

// withData returns f with other bytes.
func withData(f event.Frame, data []byte) event.Frame {
	f.Data, f.Length = data, len(data)
	return f
}
