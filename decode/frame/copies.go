package frame

import (
	"encoding/binary"
	"hash/maphash"
	"net/netip"

	"spaniel/decode/defrag"
)

// A mirror of two ports, or of both sides of a router, sends one packet twice:
// at once, but perhaps in another VLAN and with a lower TTL. Hosts do not:
// a retransmission has an IP identification of its own.
const (
	// copyWithin is how much later a copy may come, by the packet clock, where
	// Config does not say.
	copyWithin = 5e6
	// copyBare is the same for packets without an identification (IPv6, and
	// IPv4 with 0); their copies must be equal in every byte of TCP, too.
	copyBare = 1e6
	// copySets times copyWays packets are remembered: some more than 10 Gbit/s
	// of full ones bring within copyWithin.
	copySets, copyWays = 2048, 4
	// copyScore is what the copy of an empty segment adds to the score, and
	// copyTop the most it may be; one that is no copy takes 1 off. Segments
	// with payload are looked at while there is a score: a mirror that doubles
	// packets doubles both, and most mirrors do not, so hashing all their
	// bytes would be for nothing.
	copyScore, copyTop = 16, 256
	// copyAliases bounds the connections known to come in a second VLAN.
	copyAliases = 4096
)

// sight is one packet as it was seen first.
type sight struct {
	tag  uint64 // hash of all that a copy must equal
	vlan vlans
}

// signs are what nearly always is enough to know of a set: that the packet is
// none of it. They lie in one line of the cache.
type signs struct {
	clock [copyWays]int64
	tag   [copyWays]uint32 // the lower halves; 0 is an empty place
	next  uint32           // sight to be made or replaced
}

// alias says that a connection's packets in one VLAN are copies of, or
// answers to, its packets in another.
type alias struct {
	key  uint64
	vlan vlans
}

// vlans are a packet's tags.
type vlans struct {
	outer uint16
	inner uint32
}

func vlansOf(p *Packet) vlans { return vlans{p.VLAN, p.Inner} }

// copies remembers the packets of the last milliseconds. Its memory is fixed:
// within a set the oldest goes.
type copies struct {
	seed    maphash.Seed
	sights  []sight // made at the first packet
	signs   []signs // of the sights
	aliases []alias // made at the first copy from another VLAN
	within  int64   // how much later a copy may come
	score   int     // how likely copies are now; none are expected at 0
	stats   CopyStats
}

// CopyStats counts what the removal of copies saw.
type CopyStats struct {
	// Copies of packets were dropped; OtherVLAN is how many of them came in
	// another VLAN.
	Copies, OtherVLAN uint64
	// Forgotten packets were younger than CopyWithin when they made room for others:
	// their copies were not known as such.
	Forgotten uint64
}

// again reports whether p, whose TCP segment is b, was seen before; what it
// does not look at is harmless, since reassembly knows repeated bytes. Where a
// connection is known to be mirrored from two VLANs it also gives p the one
// that was seen first, so that both directions meet in one flow.
func (c *copies) again(p *Packet, b []byte) bool {
	if p.WireLen > 0 && c.score == 0 && c.aliases == nil {
		return false
	}
	if c.sights == nil {
		c.seed = maphash.MakeSeed()
		c.sights, c.signs = make([]sight, copySets*copyWays), make([]signs, copySets)
	}
	src, dst := endpoint(p.Src, 0), endpoint(p.Dst, 0)
	if c.aliases != nil {
		c.canonical(p, src, dst)
		if p.WireLen > 0 && c.score == 0 {
			return false
		}
	}
	place, tag := c.hash(p, b, src, dst)
	s := c.find(place, tag, p.Stamp.Clock, c.patience(p.IPID != 0))
	if s == nil {
		if p.WireLen == 0 && c.score > 0 {
			c.score--
		}
		c.remember(place, tag, p)
		return false
	}
	c.stats.Copies++
	if p.WireLen == 0 {
		c.score = min(c.score+copyScore, copyTop)
	}
	if s.vlan != vlansOf(p) {
		c.stats.OtherVLAN++
		c.learn(src, dst, p, s.vlan)
	}
	return true
}

// none reports whether no copies are expected.
func (c *copies) none() bool { return c.score == 0 && c.aliases == nil }

// patience is how much later a copy may come.
func (c *copies) patience(identified bool) int64 {
	if identified {
		return c.within
	}
	return min(c.within, copyBare)
}

func (c *copies) set(place uint64) []sight {
	return c.sights[int(place%copySets)*copyWays:][:copyWays]
}

// find returns the sight of what a packet would be the copy of, nil without.
func (c *copies) find(place, tag uint64, clock, within int64) *sight {
	signs := &c.signs[place%copySets]
	for i, sign := range signs.tag {
		if sign != uint32(tag) || clock-signs.clock[i] > within {
			continue
		}
		if s := &c.set(place)[i]; s.tag == tag {
			return s
		}
	}
	return nil
}

// remember gives p the oldest place of its set.
func (c *copies) remember(place, tag uint64, p *Packet) {
	signs := &c.signs[place%copySets]
	way := signs.next % copyWays
	signs.next++
	if signs.tag[way] != 0 && p.Stamp.Clock-signs.clock[way] <= c.within {
		c.stats.Forgotten++
	}
	signs.tag[way], signs.clock[way] = uint32(tag), p.Stamp.Clock
	c.set(place)[way] = sight{tag: tag, vlan: vlansOf(p)}
}

// fragment reports whether f, of the packet p, was seen before in the same
// VLAN, where the mirror doubles packets. A copy that came behind the end of
// its datagram would begin another, for the next one of that identification
// to fall into.
func (c *copies) fragment(p *Packet, f *defrag.Fragment) bool {
	if c.score == 0 || c.sights == nil {
		return false
	}
	k := &f.Key
	place := mix(endpoint(netip.AddrPortFrom(k.Src, uint16(k.Proto)), mulC), endpoint(netip.AddrPortFrom(k.Dst, uint16(k.Depth)), uint64(k.ID)))
	place = mix(place^uint64(f.Offset)<<32^uint64(len(f.Data)), mulB^uint64(k.VNI)^uint64(k.VLAN)<<32^uint64(k.Inner)<<40)
	if f.More {
		place ^= mulA
	}
	tag := mix(place^mulB, maphash.Bytes(c.seed, f.Data)) | 1
	if c.find(place, tag, p.Stamp.Clock, c.patience(k.ID != 0)) != nil {
		c.stats.Copies++
		return true
	}
	c.remember(place, tag, p)
	return false
}

// hash returns where p is remembered, by its headers alone, so that it is the
// same in every run; and what a copy must equal, which no sender can foresee.
func (c *copies) hash(p *Packet, b []byte, src, dst uint64) (place, tag uint64) {
	head := uint64(p.IPID)<<48 | uint64(p.Flags)<<40 | uint64(p.Window)<<20 ^ uint64(p.WireLen) ^ uint64(p.VNI)<<24
	place = mix(src^head, dst^mulC)
	place = mix(place^uint64(p.Seq)<<32^uint64(p.Ack), mulA)
	rest := p.Payload
	if p.IPID == 0 {
		rest = b[20:]
		place ^= uint64(binary.BigEndian.Uint16(b[16:]))
	}
	tag = place
	if len(rest) > 0 {
		tag = mix(place^mulB, maphash.Bytes(c.seed, rest))
	}
	return place, tag | 1
}

func aliasKey(src, dst uint64, p *Packet) uint64 {
	return mix(min(src, dst)^mulA, max(src, dst)^uint64(p.VLAN)<<32^uint64(p.Inner)<<40^uint64(p.VNI)) | 1
}

// canonical gives p the VLAN its connection was seen in first.
func (c *copies) canonical(p *Packet, src, dst uint64) {
	k := aliasKey(src, dst, p)
	if a := &c.aliases[k>>1%copyAliases]; a.key == k {
		p.VLAN, p.Inner = a.vlan.outer, a.vlan.inner
	}
}

// learn notes that packets of p's connection in p's VLAN belong to vlan.
func (c *copies) learn(src, dst uint64, p *Packet, vlan vlans) {
	if c.aliases == nil {
		c.aliases = make([]alias, copyAliases)
	}
	k := aliasKey(src, dst, p)
	c.aliases[k>>1%copyAliases] = alias{key: k, vlan: vlan}
}
