package stream

import (
	"spaniel/decode/frame"
	"spaniel/event"
)

// heldShare is the part of the buffer that data behind the end of flows may
// take: an eighth.
const heldShare = 8

// hold keeps what an endpoint goes on with where its flow ended: should the
// other one acknowledge it, it never believed in that end, a forged RST or a
// forged pair of FINs. It reports whether p was kept.
func (t *Table) hold(g *grave, p *frame.Packet, fromLow bool) bool {
	s, b, n := g.sent(fromLow), t.behind(g), len(p.Payload)
	if b == nil {
		b = new([2]behind)
	}
	after := &b[side(fromLow)]
	if p.Seq != s.next+uint32(len(after.b)) || n < p.WireLen || len(after.b)+n > maxAfter ||
		t.gone.held+n > t.pool.limit/heldShare || t.pool.held+n > t.pool.limit {
		return false
	}
	after.b = append(after.b, p.Payload...)
	after.packets++
	t.gone.behind[g.key], g.held = b, true
	t.keepHeld(n)
	return true
}

// behind is what is held behind the flow of g, nil without anything.
func (t *Table) behind(g *grave) *[2]behind {
	if !g.held {
		return nil
	}
	return t.gone.behind[g.key]
}

func (t *Table) keepHeld(n int) {
	t.gone.held += n
	t.pool.held += n
	t.led.Buffered += uint64(n)
}

// bury forgets an ended flow, if it is remembered.
func (t *Table) bury(k *key, hash uint32) {
	if g := t.gone.get(k, hash); g != nil {
		t.forgetGrave(g)
	}
}

// buryAll forgets all ended flows.
func (t *Table) buryAll() {
	for i := range t.gone.n {
		if g := &t.gone.ring[(t.gone.head+i)%len(t.gone.ring)]; !g.gone {
			t.forgetGrave(g)
		}
	}
}

// forgetGrave forgets an ended flow and what was held behind it.
func (t *Table) forgetGrave(g *grave) {
	if b := t.behind(g); b != nil {
		for i := range b {
			t.keepHeld(-len(b[i].b))
			t.fate(event.ByteBeyond, b[i].b)
		}
		delete(t.gone.behind, g.key)
	}
	t.gone.index.remove(g.hash, g.place)
	g.gone = true
}

// revive begins a flow anew if p acknowledges what the other endpoint sent
// behind the end of the old one.
func (t *Table) revive(g *grave, p *frame.Packet, k *key, fromLow bool) *flow {
	s, own, held := g.sent(!fromLow), g.sent(fromLow), t.behind(g)
	if held == nil {
		return nil
	}
	after := &held[side(!fromLow)]
	if len(after.b) == 0 || p.Flags&(frame.ACK|frame.SYN|frame.RST) != frame.ACK {
		return nil
	}
	least, n := int64(1), int64(int32(p.Ack-s.next))
	if !g.reset {
		least = 2 // the first is the FIN's
	}
	if aside := int64(int32(p.Seq - own.next)); n < least || n > int64(len(after.b))+maxAside || own.started && (aside < -maxAside || aside > maxAside) {
		return nil
	}
	b, packets, reset, next, hash := after.b, after.packets, g.reset, s.next, g.hash
	after.b = nil
	t.keepHeld(-len(b))
	f := t.newFlow(p, k, hash, fromLow, fromLow == g.clientLow, p.Stamp)
	t.establish(f)
	d := f.direction(!fromLow)
	f.ev.Packets[d], f.ev.Bytes[d] = uint64(packets), uint64(len(b))
	t.midstream(f, d, next, p.Stamp)
	note := noteFIN
	if reset {
		note = noteRST
	}
	t.raise(f, d, note, base, len(b), p.Stamp)
	t.bury(k, hash)
	t.place(f, d, piece{b: b, pos: base, wire: uint64(len(b)), at: p.Stamp})
	return f
}
