package frame

import (
	"net"
	"net/netip"

	"spaniel/event"
)

// A host that speaks ARP or neighbour discovery claims that an address is at
// its MAC. A claim is told once a minute, so that who listens for changes is
// not drowned by the chatter of a healthy network.
const (
	claimAgain = 60e9
	// claimTable is how many claims are remembered; the oldest makes room.
	claimTable = 4096
	// claimFlood is how many facts a minute may have: more than that is a
	// flood, of which one anomaly a minute is told.
	claimFlood = 4096
)

// AnomalyClaims: more different claims than any network has.
const AnomalyClaims = "neighbour_flood"

// claim is what makes two claims the same.
type claim struct {
	kind, op string
	who      netip.Addr
	mac      [6]byte
	all      bool // gratuitous
	vlan     uint16
	inner    uint32
	vni      uint32
}

// place is an address of a tenant.
type place struct {
	who   netip.Addr
	vlan  uint16
	inner uint32
	vni   uint32
}

// claims remembers when each was told, and who has which address. Its memory
// is fixed.
type claims struct {
	at    map[claim]int64
	ring  []claim
	next  int
	since int64 // begin of the minute that is counted
	told  int

	owner  map[place][6]byte
	places []place // of owner, a ring
	oldest int
}

// owned notes that c's MAC has the address in p's tenant and returns the MAC
// that had it before, if that is another one.
func (s *claims) owned(c *claim, inner uint32) (before [6]byte, changed bool) {
	if s.owner == nil {
		s.owner = make(map[place][6]byte)
	}
	p := place{c.who, c.vlan, inner, c.vni}
	before, known := s.owner[p]
	if !known {
		if len(s.places) < claimTable {
			s.places = append(s.places, p)
		} else {
			delete(s.owner, s.places[s.oldest])
			s.places[s.oldest] = p
			s.oldest = (s.oldest + 1) % claimTable
		}
	}
	s.owner[p] = c.mac
	return before, known && before != c.mac
}

// news reports whether c is new at clock, and remembers it; flood says that
// the minute has its fill.
func (s *claims) news(c claim, clock int64) (tell, flood bool) {
	if s.at == nil {
		s.at, s.since = make(map[claim]int64), clock
	}
	last, known := s.at[c]
	if known && clock-last < claimAgain {
		return false, false
	}
	if clock-s.since >= claimAgain {
		s.since, s.told = clock, 0
	}
	if s.told++; s.told > claimFlood {
		return false, s.told == claimFlood+1
	}
	if !known {
		s.remember(c)
	}
	s.at[c] = clock
	return true, false
}

// remember gives c the place of the oldest once all are taken.
func (s *claims) remember(c claim) {
	if len(s.ring) < claimTable {
		s.ring = append(s.ring, c)
		return
	}
	delete(s.at, s.ring[s.next])
	s.ring[s.next] = c
	s.next = (s.next + 1) % claimTable
}

// claimed tells of a claim in the present frame: who is at mac, said to whom.
// more are fields beside it, made only if it is told.
func (d *Decoder) claimed(c claim, whom netip.Addr, more func() []event.Header) {
	if d.Fact == nil {
		return
	}
	c.vlan, c.inner, c.vni = d.p.VLAN, d.p.Inner, d.p.VNI
	s := d.p.Stamp
	var before [6]byte
	changed := false
	if !c.who.IsUnspecified() {
		before, changed = d.claims.owned(&c, d.p.Inner)
	}
	tell, flood := d.claims.news(c, s.Clock)
	if flood {
		d.anomaly(AnomalyClaims, "more than 4096 claims of addresses in a minute", c.who, whom)
	}
	if !tell {
		return
	}
	f := []event.Header{{Name: "op", Value: c.op}, {Name: "mac", Value: net.HardwareAddr(c.mac[:]).String()}}
	if c.all {
		f = append(f, event.Header{Name: "gratuitous", Value: "true"})
	}
	if changed {
		f = append(f, event.Header{Name: "was", Value: net.HardwareAddr(before[:]).String()})
	}
	if d.mac != nil && [6]byte(d.mac) != c.mac {
		f = append(f, event.Header{Name: "ether_src", Value: net.HardwareAddr(d.mac).String()})
	}
	d.Fact(event.Fact{Order: event.Order{Clock: s.Clock, OfFrame: true, Seq: s.Frame, Ord: d.notes}, Time: s.Time, Frame: s.Frame, Kind: c.kind,
		Key:    event.FlowKey{Client: netip.AddrPortFrom(c.who, 0), Server: netip.AddrPortFrom(whom, 0), VLAN: c.vlan, VNI: c.vni, Inner: c.inner},
		Fields: append(f, more()...)})
	d.notes++
}
