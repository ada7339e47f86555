package decode

import (
	"spaniel/decode/body"
	"spaniel/decode/frame"
	"spaniel/decode/http1"
	"spaniel/decode/stream"
	"spaniel/decode/tls"
	"spaniel/event"
)

// A Partition decodes the flows dealt out to it. It belongs to one goroutine;
// nothing in it is shared, so its output depends on its packets alone.
type Partition struct {
	cfg       *Config
	led       *event.Ledger
	out       Output
	sensor    event.SensorMark
	table     *stream.Table
	http      *http1.Pool
	tls       *tls.Pool
	protocols []protocol
	// signatures name services that are not read.
	signatures []signature
	last       event.Order
	spares     spares
	memory     int // what all of it may take
	sniffed    int // bytes of flows whose protocol is not known yet
}

// firstOrd is the ordinal of the first event a frame causes here; those below
// are left to the anomalies of its headers.
const firstOrd = 1 << 16

// NewPartition returns an empty partition that counts into led and sends what
// it finds to out, with order and ids set.
func NewPartition(cfg *Config, led *event.Ledger, out Output) *Partition {
	p := &Partition{cfg: cfg, led: led, out: out.orDrop(), sensor: event.NewSensorMark(cfg.Sensor), protocols: protocols(), signatures: signatures(), memory: cfg.Memory}
	if p.memory <= 0 {
		p.memory = defaultMemory
	}
	p.http = http1.NewPool(&cfg.HTTP, body.New(cfg.Body), led)
	p.tls = tls.NewPool(cfg.MaxHandshake, led)
	tcp := cfg.Stream
	tcp.Seed = cfg.Seed
	if tcp.Role == nil {
		tcp.Role = role
	}
	p.table = stream.NewTable(tcp, led, p.open, p.closed, p.anomaly, p.loss)
	return p
}

// Beside lets p use the working memory of q, a partition of the same
// goroutine: a decoder's window is megabytes, and there are 64 partitions. No
// packet may have come yet.
func (p *Partition) Beside(q *Partition) { p.http.Beside(q.http) }

// Packet takes the next packet of the partition; it is borrowed. Timers due at
// its clock fire first; then what is held of all connections is cut down to its
// caps.
func (p *Partition) Packet(pkt *frame.Packet) {
	if len(p.spares.ended) > 0 {
		p.spares.next()
	}
	if p.table.Due() <= pkt.Stamp.Clock {
		p.table.Advance(pkt.Stamp.Clock)
	}
	p.http.Relieve(pkt.Stamp)
	p.tls.Relieve(pkt.Stamp)
	p.relieve(pkt.Stamp)
	p.table.Packet(pkt)
}

// Advance fires the timers due at clock. It may be called at any time between
// packets with a clock not after the next packet's, and changes nothing but
// when events come out.
func (p *Partition) Advance(clock int64) { p.table.Advance(clock) }

// Passing says whether Output.Pass is to be told of packets that say nothing. What
// a partition finds must not depend on when it is called; it marks the flows of
// which packets are missing then.
func (p *Partition) Passing(on bool) {
	p.table.Pass = nil
	if on {
		p.table.Pass = p.out.Pass
	}
}

// Due returns the clock before which nothing happens without a packet, the
// largest there is if nothing ever does.
func (p *Partition) Due() int64 { return p.table.Due() }

// Next returns the place of what Fire does: its clock and the number of a first
// frame. Who has several partitions does what is due in all of them in its order.
func (p *Partition) Next() (clock int64, frame uint64) { return p.table.Next() }

// Fire does what is due next, for one connection: Advance in small steps. clock
// is what Advance would be given.
func (p *Partition) Fire(clock int64) { p.table.Fire(clock) }

// Leave makes all that is open due a nanosecond after clock, that of the last
// packet of all partitions, which Advance was called with; no packet may follow.
// What many flows still hold is too much to be told of at once: Fire ends them
// one by one.
func (p *Partition) Leave(clock int64) { p.table.Leave(clock) }

// Close ends all flows.
func (p *Partition) Close(clock int64) { p.table.Close(clock) }

// Stats returns the counters of caps that were hit.
func (p *Partition) Stats() stream.Stats { return p.table.Stats }

// stamp gives an event its ordinal among those of one cause. Events of one
// cause come in one go, so the last cause is all there is to remember.
func (p *Partition) stamp(cause event.Order) event.Order {
	cause.Ord = firstOrd
	if l := p.last; l.Clock == cause.Clock && l.OfFrame == cause.OfFrame && l.Seq == cause.Seq {
		cause.Ord = l.Ord + 1
	}
	p.last = cause
	return cause
}

func (p *Partition) open(f *event.Flow) stream.Receiver { return p.spares.get(p, f) }

func (p *Partition) closed(f *event.Flow, at event.Stamp) {
	p.out.Flow(p.stamp(cause(f, at)), f)
}

func (p *Partition) anomaly(a event.Anomaly) {
	a.Order = p.stamp(a.Order)
	p.led.Anomalies++
	p.out.Anomaly(&a)
}

func (p *Partition) fact(f event.Fact) {
	f.Order = p.stamp(f.Order)
	p.out.Fact(&f)
}

func (p *Partition) loss(l event.Loss) {
	l.Order = p.stamp(l.Order)
	p.led.Losses++
	p.out.Loss(&l)
}

// cause returns the place of what happened to f at the stamp: the frame's, or
// that of f's timer.
func cause(f *event.Flow, at event.Stamp) event.Order {
	if at.Frame != 0 {
		return event.Order{Clock: at.Clock, OfFrame: true, Seq: at.Frame}
	}
	return event.Order{Clock: at.Clock, Seq: f.FirstFrame}
}
