package decode

import (
	"spaniel/decode/http1"
	"spaniel/event"
)

// guess is a flow that was given to HTTP for the shape of a first line too
// long to wait for: a word, perhaps a blank, and nothing but text. It is none of HTTP
// until a call comes of it; what began no message until then is kept here.
type guess struct{ lost [2]lost }

// longLine gives the flow to HTTP if b, all that a direction has sent, may
// still become a request line. A method that nobody knows, however long, and a
// target that is no path are a request all the same to a server that answers it.
func (c *conn) longLine(d event.Direction, b []byte, at event.Stamp) bool {
	if c.begun(d, at) {
		return true
	}
	if c.sniff.refused != nil || !http1.MayBeRequest(b) {
		return false
	}
	c.guess = new(guess)
	c.settle(c.p.protocol("http"))
	return true
}

// wrong notes bytes that began no message of a flow that is a guess.
func (c *conn) wrong(d event.Direction, n uint64, from event.Stamp) {
	c.unknown()
	if l := &c.guess.lost[d]; l.bytes == 0 {
		*l = lost{n, from}
	} else {
		l.bytes += n
	}
}

// right ends the guess: a call came.
func (c *conn) right(at event.Stamp) {
	g := c.guess
	c.guess = nil
	c.flow.Service = c.p.protocol("http").service
	if g.lost[0].bytes+g.lost[1].bytes > 0 {
		c.note(AnomalyLate, "", at)
		c.lose(event.ToServer, g.lost[event.ToServer], at)
		c.lose(event.ToClient, g.lost[event.ToClient], at)
	}
}
