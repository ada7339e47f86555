package defrag

import (
	"fmt"
	"net/netip"

	"spaniel/event"
)

// A Reassembler holds incomplete datagrams. It belongs to one goroutine.
type Reassembler struct {
	cfg     Config
	led     *event.Ledger
	note    func(event.Anomaly)
	dropped func(frames int)

	table map[Key]*datagram
	all   ends
	from  map[sourceKey]*source
	cost  int
	out   []byte
}

// ends are the oldest and newest datagram of a list.
type ends struct{ oldest, newest *datagram }

// A source is who sends fragments, and what it holds.
type source struct {
	key  sourceKey
	list ends
	cost int
}

type sourceKey struct {
	net   netip.Prefix
	vlan  uint16
	inner uint32
	vni   uint32
}

// New returns an empty Reassembler that counts datagrams in led. note receives anomalies; dropped is told
// how many frames were held by a datagram that died. The frame whose
// fragment Add refuses is not among them.
func New(cfg Config, led *event.Ledger, note func(event.Anomaly), dropped func(frames int)) *Reassembler {
	return &Reassembler{cfg: cfg.withDefaults(), led: led, note: note, dropped: dropped,
		table: map[Key]*datagram{}, from: map[sourceKey]*source{}}
}

// Pending returns how many datagrams are incomplete and what memory they take.
func (r *Reassembler) Pending() (datagrams, memory int) { return len(r.table), r.cost }

// Add takes one fragment. When that completes its datagram, d is filled.
func (r *Reassembler) Add(f *Fragment, d *Datagram) Fate {
	r.Advance(f.Stamp.Clock)
	if f.Key.Src.Is6() && r.refused(f) {
		return Dropped
	}
	g := r.table[f.Key]
	if g == nil {
		g = r.begin(f)
	}
	if !r.accept(g, f) {
		r.kill(g)
		return Dropped
	}
	g.frames++
	if r.cfg.KeepFrames && len(g.from) < 4*r.cfg.MaxFragments {
		g.from = append(g.from, f.Stamp.Frame)
	}
	if g.whole() {
		r.finish(g, d)
		return Complete
	}
	if !r.fit(g) {
		return Dropped
	}
	return Held
}

// accept puts f into g; false means that g must die.
func (r *Reassembler) accept(g *datagram, f *Fragment) bool {
	data := f.Data
	if f.More {
		data = data[:len(data)&^7] // as Linux does; refused long before in IPv6
	}
	end := f.Offset + len(data)
	switch {
	case f.Before+f.Offset+len(f.Data) > 65535:
		return r.bad(&r.led.Datagrams[event.DatagramMalformed], f, AnomalyTooLong, fmt.Sprintf("ends at %d", f.Before+f.Offset+len(f.Data)))
	case len(data) == 0:
		return r.bad(&r.led.Datagrams[event.DatagramMalformed], f, AnomalyMalformed, "empty")
	case !g.bounds(end, f.More):
		return r.bad(&r.led.Datagrams[event.DatagramMalformed], f, AnomalyMalformed, fmt.Sprintf("bytes %d to %d contradict the end", f.Offset, end))
	}
	if !r.overlap(g, f, data) {
		return false
	}
	if f.Offset == 0 && (len(g.pieces) == 0 || g.pieces[0].at > 0) {
		g.next, g.ttl = f.Next, f.TTL
	}
	if cost := g.take(f.Offset, data); cost > 0 {
		r.charge(g, cost)
		g.stored++
	}
	if g.stored > r.cfg.MaxFragments {
		return r.bad(&r.led.Datagrams[event.DatagramCapped], f, AnomalyLimit, fmt.Sprintf("more than %d fragments", r.cfg.MaxFragments))
	}
	return true
}

// refused reports whether an IPv6 host refuses the fragment alone and keeps
// what it has of the datagram (RFC 8200).
func (r *Reassembler) refused(f *Fragment) bool {
	switch {
	case f.Offset == 0 && len(f.Data) == 0: // a first fragment must hold what it announces
		return !r.bad(&r.led.FragmentsRefused, f, AnomalyMalformed, "empty")
	case f.More && len(f.Data)%8 != 0:
		return !r.bad(&r.led.FragmentsRefused, f, AnomalyMalformed, "not the last, and not a multiple of 8 long")
	case f.Before+f.Offset+len(f.Data) > 65535:
		return !r.bad(&r.led.FragmentsRefused, f, AnomalyTooLong, fmt.Sprintf("ends at %d", f.Before+f.Offset+len(f.Data)))
	}
	return false
}

// overlap judges the bytes a fragment has in common with those held; false
// means that g must die. Linux since 4.19 ignores a fragment that brings
// nothing new, whatever is in it, and drops the datagram at any other
// overlap. So a repeat with other bytes must not hide the datagram from us
// either. In IPv4 an overlap that agrees is harmless to read; in IPv6 it is
// forbidden (RFC 5722).
func (r *Reassembler) overlap(g *datagram, f *Fragment, data []byte) bool {
	rel, where, nothingNew := g.relate(f.Offset, data)
	switch {
	case rel == apart, rel == repeated:
	case rel == differs && g.policy != Modern:
		if !g.told[1] {
			g.told[1] = true
			r.tell(f, AnomalyConflict, fmt.Sprintf("fragments differ at byte %d; read as %s does", where, g.policy))
		}
	case rel == differs && !nothingNew:
		return r.bad(&r.led.Datagrams[event.DatagramConflict], f, AnomalyConflict, fmt.Sprintf("fragments differ at byte %d", where))
	case g.ip6 && !nothingNew:
		return r.bad(&r.led.Datagrams[event.DatagramConflict], f, AnomalyConflict, "overlap in IPv6")
	case rel == differs && !g.told[1]:
		g.told[1] = true
		r.tell(f, AnomalyConflict, fmt.Sprintf("a repeat differs at byte %d and is ignored", where))
	case rel == agrees && !g.told[0]:
		g.told[0] = true
		r.tell(f, AnomalyOverlap, fmt.Sprintf("bytes %d to %d overlap and agree", f.Offset, f.Offset+len(data)))
	}
	return true
}

// bad counts and reports why a datagram dies, or a fragment is refused; always
// false.
func (r *Reassembler) bad(counter *uint64, f *Fragment, name, detail string) bool {
	*counter++
	r.tell(f, name, detail)
	return false
}

func (r *Reassembler) tell(f *Fragment, name, detail string) {
	if r.note == nil {
		return
	}
	r.note(event.Anomaly{
		Order: event.Order{Clock: f.Stamp.Clock, OfFrame: true, Seq: f.Stamp.Frame},
		Time:  f.Stamp.Time, Frame: f.Stamp.Frame, Name: name, Detail: detail,
		Key: event.FlowKey{Client: netip.AddrPortFrom(f.Key.Src, 0), Server: netip.AddrPortFrom(f.Key.Dst, 0), VLAN: f.Key.VLAN, VNI: f.Key.VNI, Inner: f.Key.Inner},
	})
}

// finish copies g's bytes out and forgets it.
func (r *Reassembler) finish(g *datagram, d *Datagram) {
	r.out = r.out[:0]
	for i := range g.pieces {
		r.out = append(r.out, g.pieces[i].data...)
	}
	*d = Datagram{Next: g.next, TTL: g.ttl, Data: r.out, Frames: g.from}
	r.led.Datagrams[event.DatagramWhole]++
	r.remove(g)
}

// Advance drops datagrams that are too old at the packet clock.
func (r *Reassembler) Advance(clock int64) {
	for g := r.all.oldest; g != nil && clock-g.born >= int64(r.cfg.Timeout); g = r.all.oldest {
		r.led.Datagrams[event.DatagramTimeout]++
		r.kill(g)
	}
}

// Flush drops whatever is incomplete: the end of the capture.
func (r *Reassembler) Flush() {
	for r.all.oldest != nil {
		r.led.Datagrams[event.DatagramUnended]++
		r.kill(r.all.oldest)
	}
}
