package sensor

import (
	"net/netip"
	"time"

	"spaniel/decode/frame"
	"spaniel/decode/stream"
	"spaniel/event"
)

const (
	// maxBypassed bounds the connections that are passed by: 4 MiB of them.
	maxBypassed = 1 << 14
	// lookIn is how often a packet of such a connection is read all the same, so
	// that nobody takes it for idle, and its counts come along.
	lookIn = time.Second
	// forgetAfter is how long none may come before it is forgotten.
	forgetAfter = 5 * time.Second
)

// A bypass knows the connections of which packets need not be read, as the workers
// that own them have said: TLS behind its hellos, what is no HTTP, bodies behind
// what is kept of them. It counts what it passes by, for their records. It belongs
// to the goroutine that reads.
type bypass struct {
	seed  uint64
	flows map[uint64]*bypassed
	swept int64 // clock when they were looked through last
}

// bypassed is one connection.
type bypassed struct {
	event.FlowKey
	all    bool
	span   [2]useless
	owed   [2]frame.Passed // what is not counted in its record yet
	time   int64           // of the latest packet that is owed
	clock  int64           // of the latest packet
	readAt int64           // clock of the latest packet that was read
}

// useless is a range of sequence numbers.
type useless struct{ from, n uint32 }

// holds reports whether n bytes from seq lie in it.
func (u useless) holds(seq uint32, n int) bool {
	off := seq - u.from
	return off < u.n && uint64(n) <= uint64(u.n-off)
}

// learn takes what workers have said.
func (b *bypass) learn(passes []stream.Pass, clock int64) {
	for i := range passes {
		p := &passes[i]
		id := flowOf(&p.FlowKey, b.seed)
		f := b.flows[id]
		if f == nil {
			if len(b.flows) >= maxBypassed {
				continue
			}
			f = &bypassed{FlowKey: p.FlowKey, clock: clock, readAt: clock}
			b.flows[id] = f
		}
		if p.All {
			f.all = true
		} else {
			f.span[p.Direction] = useless{p.From, p.Bytes}
		}
	}
}

// flowOf is what packets of a connection hash to.
func flowOf(k *event.FlowKey, seed uint64) uint64 {
	p := frame.Packet{Src: k.Client, Dst: k.Server, VLAN: k.VLAN, VNI: k.VNI, Inner: k.Inner}
	return p.Flow(seed)
}

// passes reports whether p, of a connection with that hash, is passed by, and
// counts it.
func (b *bypass) passes(id uint64, p *frame.Packet) bool {
	f := b.flows[id]
	if f == nil || !f.passes(p) {
		return false
	}
	d := f.direction(p.Src)
	f.owed[d].Packets++
	f.owed[d].Bytes += uint64(len(p.Payload))
	f.time = max(f.time, p.Stamp.Time)
	return true
}

// direction is that of a packet from src.
func (f *bypassed) direction(src netip.AddrPort) event.Direction {
	if src == f.Client {
		return event.ToServer
	}
	return event.ToClient
}

// passes reports whether p need not be read.
func (f *bypassed) passes(p *frame.Packet) bool {
	f.clock = p.Stamp.Clock
	if p.Flags&(frame.SYN|frame.FIN|frame.RST|frame.URG) != 0 || p.Flags&frame.ACK == 0 {
		return false
	}
	if time.Duration(p.Stamp.Clock-f.readAt) >= lookIn {
		f.readAt = p.Stamp.Clock
		return false
	}
	d := f.direction(p.Src)
	switch {
	case f.all:
		return true
	case p.WireLen > 0:
		return f.span[d].holds(p.Seq, p.WireLen)
	}
	return f.span[d.Reverse()].holds(p.Ack, 0)
}

// read is told that a packet of a connection with that hash is read: first comes
// what stands for those that were not. What ends the connection, or begins another,
// ends its passing, too.
func (b *bypass) read(id uint64, p *frame.Packet, number uint64, give func(part uint8, p *frame.Packet)) {
	f := b.flows[id]
	if f == nil {
		return
	}
	f.settle(b.seed, p.Stamp.Clock, number, give)
	if p.Flags&(frame.SYN|frame.FIN|frame.RST) != 0 {
		delete(b.flows, id)
	}
}

// settle gives what stands for the packets that were passed by.
func (f *bypassed) settle(seed uint64, clock int64, number uint64, give func(part uint8, p *frame.Packet)) {
	for d := range f.owed {
		if f.owed[d].Packets == 0 {
			continue
		}
		p := frame.Packet{Stamp: event.Stamp{Time: f.time, Clock: clock, Frame: number}, Src: f.Client, Dst: f.Server,
			VLAN: f.VLAN, VNI: f.VNI, Inner: f.Inner, WScale: -1, Passed: f.owed[d]}
		if event.Direction(d) == event.ToClient {
			p.Src, p.Dst = p.Dst, p.Src
		}
		f.owed[d] = frame.Passed{}
		give(p.Partition(seed), &p)
	}
}

// sweep gives what is owed of all connections, and forgets those of which nothing
// came for a while; over forgets all of them.
func (b *bypass) sweep(clock int64, number uint64, over bool, give func(part uint8, p *frame.Packet)) {
	b.swept = clock
	for id, f := range b.flows {
		f.settle(b.seed, clock, number, give)
		if over || time.Duration(clock-f.clock) >= forgetAfter {
			delete(b.flows, id)
		}
	}
}
