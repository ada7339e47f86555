package frame

import (
	"net/netip"

	"spaniel/event"
)

// The bits of Packet.Flags, as in the TCP header.
const (
	FIN uint8 = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
)

// A Packet is one TCP segment with what its outer headers say. It belongs to
// the caller of Decode, which overwrites every field of it.
type Packet struct {
	Stamp event.Stamp
	// Iface is the index of the capture interface.
	Iface int
	// Src and Dst are the innermost addresses; a 4-in-6 mapped address stays
	// an IPv6 address, and there is never a zone.
	Src, Dst netip.AddrPort
	// VLAN is the outermost VLAN id, VNI the innermost tunnel id; 0 is none.
	// Inner is the ids of the tags within, 12 bits each, the innermost lowest;
	// of three, the first loses four bits.
	VLAN  uint16
	VNI   uint32
	Inner uint32
	// TTL is the IPv4 time to live or the IPv6 hop limit; IPID is the IPv4
	// identification, 0 for IPv6.
	TTL  uint8
	IPID uint16

	Seq, Ack uint32
	Flags    uint8
	Window   uint16
	Urgent   uint16
	// TSVal and TSEcr are the timestamps option, valid if HasTS.
	HasTS        bool
	TSVal, TSEcr uint32
	// Signed says that there is an MD5 signature option (RFC 2385).
	Signed bool
	// MSS is the maximum segment size option, 0 without one; WScale the
	// window scale option, -1 without one.
	MSS    uint16
	WScale int8
	// Payload is borrowed: it lies in the frame's Data, or in the decoder's
	// own buffer when the datagram came in fragments, and is valid until the
	// next call of Decode.
	Payload []byte
	// WireLen is how many payload bytes the IP header announces; it is more
	// than len(Payload) when the capture cut the frame.
	WireLen int

	// Passed says that this is no packet of the wire, but stands for some of its
	// direction that were left out.
	Passed Passed

	sum    uint16 // of the payload
	summed bool   // the checksum is right, and so told it
}

// Passed counts packets that were left out, and their payload bytes.
type Passed struct{ Packets, Bytes uint64 }

// Sum is that of the payload. Where the segment's checksum is right it follows from
// the header alone.
func (p *Packet) Sum() uint16 {
	if p.summed {
		return p.sum
	}
	return Sum(p.Payload)
}

// Has reports whether any of the given flags is set.
func (p *Packet) Has(flags uint8) bool { return p.Flags&flags != 0 }

// reset makes p empty but for what the frame itself says.
func (p *Packet) reset(f *event.Frame) {
	*p = Packet{} // in place: one that holds something would be made elsewhere and copied
	p.Stamp.Time, p.Stamp.Clock, p.Stamp.Frame = f.Time, f.Clock, f.Number
	p.Iface, p.WScale = f.Iface, -1
}
