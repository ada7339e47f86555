package decode

import (
	"spaniel/decode/http1"
	"spaniel/decode/stream"
	"spaniel/event"
)

// parser is what a protocol does with a flow's bytes: a stream receiver that
// may hand the flow on.
type parser interface {
	Data(d event.Direction, b []byte, at event.Stamp)
	Gap(d event.Direction, n uint64, at event.Stamp)
	End(d event.Direction, at event.Stamp)
	Close(at event.Stamp)
	// Useless and Passed are those of stream.Receiver.
	Useless(d event.Direction) uint64
	Passed(d event.Direction, n uint64, at event.Stamp)
	// Upgraded says whether the flow left the protocol, and for which.
	Upgraded() (service string, ok bool)
}

// conn is a flow's receiver: it finds out what the flow speaks and passes its
// bytes to that protocol's parser. A parser that panics loses the flow, and
// nothing else.
type conn struct {
	p      *Partition
	flow   *event.Flow
	parser parser
	http   *http1.Conn // the parser, if it is one of HTTP/1
	state  connState
	sniff  sniffer
	doubt  *doubt // of a flow that is none of HTTP; seldom
	guess  *guess // of a flow that may be one of HTTP; seldom
	told   bool   // that a response came again with other bytes, too late
	tunnel
	reversal
	// emitCall and lostBytes are the methods emit and lost, bound once.
	emitCall  func(*event.Call, event.Stamp)
	lostBytes func(d event.Direction, n uint64, from, at event.Stamp)
}

type connState uint8

const (
	connSniffing connState = iota
	connParsing
	connSkipping // no parser: bytes are counted and forgotten
)

// Data takes the next bytes of a direction.
func (c *conn) Data(d event.Direction, b []byte, at event.Stamp) {
	if c.doubt != nil && c.mistaken(d, b, at) {
		return
	}
	switch c.state {
	case connSniffing:
		if c.look(d, b, at); c.state == connSniffing {
			c.weigh()
		}
	case connParsing:
		c.parse(d, b, at)
	case connSkipping:
		c.p.led.SkippedBytes += uint64(len(b))
	}
}

// Other says that an end sent b for a place of its stream, too.
func (c *conn) Other(d event.Direction, off int64, b []byte, at event.Stamp) {
	switch {
	case c.state == connSniffing:
		c.keepOther(mark{kind: markOther, d: d, off: off, at: at}, b)
		c.weigh()
	case c.state == connParsing && c.http != nil:
		defer c.guard(c.parsed(), nil, d, at)
		if to := d ^ c.flip; !c.http.Other(to, off, b, at) && (to == event.ToServer || !c.told) {
			c.told = c.told || to == event.ToClient // one is enough: a call is over with its response
			c.note(AnomalySecondLost, "", at)
		}
	}
}

// Unseen says that n bytes of a direction were acknowledged and not seen, yet.
func (c *conn) Unseen(d event.Direction, n uint64, at event.Stamp) {
	switch {
	case c.state == connSniffing && len(c.sniff.marks) < maxSniffMarks:
		c.keep(mark{kind: markUnseen, d: d, n: n, at: at}, nil)
		c.weigh()
	case c.state == connParsing && c.http != nil:
		c.http.Unseen(d^c.flip, n)
	}
}

// Gap says that n bytes were never seen, 0 if their number is unknown.
func (c *conn) Gap(d event.Direction, n uint64, at event.Stamp) {
	switch c.state {
	case connSniffing:
		if c.missed(d, n, at); c.state == connSniffing {
			c.weigh()
		}
	case connParsing:
		defer c.guard(c.parsed(), nil, d, at)
		c.parser.Gap(d^c.flip, n, at)
	case connSkipping:
	}
}

// Useless returns how many of a direction's next bytes are counted only.
func (c *conn) Useless(d event.Direction) uint64 {
	switch {
	case c.doubt != nil, c.state == connSniffing:
		return 0
	case c.state == connParsing:
		return c.parser.Useless(d ^ c.flip)
	}
	return stream.Forever
}

// Passed says that n bytes of a direction were left out.
func (c *conn) Passed(d event.Direction, n uint64, at event.Stamp) {
	if c.state == connParsing {
		defer c.guard(c.parsed(), nil, d, at)
		c.parser.Passed(d^c.flip, n, at)
	}
}

// End says that no bytes follow in a direction.
func (c *conn) End(d event.Direction, at event.Stamp) {
	switch c.state {
	case connSniffing:
		c.keep(mark{kind: markEnd, d: d, at: at}, nil)
	case connParsing:
		defer c.guard(c.parsed(), nil, d, at)
		c.parser.End(d^c.flip, at)
	case connSkipping:
	}
}

// Close says that the flow is over.
func (c *conn) Close(at event.Stamp) {
	c.close(at)
	if c.http != nil {
		c.p.http.Reuse(c.http)
	}
	c.empty()
	c.state = connSkipping
	c.p.spares.end(c)
}

// empty makes c as it was made, of the same partition and flow.
func (c *conn) empty() {
	c.unsniff()
	p, f, emit, lost := c.p, c.flow, c.emitCall, c.lostBytes
	*c = conn{} // in place, and all of it: nothing of the old one is left
	c.p, c.flow, c.emitCall, c.lostBytes = p, f, emit, lost
}

func (c *conn) close(at event.Stamp) {
	switch c.state {
	case connSniffing:
		if c.begun(event.ToServer, at) {
			c.close(at)
			return
		}
		c.giveUp()
	case connParsing:
		defer c.correct()
		defer c.guard(c.parsed(), nil, event.ToServer, at)
		c.parser.Close(at)
	case connSkipping:
	}
}

// parse passes b to the parser and looks whether the flow left the protocol.
func (c *conn) parse(d event.Direction, b []byte, at event.Stamp) {
	defer c.guard(c.parsed(), b, d, at)
	if h := c.http; h != nil {
		if h.Data(d^c.flip, b, at); !h.Left() {
			return
		}
	} else {
		c.parser.Data(d^c.flip, b, at)
	}
	if service, ok := c.parser.Upgraded(); ok && service != "" {
		c.flow.Service = serviceOf(service)
		if service == tunnelService {
			c.enter(d, b, at)
		}
	}
}

// emit stamps a finished call and sends it out.
func (c *conn) emit(call *event.Call, at event.Stamp) {
	call.Flow = c.flow
	if c.guess != nil {
		c.right(at)
	}
	if c.flip != 0 {
		if !c.mixed {
			call.Mark(http1.AnomalyReversed)
		}
		call.Flow = c.reversal.of(c.flow)
	}
	call.Sensor = c.p.cfg.Sensor
	call.ID, call.Key = c.flow.CallIDs(c.p.sensor, call.Depth)
	call.Order = c.p.stamp(cause(c.flow, at))
	call.ShareWithAlt()
	c.p.out.Call(call)
}
