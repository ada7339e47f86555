package stream

import (
	"spaniel/decode/frame"
	"spaniel/event"
)

// base is the position of a direction's first byte. What lies below it came
// before the start that was seen.
const base = 1 << 32

// half is one direction of a flow: the bytes its sender sends.
type half struct {
	next                 uint32 // sequence number of position pos
	isn                  uint32 // sequence number of the SYN, if syn
	pos                  uint64 // position of the next byte to deliver
	acked                uint64 // highest position the peer acknowledged
	fin                  uint64 // position just after the last byte, if finSeen
	far                  uint64 // just after the furthest byte seen
	lost                 span   // the hole announced last, whose late bytes are no overlap
	win                  *window
	stray                *stray
	after                *piece   // what came behind its end, nil without
	urgent               []uint64 // positions of urgent bytes to come, sorted; nil without
	offered              uint64   // highest position the peer offered room up to, 0 unknown
	kept                 *page    // the last delivered bytes, until acknowledged: byte q at q%pageSize
	keptAt               uint64   // position of the first byte kept
	cutPackets, cutBytes uint64   // cut off by the capture
	finSince             int64    // clock when a FIN began to wait behind a hole
	others               []other  // that wait for their place; nil without

	unchecked bool // bytes came again that could not be compared

	started bool // next and pos are valid
	hinted  bool // not started, but the peer acknowledged up to next
	syn     bool // its SYN was seen
	signed  bool // and had an MD5 signature
	finSeen bool
	ended   bool // End was delivered
	hasTS   bool
	ts      uint32 // timestamp of the last segment that came in order

	wscale        int8  // of the windows its sender offers; -1 if it has none; valid if syn
	ttl, ttlVotes uint8 // the usual TTL, and packets in its favour
}

// start sets the sequence number of the first byte.
func (h *half) start(seq uint32) {
	h.started, h.next, h.pos, h.acked, h.far = true, seq, base, base, base
}

// position returns where seq lies, at most 2 GiB from the next byte.
func (h *half) position(seq uint32) uint64 { return h.pos + uint64(int64(int32(seq-h.next))) }

// advance moves the next byte on to pos.
func (h *half) advance(pos uint64) {
	h.next += uint32(pos - h.pos)
	h.pos = pos
}

type flow struct {
	ev   event.Flow
	key  key
	hash uint32 // of key
	recv Receiver
	half [2]half // by event.Direction
	// clock is the packet clock at its last packet.
	clock     int64
	clientLow bool // the client is the lower endpoint of key
	opened    bool // something more than SYNs was seen
	shaken    bool // a RST came that may be forged
	closed    bool
	// resetByLow: the lower endpoint sent the RST that ended it.
	resetByLow bool
	notes      uint8
	again      *again
	answer     answer
	rival      *rival
	passed     *passed // what may be left out of it, nil without

	timer      int   // index in the table's heap, -1 if absent
	queued     int64 // clock when list took it last
	prev, next *flow // in list
	list       *list
}

// again is a SYN that does not fit the flow: it begins a new one if the peer
// answers it.
type again struct {
	isn   uint32
	dir   event.Direction
	at    event.Stamp
	iface int
	// wscale is its window scale, -1 without.
	wscale int8
}

// rival is a SYN/ACK with another number than the first: it counts if the
// client acknowledges it.
type rival struct {
	isn    uint32
	wscale int8
	signed bool
}

// maxNotes bounds the anomalies a flow may raise.
const maxNotes = 64

// direction returns which way p goes in f.
func (f *flow) direction(fromLow bool) event.Direction {
	if fromLow == f.clientLow {
		return event.ToServer
	}
	return event.ToClient
}

// asks reports whether d is the direction in which requests go, as far as that
// is known.
func (f *flow) asks(d event.Direction) bool { return (d == event.ToServer) != f.ev.Reversed }

// newFlow makes a flow whose client is p's source, or its destination.
func (t *Table) newFlow(p *frame.Packet, k *key, hash uint32, fromLow, fromClient bool, at event.Stamp) *flow {
	t.makeRoom(p.Stamp)
	f := t.spares.get()
	f.key, f.hash, f.clientLow, f.clock, f.timer = *k, hash, fromLow == fromClient, p.Stamp.Clock, -1
	f.ev = event.Flow{FlowKey: event.FlowKey{Client: p.Src, Server: p.Dst, VLAN: p.VLAN, VNI: p.VNI, Inner: p.Inner},
		First: at.Time, Last: at.Time, FirstFrame: at.Frame, Iface: p.Iface}
	if !fromClient {
		f.ev.Client, f.ev.Server = p.Dst, p.Src
	}
	t.flows.add(hash, f)
	t.led.Flows++
	t.fresh.push(f)
	t.arm(f)
	return f
}

// establish moves f out of the list of flows that never answered.
func (t *Table) establish(f *flow) {
	if !f.opened {
		f.opened = true
		t.fresh.remove(f)
		f.queued = f.clock
		t.old.push(f)
	}
}

// count notes a packet of f.
func (f *flow) count(d event.Direction, p *frame.Packet) {
	f.ev.Packets[d]++
	f.ev.Bytes[d] += uint64(len(p.Payload))
	f.ev.Last = max(f.ev.Last, p.Stamp.Time)
	f.clock = p.Stamp.Clock
}

// uncount takes back a packet that turned out to be another flow's.
func (f *flow) uncount(d event.Direction, p *frame.Packet) {
	f.ev.Packets[d]--
	f.ev.Bytes[d] -= uint64(len(p.Payload))
}

// receiver returns f's receiver, making it at its first use.
func (t *Table) receiver(f *flow, at event.Stamp) Receiver {
	if f.recv == nil {
		f.identify()
		f.recv = t.open(&f.ev)
		for d := range f.half {
			if f.half[d].ended {
				f.recv.End(event.Direction(d), at)
			}
		}
	}
	return f.recv
}

func (f *flow) identify() {
	if f.ev.ID == 0 {
		f.ev.Identify()
	}
}

// close ends f: what waits is delivered behind its gaps, and the flow leaves
// the table. Its late packets are recognised for a while if linger.
func (t *Table) close(f *flow, ended string, linger bool, at event.Stamp) {
	if f.closed {
		return
	}
	f.closed = true
	for d := range f.half {
		t.finalGaps(f, event.Direction(d), ended, at)
	}
	if f.ev.Packets[0] == 0 || f.ev.Packets[1] == 0 {
		f.ev.Flags |= event.FlagOneSided
	}
	f.ev.Ended = ended
	f.identify()
	if f.recv != nil {
		f.recv.Close(at)
	}
	t.led.FlowsEnded++
	t.closed(&f.ev, at)
	t.disarm(f)
	f.list.remove(f)
	t.flows.remove(f.hash, f)
	if t.last == f {
		t.last = nil
	}
	if linger {
		t.entomb(f, at.Clock)
	}
	t.spares.end(f)
}

// finalGaps delivers what waits in a direction of a flow that ends, and says
// what its peer acknowledged but nobody saw.
func (t *Table) finalGaps(f *flow, d event.Direction, ended string, at event.Stamp) {
	h := &f.half[d]
	reason := lossGap
	if ended == endEvicted {
		reason = lossEvicted
	}
	t.flush(f, d, reason, at)
	t.judgeStray(f, d, reason, at)
	t.flush(f, d, reason, at)
	if h.finSeen && !h.ended {
		t.gap(f, d, h.fin, reason, at)
	}
	// A single unseen position acknowledged is most likely the FIN's.
	if !h.ended && h.started && h.acked > h.pos+1 {
		t.gap(f, d, h.acked, reason, at)
	}
	t.forget(h)
	t.dropOthers(h, ^uint64(0))
	h.ended = true
	if h.after != nil {
		t.fate(event.ByteBeyond, t.takeAfter(h).b)
	}
	if h.cutBytes > 0 {
		t.lose(f, d, lossTruncated, h.cutPackets, h.cutBytes, at)
	}
}
