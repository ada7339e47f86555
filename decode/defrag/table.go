package defrag

import (
	"net/netip"

	"spaniel/event"
)

// begin makes a datagram for f's key, as the newest.
func (r *Reassembler) begin(f *Fragment) *datagram {
	g := &datagram{key: f.Key, born: f.Stamp.Clock, ip6: f.Key.Src.Is6(), policy: r.cfg.policy(&f.Key)}
	sk := sourceKey{net: network(f.Key.Src), vlan: f.Key.VLAN, inner: f.Key.Inner, vni: f.Key.VNI}
	g.src = r.from[sk]
	if g.src == nil {
		g.src = &source{key: sk}
		r.from[sk] = g.src
	}
	r.table[f.Key] = g
	r.led.DatagramsBegun++
	r.led.DatagramsHeld++
	if g.older = r.all.newest; g.older != nil {
		g.older.newer = g
	} else {
		r.all.oldest = g
	}
	r.all.newest = g
	if g.srcOlder = g.src.list.newest; g.srcOlder != nil {
		g.srcOlder.srcNewer = g
	} else {
		g.src.list.oldest = g
	}
	g.src.list.newest = g
	g.cost = datagramCost
	r.charge(g, datagramCost)
	return g
}

// network is what counts as one source: an IPv4 address, an IPv6 /64, since
// whoever has one address there has them all.
func network(a netip.Addr) netip.Prefix {
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil { // the zero Addr only: one source for all of those
		return netip.Prefix{}
	}
	return p
}

// charge adds memory to g's account and the sums it is part of.
func (r *Reassembler) charge(g *datagram, cost int) {
	g.src.cost += cost
	r.cost += cost
}

// kill drops g and tells how many frames it held.
func (r *Reassembler) kill(g *datagram) {
	r.remove(g)
	if g.frames > 0 && r.dropped != nil {
		r.dropped(g.frames)
	}
}

// remove takes g out of every list.
func (r *Reassembler) remove(g *datagram) {
	delete(r.table, g.key)
	r.led.DatagramsHeld--
	if g.older != nil {
		g.older.newer = g.newer
	} else {
		r.all.oldest = g.newer
	}
	if g.newer != nil {
		g.newer.older = g.older
	} else {
		r.all.newest = g.older
	}
	if g.srcOlder != nil {
		g.srcOlder.srcNewer = g.srcNewer
	} else {
		g.src.list.oldest = g.srcNewer
	}
	if g.srcNewer != nil {
		g.srcNewer.srcOlder = g.srcOlder
	} else {
		g.src.list.newest = g.srcOlder
	}
	r.charge(g, -g.cost)
	if g.src.list.oldest == nil {
		delete(r.from, g.src.key)
	}
}

// fit makes room until the caps hold: within g's source first, then among
// all. It reports whether g itself survived; if not, the frames g held before
// the present one have been told.
func (r *Reassembler) fit(g *datagram) bool {
	for g.src.cost > r.cfg.MaxBytes/100*r.cfg.SourceShare {
		if !r.evict(g.src.list.oldest, g, &r.led.Datagrams[event.DatagramShare]) {
			return false
		}
	}
	for r.cost > r.cfg.MaxBytes {
		if !r.evict(r.all.oldest, g, &r.led.Datagrams[event.DatagramEvicted]) {
			return false
		}
	}
	return true
}

// evict drops victim; false if that is g, whose present frame the caller
// accounts for.
func (r *Reassembler) evict(victim, g *datagram, counter *uint64) bool {
	*counter++
	if victim == g {
		g.frames--
	}
	r.kill(victim)
	return victim != g
}
