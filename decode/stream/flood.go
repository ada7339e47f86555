package stream

import (
	"fmt"
	"net/netip"

	"spaniel/decode/frame"
	"spaniel/event"
)

const (
	// floodSpan is how long SYNs are counted before the count begins anew,
	// and how long a destination whose flood was noted is left in peace.
	floodSpan = 10e9
	// floodPlaces bounds the destinations counted at one time.
	floodPlaces = 256
	// synRecords is how many connections that never got beyond their handshake
	// get a flow record within floodSpan; the others are only counted.
	synRecords = 16
	// shares is how many partitions there are: a table sees one SYN in so many.
	shares = 64
)

// flooded is a destination and the handshakes with it that lead nowhere.
type flooded struct {
	dst   netip.AddrPort
	vlan  uint16
	inner uint32
	vni   uint32
	since int64 // clock; 0 is an empty place
	open  int   // begun since then, less those that went on
	noted bool
}

// floods counts handshakes that lead nowhere. The partitions share a flood
// evenly; so that one anomaly comes of it and not 64, a destination is counted
// by the one partition its address falls to, by its share.
type floods struct {
	places      []flooded
	limit       int
	seed        uint64
	since       int64 // of the records counted
	records     int
	recordsOpen bool
}

// place returns where a destination is counted.
func (l *floods) place(dst netip.AddrPort, vlan uint16, inner, vni uint32) *flooded {
	if l.places == nil {
		l.places = make([]flooded, floodPlaces)
	}
	return &l.places[frame.Spread(dst, vlan, inner, vni, l.seed)/shares%floodPlaces]
}

// opened notes the SYN p and reports whether it was counted.
func (l *floods) opened(t *Table, p *frame.Packet) bool {
	if uint8(frame.Spread(p.Dst, p.VLAN, p.Inner, p.VNI, l.seed)%shares) != p.Partition(l.seed) {
		return false
	}
	f, now := l.place(p.Dst, p.VLAN, p.Inner, p.VNI), p.Stamp.Clock
	same := f.dst == p.Dst && f.vlan == p.VLAN && f.inner == p.Inner && f.vni == p.VNI
	switch {
	case same && now < f.since+floodSpan:
	case !same && now < f.since+floodSpan && f.open > 1:
		return false // the place is another's, who has more of them
	default:
		*f = flooded{dst: p.Dst, vlan: p.VLAN, inner: p.Inner, vni: p.VNI, since: now}
	}
	f.open++
	if f.open*shares >= l.limit && !f.noted {
		f.noted = true
		t.note(event.Anomaly{Order: event.Order{Clock: now, OfFrame: true, Seq: p.Stamp.Frame}, Time: p.Stamp.Time, Frame: p.Stamp.Frame,
			Name: noteFlood, Key: event.FlowKey{Client: p.Src, Server: p.Dst, VLAN: p.VLAN, VNI: p.VNI, Inner: p.Inner},
			Detail: fmt.Sprintf("about %d handshakes in %d ms led nowhere", f.open*shares, (now-f.since)/1e6)})
	}
	return true
}

// went notes that a counted connection went on.
func (l *floods) went(e *halfOpen) {
	k := e.flowKey()
	if f := l.place(k.Server, k.VLAN, k.Inner, k.VNI); f.dst == k.Server && f.vlan == k.VLAN && f.inner == k.Inner && f.vni == k.VNI && f.open > 0 {
		f.open--
	}
}

// record reports whether one more record may be made at clock.
func (l *floods) record(clock int64) bool {
	if !l.recordsOpen || clock >= l.since+floodSpan {
		l.recordsOpen, l.since, l.records = true, clock, 0
	}
	l.records++
	return l.records <= synRecords
}
