package decode

import (
	"bytes"
	"unsafe"

	"spaniel/event"
)

// sniffer holds what came before a flow's protocol was known, in the order it
// came: seldom anything, since the first segment mostly decides.
// Its bytes count as skipped until a parser has them.
type sniffer struct {
	marks   []mark
	buf     []byte
	half    [2]sniffHalf
	refused *refused
	gaps    bool  // bytes were lost: the flow may be anything, however long it hides
	tries   int32 // segments that were of no protocol we know
	weight  int32 // bytes of it, as the partition knows
}

// weigh notes how much of a flow of unknown protocol is kept.
func (c *conn) weigh() {
	s := &c.sniff
	n := cap(s.buf) + cap(s.marks)*int(unsafe.Sizeof(mark{})) + cap(s.half[0].prefix) + cap(s.half[1].prefix)
	if s.refused != nil {
		n += int(unsafe.Sizeof(refused{})) + 2*headBytes
	}
	c.p.sniffed += n - int(s.weight)
	s.weight = int32(n)
}

// unsniff forgets what was kept.
func (c *conn) unsniff() {
	c.p.sniffed -= int(c.sniff.weight)
	c.sniff = sniffer{}
}

// refused is what began nothing we read, by direction: how much it was, and
// its beginning, by which it may be named.
type refused struct {
	lost [2]lost
	head [2][]byte
}

// headBytes is how much of a service that is not read is kept to name it.
const headBytes = 128

// sniffHalf is what is known of one direction.
type sniffHalf struct {
	prefix []byte // its bytes so far, if more than one segment
	seen   bool
	past   bool // a PROXY header, if there is one, lies behind
}

// mark is an event of the stream that waits for the protocol to be known.
type mark struct {
	kind     markKind
	d        event.Direction
	at       event.Stamp
	n        uint64 // of a gap, or unseen
	off      int64  // of bytes for another place
	from, to int    // of data, in buf
}

type markKind uint8

const (
	markData markKind = iota
	markGap
	markEnd
	markOther
	markUnseen
)

// Bounds of what waits: a first line that says nothing in 4 KiB is a guess.
// A flow that begins with something unknown may still come to HTTP, behind a
// SOCKS handshake or another preamble; 64 segments are looked at for it.
const (
	maxSniffBytes = 4 << 10
	maxSniffMarks = 256
	maxSniffGaps  = 64 // marks, where one is a gap
	maxSniffTries = 64
)

// keep lets an event of the stream wait, and b with it.
func (c *conn) keep(m mark, b []byte) {
	s := &c.sniff
	c.p.led.SkippedBytes += uint64(len(b))
	m.from = len(s.buf)
	s.buf = append(s.buf, b...)
	m.to = len(s.buf)
	s.marks = append(s.marks, m)
}

// keepOther lets bytes for another place wait, which count as no bytes of the
// stream.
func (c *conn) keepOther(m mark, b []byte) {
	s := &c.sniff
	if len(s.marks) >= maxSniffMarks || len(s.buf)+len(b) > 2*maxSniffBytes {
		c.note(AnomalySecondLost, "", m.at)
		return
	}
	m.from = len(s.buf)
	s.buf = append(s.buf, b...)
	m.to = len(s.buf)
	s.marks = append(s.marks, m)
}

// missed notes a gap before the protocol is known.
func (c *conn) missed(d event.Direction, n uint64, at event.Stamp) {
	if c.begun(d, at) {
		c.Gap(d, n, at)
		return
	}
	c.sniff.half[d].prefix, c.sniff.half[d].past = nil, true
	c.sniff.gaps = true
	if len(c.sniff.marks) >= maxSniffGaps {
		c.forget()
	}
	c.keep(mark{kind: markGap, d: d, n: n, at: at}, nil)
}

// look judges b, the next bytes of a flow of unknown protocol. They may be
// the flow's first, or any segment behind some that were no beginning.
func (c *conn) look(d event.Direction, b []byte, at event.Stamp) {
	h := &c.sniff.half[d]
	h.seen = true
	b, wait := c.before(d, b, at)
	if wait || len(b) == 0 {
		return
	}
	first := b
	if len(h.prefix) > 0 {
		h.prefix = append(h.prefix, b...)
		first = h.prefix
	}
	switch verdict, proto := c.judge(d, first); {
	case verdict > 0:
		if proto.service == "http" {
			c.orient(d, !bytes.HasPrefix(bytes.TrimLeft(first, "\r\n"), []byte("HTTP/")))
		}
		if c.reverses(proto, d, first) {
			c.turn(1)
		}
		c.late(proto, at)
		var still *doubt
		if proto.service != "http" && d == event.ToServer && !c.sniff.half[event.ToClient].seen && c.tunnels == 0 {
			still = &doubt{lost: lost{uint64(len(first) - len(b)), at}}
		}
		c.settle(proto)
		c.doubt = still
		c.Data(d, b, at)
	case verdict == 0 && len(first) < maxSniffBytes && len(c.sniff.marks) < maxSniffMarks:
		if len(h.prefix) == 0 {
			h.prefix = append([]byte(nil), b...)
		}
		c.keep(mark{kind: markData, d: d, at: at}, b)
	case verdict == 0 && c.longLine(d, first, at):
		c.Data(d, b, at)
	default:
		c.refuse(d, b, at)
	}
}

// refuse skips bytes that begin nothing we know, and all that waited.
func (c *conn) refuse(d event.Direction, b []byte, at event.Stamp) {
	all := b
	if p := c.sniff.half[d].prefix; len(p) > len(b) {
		all = p
	}
	c.name(d, all)
	c.sniff.refused.lost[d].add(len(all), at)
	c.sniff.half[d].prefix = nil
	c.p.led.SkippedBytes += uint64(len(b))
	c.keep(mark{kind: markGap, d: d, at: at}, nil)
	c.forget()
	if c.sniff.tries++; c.sniff.tries > maxSniffTries && !c.sniff.gaps {
		var still *doubt
		if !c.sniff.half[event.ToClient].seen && c.tunnels == 0 {
			still = &doubt{lost: c.sniff.refused.lost[event.ToServer]}
		}
		c.giveUp()
		c.doubt = still
	}
}

// begun gives the flow to HTTP if what a direction has sent so far can hardly
// be anything but a request whose first line was cut short.
func (c *conn) begun(d event.Direction, at event.Stamp) bool {
	if !requestBegun(c.sniff.half[d].prefix) {
		return false
	}
	c.orient(d, true)
	c.late(c.p.protocol("http"), at)
	c.settle(c.p.protocol("http"))
	return true
}

const unknownService = "unknown"

// unknown says that the flow's bytes are nobody's we know; those in a tunnel
// keep its name.
func (c *conn) unknown() {
	if c.tunnels == 0 {
		c.flow.Service = unknownService
	}
}

// name guesses what a flow speaks by the beginning of a direction, of which b
// are further bytes. Where the flow's beginning was not seen, nobody can.
func (c *conn) name(d event.Direction, b []byte) {
	if c.sniff.refused == nil {
		c.sniff.refused = new(refused)
	}
	head := &c.sniff.refused.head[d]
	if s := c.flow.Service; s != "" && s != unknownService || len(*head) == headBytes {
		return
	}
	c.unknown()
	*head = append(*head, b[:min(len(b), headBytes-len(*head))]...)
	if c.tunnels > 0 || c.sniff.gaps || c.flow.Flags.Has(event.FlagMidstream) {
		return
	}
	for i := range c.p.signatures {
		if s := &c.p.signatures[i]; s.is(d, *head) {
			c.flow.Service = s.service
			return
		}
	}
}

// judge asks every protocol about the first bytes of a direction.
func (c *conn) judge(d event.Direction, b []byte) (verdict int8, proto *protocol) {
	verdict = -1
	for i := range c.p.protocols {
		switch c.p.protocols[i].sniff(d, b) {
		case 1:
			return 1, &c.p.protocols[i]
		case 0:
			verdict = 0
		}
	}
	if verdict == 0 && c.flow.Flags.Has(event.FlagMidstream) && len(b) > longWord && bytes.IndexByte(b[:longWord], ' ') < 0 {
		return -1, nil
	}
	return verdict, nil
}

// longWord is how long a first word may be where a flow's beginning was not
// seen: a longer one is rather of a body, behind which a message may begin,
// than a method.
const longWord = 256

// settle gives the flow to a protocol, with all that waited.
func (c *conn) settle(proto *protocol) {
	c.flow.Service = proto.service
	s := c.sniff
	c.unsniff()
	c.state = connSkipping
	if proto.parse != nil {
		c.parser, c.state = proto.parse(c), connParsing
	}
	for _, m := range s.marks {
		switch m.kind {
		case markData:
			if p := s.half[m.d].prefix; len(p) > 0 && proto.sniff(m.d, p) < 0 { // another protocol's: it stays skipped
				c.Gap(m.d, 0, m.at)
				continue
			}
			c.p.led.SkippedBytes -= uint64(m.to - m.from)
			c.Data(m.d, s.buf[m.from:m.to], m.at)
		case markGap:
			c.Gap(m.d, m.n, m.at)
		case markEnd:
			c.End(m.d, m.at)
		case markUnseen:
			c.Unseen(m.d, m.n, m.at)
		case markOther:
			c.Other(m.d, m.off, s.buf[m.from:m.to], m.at)
		}
	}
}

// forget skips the data that waited; gaps and ends stay known.
func (c *conn) forget() {
	s := &c.sniff
	s.buf = nil
	var lost [2]bool
	kept := s.marks[:0]
	for _, m := range s.marks {
		switch {
		case m.kind == markOther, m.kind == markUnseen:
		case m.kind == markEnd:
			m.from, m.to = 0, 0
			kept = append(kept, m)
		case !lost[m.d]:
			// What was skipped is a gap of unknown length to a later parser.
			lost[m.d] = true
			kept = append(kept, mark{kind: markGap, d: m.d, at: m.at})
		}
	}
	s.marks = kept
}

// giveUp takes the flow for none we know: all its bytes are skipped.
func (c *conn) giveUp() {
	for d := range c.sniff.half {
		if h := &c.sniff.half[d]; h.seen {
			c.name(event.Direction(d), h.prefix)
		}
	}
	c.unsniff()
	c.state = connSkipping
}
