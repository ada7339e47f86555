package defrag

import (
	"net/netip"

	"spaniel/event"
)

// A Key names one datagram. Two fragments belong together if all of it is
// equal: other protocols, VLANs, tunnels and depths of nesting stay apart.
type Key struct {
	Src, Dst netip.Addr
	// ID is the identification, 16 bits in IPv4, 32 in IPv6.
	ID uint32
	// Proto is IPv4's protocol; 0 for IPv6, where only the first fragment's
	// next header counts and it is no part of the key (RFC 8200).
	Proto uint8
	// VLAN, Inner and VNI are the packet's tenant.
	VLAN  uint16
	Inner uint32
	VNI   uint32
	// Depth counts the tunnels around this packet, so that a tunnel's outer
	// and inner fragments with equal addresses are not mixed.
	Depth uint8
}

// A Fragment is one piece of a datagram.
type Fragment struct {
	Key   Key
	Stamp event.Stamp
	// Offset is where Data belongs, in bytes; More says it is not the last.
	Offset int
	More   bool
	// Before is how many bytes of header the whole datagram's length counts
	// beside its data: the IPv4 header, or the IPv6 extension headers in
	// front of the fragment header.
	Before int
	// Next and TTL are of this fragment; the datagram gets those of the one
	// that first brings its byte 0.
	Next, TTL uint8
	// Data is borrowed until Add returns.
	Data []byte
}

// A Datagram is what fragments became.
type Datagram struct {
	// Next and TTL are the first fragment's.
	Next, TTL uint8
	// Data belongs to the Reassembler and is valid until its next Add.
	Data []byte
	// Frames are those it came in, repeats among them up to a number, if
	// Config.KeepFrames asks for them.
	Frames []uint64
}

// Fate is what Add did with a fragment.
type Fate uint8

// The fates of a fragment.
const (
	Held     Fate = iota // kept, or equal to what was there; the datagram is not whole
	Complete             // the datagram is whole
	Dropped              // refused, mostly with the datagram's other fragments
)
