package wiretest

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"time"

	"spaniel/event"
)

// A Builder collects the segments of conversations. Not safe for concurrent use.
type Builder struct {
	// Step is how much time passes with every segment; 200 µs by default.
	Step time.Duration

	now  int64
	rng  *rand.Rand
	segs []Segment
}

// New returns a builder whose clock starts at start (ns since 1970). The seed
// decides initial sequence numbers and IP identifications.
func New(seed uint64, start int64) *Builder {
	return &Builder{Step: 200 * time.Microsecond, now: start, rng: rand.New(rand.NewPCG(seed, 0))}
}

// Now returns the builder's clock, ns since 1970.
func (b *Builder) Now() int64 { return b.now }

// At sets the clock, also back.
func (b *Builder) At(now int64) { b.now = now }

// Wait moves the clock forward.
func (b *Builder) Wait(d time.Duration) { b.now += int64(d) }

// Segments returns what was built so far, in the order of building. The
// operators take and return such lists; Render makes frames of them.
func (b *Builder) Segments() []Segment { return b.segs }

// Frames returns what was built so far as Ethernet frames, sorted by time.
func (b *Builder) Frames() []event.Frame { return Render(b.segs) }

// An Option changes how a connection speaks.
type Option func(*Conn)

// MSS sets the largest payload of a segment, by default what fits Ethernet
// (1460, in IPv6 1440); both ends announce it.
func MSS(n int) Option { return func(c *Conn) { c.mss = n } }

// ISN sets the initial sequence numbers, random by default.
func ISN(client, server uint32) Option {
	return func(c *Conn) { c.ends[0].seq, c.ends[1].seq = client, server }
}

// VLAN tags every frame, the outermost id first.
func VLAN(ids ...uint16) Option { return func(c *Conn) { c.vlan = ids } }

// Timestamps makes both ends send the TCP timestamps option.
func Timestamps() Option { return func(c *Conn) { c.timestamps = true } }

// TTL sets the time to live of the client's and the server's packets.
func TTL(client, server uint8) Option {
	return func(c *Conn) { c.ends[0].ttl, c.ends[1].ttl = client, server }
}

// Iface sets the capture interface's index.
func Iface(i int) Option { return func(c *Conn) { c.iface = i } }

// Scale sets the window scale that both ends announce; 7 by default.
func Scale(n uint8) Option { return func(c *Conn) { c.scale = n } }

// A Conn is one TCP connection under construction.
type Conn struct {
	b          *Builder
	ends       [2]end // client, server
	mss        int
	vlan       []uint16
	timestamps bool
	iface      int
	scale      uint8
}

// An end is one of the two hosts.
type end struct {
	addr netip.AddrPort
	isn  uint32 // of the SYN
	seq  uint32 // of the next byte
	ttl  uint8
	ipid uint16
}

// Conn returns a connection between two addresses of the same family. Nothing
// is sent yet: without Open it is a connection picked up midstream.
func (b *Builder) Conn(client, server netip.AddrPort, opts ...Option) *Conn {
	c := &Conn{b: b, mss: 1460, scale: 7}
	if client.Addr().Is6() {
		c.mss = 1440
	}
	for i, addr := range []netip.AddrPort{client, server} {
		c.ends[i] = end{addr: addr, seq: b.rng.Uint32(), ttl: 64, ipid: uint16(b.rng.Uint32())}
	}
	for _, o := range opts {
		o(c)
	}
	for i := range c.ends {
		c.ends[i].isn = c.ends[i].seq
	}
	return c
}

// Open does the three-way handshake.
func (c *Conn) Open() {
	c.Syn()
	c.emit(1, SYN|ACK, nil, c.offer())
	c.emit(0, ACK, nil, nil)
}

// Syn begins the handshake and no more.
func (c *Conn) Syn() { c.emit(0, SYN, nil, c.offer()) }

// offer are the options of a SYN.
func (c *Conn) offer() []byte {
	syn := binary.BigEndian.AppendUint16([]byte{2, 4}, uint16(c.mss))
	return append(syn, 1, 3, 3, c.scale, 4, 2) // nop, window scale, SACK permitted
}

// Client sends data to the server, who acknowledges it.
func (c *Conn) Client(data []byte) { c.send(0, data) }

// Server sends data to the client, who acknowledges it.
func (c *Conn) Server(data []byte) { c.send(1, data) }

// Wait moves the builder's clock forward.
func (c *Conn) Wait(d time.Duration) { c.b.Wait(d) }

// Fin closes the connection, the client first.
func (c *Conn) Fin() { c.finFrom(0) }

// FinServer closes the connection, the server first.
func (c *Conn) FinServer() { c.finFrom(1) }

// Rst resets the connection from the client's end.
func (c *Conn) Rst() { c.emit(0, RST|ACK, nil, nil) }

// RstServer resets the connection from the server's end.
func (c *Conn) RstServer() { c.emit(1, RST|ACK, nil, nil) }

// Skip moves one end's sequence numbers on as if n bytes had been sent and
// lost: client when fromClient, else server.
func (c *Conn) Skip(fromClient bool, n int) {
	if fromClient {
		c.ends[0].seq += uint32(n)
	} else {
		c.ends[1].seq += uint32(n)
	}
}

func (c *Conn) finFrom(e int) {
	c.emit(e, FIN|ACK, nil, nil)
	c.emit(1-e, FIN|ACK, nil, nil)
	c.emit(e, ACK, nil, nil)
}

// send cuts data to the MSS; every second segment and the last are
// acknowledged, as stacks do.
func (c *Conn) send(e int, data []byte) {
	for i := 0; len(data) > 0; i++ {
		n := min(c.segment(), len(data))
		flags := ACK
		if n == len(data) {
			flags |= PSH
		}
		c.emit(e, flags, data[:n], nil)
		data = data[n:]
		if i%2 == 1 || len(data) == 0 {
			c.emit(1-e, ACK, nil, nil)
		}
	}
}

// segment is how much a segment carries: the timestamps option takes 12 bytes
// of it.
func (c *Conn) segment() int {
	if c.timestamps {
		return max(1, c.mss-12)
	}
	return c.mss
}

// emit appends one segment from end e and moves the clock.
func (c *Conn) emit(e int, flags uint8, payload, opts []byte) {
	from, to := &c.ends[e], &c.ends[1-e]
	s := Segment{Time: c.b.now, Src: from.addr, Dst: to.addr, Seq: from.seq, Flags: flags, Window: 502,
		Payload: append([]byte(nil), payload...), TTL: from.ttl, IPID: from.ipid, VLAN: c.vlan, Iface: c.iface}
	if flags&ACK != 0 {
		s.Ack = to.seq
	}
	s.Options = append(s.Options, opts...)
	if c.timestamps {
		s.Options = append(s.Options, 1, 1, 8, 10)
		s.Options = binary.BigEndian.AppendUint32(s.Options, uint32(c.b.now/1e6))
		s.Options = binary.BigEndian.AppendUint32(s.Options, uint32(c.b.now/1e6))
	}
	from.ipid++
	from.seq += uint32(len(payload))
	if flags&(SYN|FIN) != 0 {
		from.seq++
	}
	c.b.segs = append(c.b.segs, s)
	c.b.now += int64(c.b.Step)
}
