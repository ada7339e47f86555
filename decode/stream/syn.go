package stream

import (
	"spaniel/decode/frame"
	"spaniel/event"
)

// syn handles a segment with SYN on a known flow.
func (t *Table) syn(f *flow, d event.Direction, p *frame.Packet) {
	h, o := &f.half[d], &f.half[d.Reverse()]
	answers := p.Has(frame.ACK)
	switch {
	case h.syn && h.isn == p.Seq: // sent again
	case answers && f.again != nil && f.again.dir != d && p.Ack == f.again.isn+1:
		t.syn(t.reuse(f, d, p, false), event.ToClient, p)
		return
	case answers && d == event.ToClient && h.started && !h.syn && h.pos == base && o.syn && p.Ack == o.isn+1:
		// Until now only the client's acknowledgements told where the server begins.
		if h.next != p.Seq+1 {
			t.restart(f, p)
			return
		}
		h.syn, h.isn, h.wscale, h.signed = true, p.Seq, p.WScale, p.Signed
	case h.started, answers && o.syn && !t.acceptable(o, p.Ack):
		t.fate(event.ByteBeyond, p.Payload)
		if answers {
			if d == event.ToClient && h.pos == base && o.pos == base && o.syn && p.Ack == o.isn+1 {
				f.rival = &rival{p.Seq, p.WScale, p.Signed}
			}
			t.raise(f, d, noteSYN, h.pos, len(p.Payload), p.Stamp)
			return
		}
		f.again = &again{isn: p.Seq, dir: d, at: p.Stamp, iface: p.Iface, wscale: p.WScale}
		return
	default:
		h.start(p.Seq + 1)
		h.syn, h.isn, h.wscale, h.signed = true, p.Seq, p.WScale, p.Signed
	}
	if answers {
		t.establish(f)
		t.refuse(f, d.Reverse(), p)
		t.ack(f, d.Reverse(), p)
	}
	t.synData(f, d, p)
}

// acceptable reports whether ack answers h's SYN and perhaps its data.
func (t *Table) acceptable(h *half, ack uint32) bool {
	n := ack - (h.isn + 1)
	return n == 0 || h.win != nil && uint64(n) <= h.win.end-base || uint64(n) <= h.pos-base
}

// synData keeps a SYN's payload until the peer acknowledges it: a server
// without TCP Fast Open drops it, and the client sends it, or something else,
// again.
func (t *Table) synData(f *flow, d event.Direction, p *frame.Packet) {
	if f.closed || p.WireLen == 0 && len(p.Payload) == 0 {
		return
	}
	h := &f.half[d]
	s := piece{b: p.Payload, pos: base, wire: uint64(max(p.WireLen, len(p.Payload))), at: p.Stamp}
	if h.pos > base {
		t.place(f, d, s)
		return
	}
	t.keepAhead(f, d, s)
}

// refuse drops a SYN's payload that the SYN/ACK p did not acknowledge.
func (t *Table) refuse(f *flow, d event.Direction, p *frame.Packet) {
	h := &f.half[d]
	if w := h.win; w != nil && h.syn && p.Ack == h.isn+1 && h.pos == base && w.first == base {
		n := t.discard(w)
		t.led.Stream[event.ByteBeyond] += uint64(n)
		t.raise(f, d, noteSynData, base, n, p.Stamp)
	}
}

// restart begins the connection anew at its SYN/ACK p. What its client sent
// before acknowledged numbers that its server does not have: the server
// dropped it.
func (t *Table) restart(f *flow, p *frame.Packet) {
	fromLow, o := !f.clientLow, f.half[event.ToServer]
	f.uncount(event.ToClient, p)
	t.raise(f, event.ToServer, noteBadACK, base, int(o.pos-base), p.Stamp)
	t.close(f, endReused, false, p.Stamp)
	n := t.newFlow(p, &f.key, f.hash, fromLow, false, p.Stamp)
	h := &n.half[event.ToServer]
	h.start(o.isn + 1)
	h.syn, h.isn, h.wscale, h.signed, h.ttl, h.ttlVotes = true, o.isn, o.wscale, o.signed, o.ttl, o.ttlVotes
	n.count(event.ToClient, p)
	t.syn(n, event.ToClient, p)
}

// follow takes the other SYN/ACK for the server's if the client, in p,
// acknowledges that one.
func (t *Table) follow(f *flow, d event.Direction, p *frame.Packet) {
	r, h := f.rival, &f.half[event.ToClient]
	if d != event.ToServer || !p.Has(frame.ACK) {
		return
	}
	f.rival = nil
	if p.Ack != r.isn+1 || h.pos != base || h.win != nil || h.stray != nil {
		return
	}
	h.start(r.isn + 1)
	h.isn, h.wscale, h.signed = r.isn, r.wscale, r.signed
}

// reuse begins a new flow with the SYN that did not fit the old one: p, from
// the SYN's sender or its peer, showed that it counts.
func (t *Table) reuse(f *flow, d event.Direction, p *frame.Packet, fromClient bool) *flow {
	a, fromLow := f.again, (d == event.ToServer) == f.clientLow
	f.uncount(d, p)
	t.close(f, endReused, false, p.Stamp)
	n := t.newFlow(p, &f.key, f.hash, fromLow, fromClient, a.at)
	n.ev.Iface = a.iface
	n.ev.Packets[event.ToServer]++
	h := &n.half[event.ToServer]
	h.start(a.isn + 1)
	h.syn, h.isn, h.wscale = true, a.isn, a.wscale
	n.count(n.direction(fromLow), p)
	return n
}
