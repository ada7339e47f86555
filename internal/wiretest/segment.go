package wiretest

import (
	"net/netip"
	"slices"
)

// The bits of Segment.Flags.
const (
	FIN uint8 = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
)

// A Segment is one TCP segment before it is put into a frame.
type Segment struct {
	// Time is when it is captured, ns since 1970.
	Time     int64
	Src, Dst netip.AddrPort
	Seq, Ack uint32
	Flags    uint8
	Window   uint16
	Urgent   uint16
	// Options is padded with zeros to a multiple of four.
	Options []byte
	Payload []byte
	TTL     uint8
	IPID    uint16
	// VLAN ids, the outermost first.
	VLAN []uint16
	// Iface is the capture interface's index.
	Iface int
	// BadSum and BadIPSum make the checksum of TCP, of the IPv4 header, wrong.
	BadSum, BadIPSum bool
}

func (s Segment) clone() Segment {
	s.Options, s.Payload, s.VLAN = slices.Clone(s.Options), slices.Clone(s.Payload), slices.Clone(s.VLAN)
	return s
}
