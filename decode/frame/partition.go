package frame

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
)

// Partition returns which of the 64 partitions (0 to 63) the packet's flow
// belongs to. Both directions of a flow give the same answer, and the VLAN and
// tunnel ids count, so that tenants with equal addresses spread. The seed
// keeps strangers from choosing the partition they load.
func (p *Packet) Partition(seed uint64) uint8 { return uint8(p.hash(seed) >> 58) }

// Lot returns a number that both directions of a flow have, and that says
// nothing of the partition: by it flows are chosen when not all can be read.
func (p *Packet) Lot(seed uint64) uint16 { return LotOf(p.hash(seed)) }

// LotOf returns the lot of packets whose Flow is that.
func LotOf(flow uint64) uint16 { return uint16(flow) }

// Flow returns a hash of the packet's connection, the same for both directions.
func (p *Packet) Flow(seed uint64) uint64 { return p.hash(seed) }

func (p *Packet) hash(seed uint64) uint64 {
	a, b := endpoint(p.Src, seed), endpoint(p.Dst, seed)
	if a > b {
		a, b = b, a
	}
	return mix(a^mulA, b^mix(seed^mulB, uint64(p.VLAN)<<32^uint64(p.Inner)<<40^uint64(p.VNI)^mulC))
}

// Spread returns a hash of one end of a connection in its tenant, that like
// Partition depends on the seed and nothing else.
func Spread(e netip.AddrPort, vlan uint16, inner, vni uint32, seed uint64) uint64 {
	return mix(endpoint(e, seed)^mulB, mix(seed^mulA, uint64(vlan)<<32^uint64(inner)<<40^uint64(vni)^mulC))
}

// Odd constants with as many ones as zeros, from wyhash.
const (
	mulA = 0xa0761d6478bd642f
	mulB = 0xe7037ed1a0b428db
	mulC = 0x8ebc6af09c88c6e3
)

// mix multiplies to 128 bits and folds the halves.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// addressWords is an address in 16 bytes, those of IPv4 mapped.
func addressWords(a netip.Addr) (hi, lo uint64) {
	if a.Is4() { // as nearly all are
		b := a.As4()
		return 0, 0xffff<<16 | uint64(binary.LittleEndian.Uint32(b[:]))<<32
	}
	b := a.As16()
	return binary.LittleEndian.Uint64(b[:8]), binary.LittleEndian.Uint64(b[8:])
}

func endpoint(e netip.AddrPort, seed uint64) uint64 {
	hi, lo := addressWords(e.Addr())
	h := mix(hi^seed^mulA, lo^mulB)
	return mix(h^mulC, uint64(e.Port())^seed^mulB)
}
