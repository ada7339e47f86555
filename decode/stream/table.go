package stream

import (
	"spaniel/decode/frame"
	"spaniel/event"
)

// A Table holds the flows of one partition. It belongs to one goroutine.
type Table struct {
	cfg    Config
	led    *event.Ledger
	open   func(*event.Flow) Receiver
	closed func(*event.Flow, event.Stamp)
	note   func(event.Anomaly)
	loss   func(event.Loss)

	flows index[*flow]
	salt  secrets
	last  *flow // of the last packet: packets come in trains
	fresh list  // flows that never got beyond a SYN, oldest first
	old   list  // the others, about the idlest first
	half  halfOpens
	gone  graveyard
	pool  pool
	// waiting lists the windows that hold bytes, oldest first; spare is a
	// free list of windows.
	waiting windows
	spare   *window
	timers  []timer
	now     int64 // the clock timers were fired at last
	floods  floods
	keeping int    // pages of delivered bytes
	losers  []byte // scratch of windows
	spares  spares
	// ending lists connections that end at endAt, by first frame; left says that
	// they are all there are, the capture having ended.
	ending []ending
	endAt  int64
	left   bool

	// Stats counts what the ledger has no place for.
	Stats Stats

	// Pass, if set, is told which packets may be left out.
	Pass func(Pass)
}

// Stats counts the caps that were hit.
type Stats struct {
	// Evicted flows made room for others; HolesCapped were closed early
	// because a window or the whole buffer was full.
	Evicted, HolesCapped uint64
	// SynOnly connections never got beyond their handshake and, being too
	// many, have no flow record.
	SynOnly uint64
}

// NewTable returns an empty table. It counts into led; open makes a flow's
// receiver when its first byte is due; closed, note and loss are told of each
// flow that ended, each anomaly and each loss, with all of Order but Ord.
func NewTable(cfg Config, led *event.Ledger, open func(*event.Flow) Receiver, closed func(*event.Flow, event.Stamp),
	note func(event.Anomaly), loss func(event.Loss)) *Table {
	cfg = cfg.withDefaults()
	return &Table{cfg: cfg, led: led, open: open, closed: closed, note: note, loss: loss,
		salt: newSecrets(), half: newHalfOpens(&cfg), floods: floods{limit: cfg.SynFlood, seed: cfg.Seed}, gone: newGraveyard(&cfg), pool: pool{limit: cfg.Buffer}}
}

// Packet takes one segment, after firing the timers due at its clock. p and
// its payload are borrowed.
func (t *Table) Packet(p *frame.Packet) {
	if len(t.spares.ended) > 0 {
		t.spares.next()
	}
	if t.Due() <= p.Stamp.Clock {
		t.Advance(p.Stamp.Clock)
	}
	if p.Passed.Packets > 0 {
		t.standIn(p)
		return
	}
	t.led.StreamIn += uint64(len(p.Payload))
	var k key
	fromLow := k.of(p)
	f := t.last
	if f == nil || !f.key.is(&k) {
		if f = t.flowOf(p, &k, fromLow); f == nil {
			return
		}
		t.last = f
	}
	d := f.direction(fromLow)
	f.count(d, p)
	if h := &f.half[d]; p.TTL != h.ttl {
		t.otherTTL(f, d, p)
	} else if h.ttlVotes < ttlTop {
		h.ttlVotes++
	}
	if p.Signed && t.unexpected(f, d, p) {
		return
	}
	if f.passed != nil {
		t.passOver(f, d, p)
	}
	if p.Flags&(frame.SYN|frame.RST|frame.FIN|frame.URG) == 0 && f.opened && !f.ev.RolesGuessed && f.again == nil && f.rival == nil {
		t.plain(f, d, p)
	} else {
		t.special(f, d, p)
	}
	if t.Pass != nil && !f.closed && f.recv != nil && len(p.Payload) > 0 {
		t.tellPass(f, d, p.Stamp.Clock)
	}
}

// flowOf returns the flow that p belongs to, or that it makes; nil if it makes
// none.
func (t *Table) flowOf(p *frame.Packet, k *key, fromLow bool) *flow {
	hash := k.hash(&t.salt)
	if f := t.flows.find(hash, func(f *flow) bool { return f.key.is(k) }); f != nil {
		return f
	}
	if i := t.half.find(k, hash); i != 0 {
		return t.greet(i, p, k, fromLow)
	}
	return t.unknown(p, k, hash, fromLow)
}

// plain handles a segment without special flags: nearly all of them.
func (t *Table) plain(f *flow, d event.Direction, p *frame.Packet) {
	if h := &f.half[d.Reverse()]; p.Flags&frame.ACK == 0 || int32(p.Ack-h.next) > 0 {
		if !t.acknowledges(f, d, p) {
			return
		}
	}
	if p.Flags&frame.ACK != 0 {
		t.ack(f, d.Reverse(), p)
	}
	h := &f.half[d]
	if len(p.Payload) > 0 && p.Seq == h.next && h.started && h.win == nil && h.urgent == nil && !h.finSeen && len(p.Payload) >= p.WireLen &&
		(!p.HasTS || !h.hasTS || int32(p.TSVal-h.ts) >= 0) {
		h.ts, h.hasTS = p.TSVal, p.HasTS
		t.handOn(f, d, p.Payload, p.Stamp, p)
		return
	}
	if len(p.Payload) > 0 || p.WireLen > 0 {
		t.segment(f, d, p, p.Seq)
	}
}

// special handles segments that may change the state of the flow.
func (t *Table) special(f *flow, d event.Direction, p *frame.Packet) {
	switch {
	case p.Has(frame.RST):
		t.reset(f, d, p)
		return
	case p.Has(frame.SYN):
		t.syn(f, d, p)
		return
	case f.rival != nil:
		t.follow(f, d, p)
	}
	if !t.acknowledges(f, d, p) {
		return
	}
	f, d = t.settle(f, d, p)
	t.establish(f)
	if p.Has(frame.URG) {
		t.ack(f, d.Reverse(), p)
		t.segment(f, d, p, p.Seq)
	} else {
		t.plain(f, d, p)
	}
	if p.Has(frame.FIN) {
		t.fin(f, d, p)
	}
}
