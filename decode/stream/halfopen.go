package stream

import (
	"math"

	"spaniel/decode/frame"
	"spaniel/event"
)

// halfOpen is a connection of which only the SYN, and perhaps the SYN/ACK,
// were seen: all that a SYN flood makes us keep. The third packet, whatever
// it is, makes a flow of it.
type halfOpen struct {
	key          key
	hash         uint32
	first, last  int64  // times of the first and the last packet
	clock        int64  // packet clock at the last
	frame        uint64 // number of the first
	isn, peerISN uint32
	prev, next   int32 // in the table's queue, or its free list; index+1
	iface        int32
	packets      [2]uint16
	wscale       [2]int8
	ttl          [2]uint8
	fromLow      bool // the client is the lower endpoint
	answered     bool // the SYN/ACK was seen
	signed       [2]bool
	counted      bool // for its destination's floods
}

// halfOpens is the table's half-open connections, in the order of their
// last packets.
type halfOpens struct {
	index      index[int32]
	all        []halfOpen
	free       int32
	head, tail int32
	limit      int
	idle       int64
}

func newHalfOpens(cfg *Config) halfOpens {
	return halfOpens{limit: cfg.Flows, idle: int64(cfg.SynIdle)}
}

// find returns the number of k, 0 if there is none.
func (y *halfOpens) find(k *key, hash uint32) int32 {
	return y.index.find(hash, func(i int32) bool { return y.all[i-1].key.is(k) })
}

// due returns when the first of them expires.
func (y *halfOpens) due() int64 {
	if y.head == 0 {
		return math.MaxInt64
	}
	clock := y.all[y.head-1].clock
	return max(clock, clock+y.idle) // no clock lies behind the last there is
}

// late gives the first of them another turn if its packet came at an old
// clock, as the first does after a long silence.
func (y *halfOpens) late(clock int64) bool {
	i := y.head
	e := &y.all[i-1]
	if e.last <= e.clock || e.last > clock {
		return false
	}
	e.clock = e.last
	y.unlink(i)
	y.push(i)
	return true
}

func (y *halfOpens) unlink(i int32) {
	e := &y.all[i-1]
	if e.prev == 0 {
		y.head = e.next
	} else {
		y.all[e.prev-1].next = e.next
	}
	if e.next == 0 {
		y.tail = e.prev
	} else {
		y.all[e.next-1].prev = e.prev
	}
}

func (y *halfOpens) push(i int32) {
	e := &y.all[i-1]
	e.prev, e.next = y.tail, 0
	if y.tail == 0 {
		y.head = i
	} else {
		y.all[y.tail-1].next = i
	}
	y.tail = i
}

// take removes number i and returns what it was.
func (y *halfOpens) take(i int32) halfOpen {
	y.unlink(i)
	e := y.all[i-1]
	y.index.remove(e.hash, i)
	y.all[i-1] = halfOpen{next: y.free}
	y.free = i
	return e
}

// add puts e at the end of the queue.
func (y *halfOpens) add(e halfOpen) {
	i := y.free
	if i == 0 {
		y.all = append(y.all, halfOpen{})
		i = int32(len(y.all))
	} else {
		y.free = y.all[i-1].next
	}
	y.all[i-1] = e
	y.index.add(e.hash, i)
	y.push(i)
}

// bareSYN reports whether p has a SYN and nothing else that matters.
func bareSYN(p *frame.Packet) bool {
	return p.Flags&(frame.SYN|frame.RST|frame.FIN|frame.URG) == frame.SYN && p.WireLen == 0 && len(p.Payload) == 0
}

// begin keeps a bare SYN of no known connection.
func (t *Table) begin(p *frame.Packet, k *key, hash uint32, fromLow bool) {
	for t.half.index.n >= t.half.limit {
		t.Stats.SynOnly++
		t.half.take(t.half.head)
	}
	e := halfOpen{key: *k, hash: hash, first: p.Stamp.Time, last: p.Stamp.Time, clock: p.Stamp.Clock, frame: p.Stamp.Frame, isn: p.Seq,
		iface: int32(p.Iface), fromLow: fromLow}
	e.saw(event.ToServer, p)
	e.counted = t.floods.opened(t, p)
	t.half.add(e)
}

// saw notes a packet of a direction.
func (e *halfOpen) saw(d event.Direction, p *frame.Packet) {
	if e.packets[d] < math.MaxUint16 {
		e.packets[d]++
	}
	e.wscale[d], e.ttl[d], e.signed[d] = p.WScale, p.TTL, p.Signed
	e.last, e.clock = max(e.last, p.Stamp.Time), p.Stamp.Clock
}

// greet takes a packet of half-open connection i. It returns the flow made of
// it, or nil where p is just one more of its handshake.
func (t *Table) greet(i int32, p *frame.Packet, k *key, fromLow bool) *flow {
	e := &t.half.all[i-1]
	d := event.ToServer
	if fromLow != e.fromLow {
		d = event.ToClient
	}
	if bareSYN(p) {
		ack := p.Has(frame.ACK)
		again := d == event.ToServer && !ack && p.Seq == e.isn
		answer := d == event.ToClient && ack && p.Ack == e.isn+1 && (!e.answered || p.Seq == e.peerISN)
		if again || answer {
			if answer {
				e.answered, e.peerISN = true, p.Seq
			}
			e.saw(d, p)
			t.half.unlink(i)
			t.half.push(i)
			return nil
		}
	}
	return t.promote(i, p, k, fromLow)
}

// promote makes a flow of half-open connection i, for p.
func (t *Table) promote(i int32, p *frame.Packet, k *key, fromLow bool) *flow {
	e := t.half.take(i)
	if e.counted && !p.Has(frame.RST) {
		t.floods.went(&e)
	}
	f := t.newFlow(p, k, e.hash, fromLow, fromLow == e.fromLow, event.Stamp{Time: e.first, Frame: e.frame})
	f.ev.Iface, f.ev.Last, f.clock = int(e.iface), e.last, e.clock
	h := &f.half[event.ToServer]
	h.start(e.isn + 1)
	h.syn, h.isn, h.wscale = true, e.isn, e.wscale[event.ToServer]
	for d, n := range e.packets {
		f.ev.Packets[d] = uint64(n)
		f.half[d].signed = e.signed[d]
		f.half[d].ttl, f.half[d].ttlVotes = e.ttl[d], uint8(min(n, ttlTop))
	}
	if e.answered {
		t.establish(f)
		o := &f.half[event.ToClient]
		o.start(e.peerISN + 1)
		o.syn, o.isn, o.wscale = true, e.peerISN, e.wscale[event.ToClient]
	}
	return f
}

// giveUp takes the oldest half-open connection out of the table: nobody answered
// it in time. It returns its record, nil where there are too many.
func (t *Table) giveUp(ended string, clock int64) *event.Flow {
	e := t.half.take(t.half.head)
	if !t.floods.record(clock) {
		t.Stats.SynOnly++
		return nil
	}
	f := &event.Flow{FlowKey: e.flowKey(), First: e.first, Last: e.last, FirstFrame: e.frame, Iface: int(e.iface), Ended: ended}
	for d, n := range e.packets {
		f.Packets[d] = uint64(n)
	}
	if !e.answered {
		f.Flags |= event.FlagOneSided
	}
	f.Identify()
	return f
}

// ended tells of the end of a half-open connection.
func (t *Table) ended(f *event.Flow, at event.Stamp) {
	t.led.Flows++
	t.led.FlowsEnded++
	t.closed(f, at)
}

func (e *halfOpen) flowKey() event.FlowKey {
	low, high := e.key.ends()
	k := event.FlowKey{Client: low, Server: high, VLAN: uint16(e.key.vlan), VNI: e.key.vni, Inner: e.key.inner}
	if !e.fromLow {
		k.Client, k.Server = high, low
	}
	return k
}
