package stream

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"net/netip"

	"spaniel/decode/frame"
)

// key is a flow's identity with its endpoints in order, the same for both
// directions.
type key struct {
	lowHi, lowLo, highHi, highLo uint64
	ports, vni                   uint32
	vlan                         uint32 // with v4Bit, since ::ffff:1.2.3.4 is not 1.2.3.4
	inner                        uint32 // the tags within
}

const v4Bit = 1 << 16

// of makes k the packet's key and reports whether its source is the lower
// endpoint. It is filled in place: one that is returned would be copied in other
// pieces than it was written in, for which the processor waits.
func (k *key) of(p *frame.Packet) (fromLow bool) {
	srcHi, srcLo := words(p.Src.Addr())
	dstHi, dstLo := words(p.Dst.Addr())
	sp, dp := uint32(p.Src.Port()), uint32(p.Dst.Port())
	fromLow = srcLo < dstLo
	if srcLo == dstLo {
		c := cmp.Compare(srcHi, dstHi)
		fromLow = c < 0 || c == 0 && sp <= dp
	}
	k.vni, k.vlan, k.inner = p.VNI, uint32(p.VLAN), p.Inner
	if p.Src.Addr().Is4() {
		k.vlan = uint32(p.VLAN) | v4Bit
	}
	if fromLow {
		k.lowHi, k.lowLo, k.highHi, k.highLo, k.ports = srcHi, srcLo, dstHi, dstLo, sp<<16|dp
	} else {
		k.lowHi, k.lowLo, k.highHi, k.highLo, k.ports = dstHi, dstLo, srcHi, srcLo, dp<<16|sp
	}
	return fromLow
}

// is reports whether the two are equal, by the pieces they were written in.
func (k *key) is(o *key) bool {
	return k.lowLo == o.lowLo && k.highLo == o.highLo && k.ports == o.ports && k.lowHi == o.lowHi && k.highHi == o.highHi &&
		k.vni == o.vni && k.vlan == o.vlan && k.inner == o.inner
}

// hash is what tables find k by.
func (k *key) hash(s *secrets) uint32 {
	h := mix(k.lowHi^s[0], k.lowLo^s[1]) ^ mix(k.highHi^s[2], k.highLo^s[3])
	h = mix(h^uint64(k.ports)<<32^uint64(k.vni), s[0]^uint64(k.vlan)<<32^uint64(k.inner))
	return uint32(h ^ h>>32)
}

// mix multiplies to 128 bits and folds the halves.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// ends returns the lower and the higher endpoint.
func (k *key) ends() (low, high netip.AddrPort) {
	v4 := k.vlan&v4Bit != 0
	return netip.AddrPortFrom(address(k.lowHi, k.lowLo, v4), uint16(k.ports>>16)), netip.AddrPortFrom(address(k.highHi, k.highLo, v4), uint16(k.ports))
}

func address(hi, lo uint64, v4 bool) netip.Addr {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], hi)
	binary.BigEndian.PutUint64(b[8:], lo)
	a := netip.AddrFrom16(b)
	if v4 {
		return a.Unmap()
	}
	return a
}

func words(a netip.Addr) (hi, lo uint64) {
	if a.Is4() {
		b := a.As4()
		return 0, 0xffff<<32 | uint64(binary.BigEndian.Uint32(b[:]))
	}
	b := a.As16()
	return binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
}
