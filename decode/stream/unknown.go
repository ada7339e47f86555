package stream

import (
	"spaniel/decode/frame"
	"spaniel/event"
)

// unknown handles a packet of no open flow: it returns the flow it begins, or
// nil if it begins none and its bytes' fate is settled. Only a SYN or payload
// begins a flow: a table that an acknowledgement can fill is a table that the
// ends of connections fill.
func (t *Table) unknown(p *frame.Packet, k *key, hash uint32, fromLow bool) *flow {
	g := t.gone.find(k, hash, p.Stamp.Clock)
	if g != nil && g.reset && g.byLow == fromLow && p.Flags&(frame.ACK|frame.SYN|frame.RST) == frame.ACK {
		g.forged = true // who sent a RST has no connection to go on with
	}
	if g != nil {
		if f := t.revive(g, p, k, fromLow); f != nil {
			return f
		}
	}
	switch {
	case p.Has(frame.RST):
	case p.Has(frame.SYN):
		if g != nil && g.sent(fromLow).syn && g.sent(fromLow).isn == p.Seq {
			break // sent again
		}
		t.bury(k, hash)
		if bareSYN(p) && !p.Has(frame.ACK) {
			t.begin(p, k, hash, fromLow)
			return nil
		}
		return t.handshake(p, k, hash, fromLow)
	case len(p.Payload) == 0 && p.WireLen == 0:
	case p.WireLen == 1 && len(p.Payload) == 1 && p.Payload[0] == 0:
		// A keep-alive probe: the byte before the next, any value, mostly 0.
	case g == nil:
		return t.pickUp(p, k, hash, fromLow)
	default:
		return t.afterEnd(g, p, k, fromLow)
	}
	t.fate(event.ByteBeyond, p.Payload)
	return nil
}

// handshake begins a flow with a SYN, or with a SYN/ACK whose SYN was missed.
func (t *Table) handshake(p *frame.Packet, k *key, hash uint32, fromLow bool) *flow {
	f := t.newFlow(p, k, hash, fromLow, !p.Has(frame.ACK), p.Stamp)
	if p.Has(frame.ACK) {
		f.half[event.ToServer].start(p.Ack)
	}
	return f
}

// pickUp begins a flow in its midst, with the first payload seen.
func (t *Table) pickUp(p *frame.Packet, k *key, hash uint32, fromLow bool) *flow {
	fromClient, sure := t.role(p)
	f := t.newFlow(p, k, hash, fromLow, fromClient, p.Stamp)
	f.ev.RolesGuessed = !sure && t.cfg.Role != nil
	t.establish(f)
	return f
}

// role says whether p comes from the client: its payload may tell, else the
// ports suggest it.
func (t *Table) role(p *frame.Packet) (fromClient, sure bool) {
	if t.cfg.Role != nil {
		if request, response := t.cfg.Role(p.Payload); request || response {
			return request, true
		}
	}
	src, dst := p.Src.Port(), p.Dst.Port()
	if a, b := service(src), service(dst); a != b {
		return b, false
	}
	return dst <= src, false
}

// service reports whether HTTP is commonly served on the port though a client
// may well have a lower one.
func service(port uint16) bool {
	switch port {
	case 80, 443, 3000, 5000, 8000, 8008, 8080, 8081, 8088, 8090, 8443, 8888, 9000, 9090, 9200:
		return true
	}
	return false
}

// afterEnd handles payload on a flow that ended a while ago.
func (t *Table) afterEnd(g *grave, p *frame.Packet, k *key, fromLow bool) *flow {
	s := g.sent(fromLow)
	ahead := int64(int32(p.Seq - s.next))
	switch {
	case !s.started, ahead > int64(t.cfg.Window), ahead < -int64(t.cfg.Window):
		// Other numbers: another connection, whose SYN was missed.
		hash := g.hash
		t.bury(k, hash)
		return t.pickUp(p, k, hash, fromLow)
	case ahead == 0 && g.forged:
		// Without it, data of the other side is what was on its way.
		hash, fromClient := g.hash, fromLow == g.clientLow
		t.bury(k, hash)
		f := t.newFlow(p, k, hash, fromLow, fromClient, p.Stamp)
		t.establish(f)
		return f
	case t.hold(g, p, fromLow):
		return nil
	}
	old := uint64(min(max(-ahead, 0), int64(len(p.Payload))))
	t.fate(event.ByteOverlap, p.Payload[:old])
	t.fate(event.ByteBeyond, p.Payload[old:])
	return nil
}

// settle looks whether p shows that f is another flow than it was taken for,
// and returns the flow and direction p belongs to.
func (t *Table) settle(f *flow, d event.Direction, p *frame.Packet) (*flow, event.Direction) {
	if len(p.Payload) == 0 {
		return f, d
	}
	if a := f.again; a != nil && a.dir == d && p.Seq == a.isn+1 && f.ev.Packets[d.Reverse()] == 0 {
		// One-sided, so the answer cannot be seen; the data is answer enough.
		return t.reuse(f, d, p, true), event.ToServer
	}
	if !f.ev.RolesGuessed || f.given() <= fewBytes {
		return f, d
	}
	request, response := t.cfg.Role(p.Payload)
	f.ev.RolesGuessed = !request && !response
	if request && d == event.ToClient || response && d == event.ToServer {
		return t.retake(f, d, p, request)
	}
	return f, d
}

// fewBytes is what the first segments may bring of a first line without the
// whole of it: as long as there is no more, the receiver, which has all of them,
// tells the roles.
const fewBytes = 64

// given is how many bytes f's receiver was given, or told to be lost.
func (f *flow) given() (n uint64) {
	for d := range f.half {
		if h := &f.half[d]; h.started {
			n += h.pos - base
		}
	}
	return n
}

// retake ends f, whose client and server were taken for each other, and
// begins it anew with p.
func (t *Table) retake(f *flow, d event.Direction, p *frame.Packet, fromClient bool) (*flow, event.Direction) {
	fromLow := (d == event.ToServer) == f.clientLow
	f.uncount(d, p)
	t.close(f, endReused, false, p.Stamp)
	n := t.newFlow(p, &f.key, f.hash, fromLow, fromClient, p.Stamp)
	d = n.direction(fromLow)
	n.count(d, p)
	return n, d
}
