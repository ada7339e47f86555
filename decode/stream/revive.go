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
	s, n := g.sent(fromLow), len(p.Payload)
	if p.Seq != s.next+uint32(len(s.after)) || n < p.WireLen || len(s.after)+n > maxAfter ||
		t.gone.held+n > t.pool.limit/heldShare || t.pool.held+n > t.pool.limit {
		return false
	}
	s.after = append(s.after, p.Payload...)
	s.packets++
	t.keepHeld(n)
	return true
}

func (t *Table) keepHeld(n int) {
	t.gone.held += n
	t.pool.held += n
	t.led.Buffered += uint64(n)
}

// bury forgets an ended flow and what was held behind it.
func (t *Table) bury(k key) {
	if g := t.gone.graves[k]; g != nil {
		for i := range g.sides {
			t.keepHeld(-len(g.sides[i].after))
			t.fate(event.ByteBeyond, g.sides[i].after)
			g.sides[i].after = nil
		}
		delete(t.gone.graves, k)
	}
}

// revive begins a flow anew if p acknowledges what the other endpoint sent
// behind the end of the old one.
func (t *Table) revive(g *grave, p *frame.Packet, k key, fromLow bool) *flow {
	s, own := g.sent(!fromLow), g.sent(fromLow)
	if len(s.after) == 0 || p.Flags&(frame.ACK|frame.SYN|frame.RST) != frame.ACK {
		return nil
	}
	least, n := int64(1), int64(int32(p.Ack-s.next))
	if !g.reset {
		least = 2 // the first is the FIN's
	}
	if aside := int64(int32(p.Seq - own.next)); n < least || n > int64(len(s.after))+maxAside || own.started && (aside < -maxAside || aside > maxAside) {
		return nil
	}
	b, packets, reset := s.after, s.packets, g.reset
	s.after = nil
	t.keepHeld(-len(b))
	f := t.newFlow(p, k, fromLow, fromLow == g.clientLow, p.Stamp)
	t.establish(f)
	d := f.direction(!fromLow)
	f.ev.Packets[d], f.ev.Bytes[d] = uint64(packets), uint64(len(b))
	t.midstream(f, d, s.next, p.Stamp)
	note := noteFIN
	if reset {
		note = noteRST
	}
	t.raise(f, d, note, base, len(b), p.Stamp)
	t.bury(k)
	t.place(f, d, piece{b: b, pos: base, wire: uint64(len(b)), at: p.Stamp})
	return f
}
