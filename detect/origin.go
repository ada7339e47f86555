package detect

import (
	"encoding/binary"
	"net/netip"
)

// originOf numbers the network that an address is of: its /24, or the /48 of
// an IPv6 address, as whoever has one has all addresses in it. 0 is none.
func originOf(a netip.Addr) uint64 {
	switch a = a.Unmap(); {
	case a.Is4():
		b := a.As4()
		return 1<<32 | uint64(binary.BigEndian.Uint32(b[:])>>8)
	case a.Is6():
		b := a.As16()
		return 1<<63 | binary.BigEndian.Uint64(b[:])>>16
	}
	return 0
}
