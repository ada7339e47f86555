package decode

import (
	"bytes"

	"spaniel/decode/http1"
	"spaniel/event"
)

// AnomalyMismatch is the name of the anomaly of a flow that was taken for
// another service until its server answered in HTTP/1.
const AnomalyMismatch = "protocol_mismatch"

// AnomalyLate is the name of the anomaly of a flow that came to HTTP/1 behind
// bytes that are none.
const AnomalyLate = "bytes_before_http"

// AnomalySecondLost is the name of the anomaly of a flow of which bytes came
// twice, with different values, too late or too much for a call to have them as
// its second reading.
const AnomalySecondLost = "alt_lost"

// doubt is what may still change a verdict that the client's bytes alone
// brought about: the server's first bytes. A client can call itself anything;
// a server that answers in HTTP/1 has understood HTTP/1.
type doubt struct {
	head []byte // the server's bytes so far
	lost        // of the client, since the verdict
}

// lost counts bytes of a direction that began nothing.
type lost struct {
	bytes uint64
	from  event.Stamp
}

func (l *lost) add(n int, at event.Stamp) {
	if l.bytes == 0 {
		l.from = at
	}
	l.bytes += uint64(n)
}

// statusBytes is how many bytes a status line is known by.
const statusBytes = len("HTTP/1.1 200")

// mistaken looks whether b, on its way to a flow of another service, shows it
// to be one of HTTP/1; it then has b.
func (c *conn) mistaken(d event.Direction, b []byte, at event.Stamp) bool {
	if d == event.ToServer {
		c.doubt.add(len(b), at)
		return false
	}
	before := c.doubt.head
	c.doubt.head = append(before, b[:min(len(b), statusBytes-len(before))]...)
	switch v := http1.Sniff(c.doubt.head); {
	case v < 0 || !bytes.HasPrefix([]byte("HTTP/1."), c.doubt.head[:min(len(c.doubt.head), 7)]):
		c.doubt = nil
		return false
	case v == 0:
		return false
	}
	was := c.doubt.lost
	c.doubt = nil
	if c.parser != nil {
		c.parser.Close(at)
	}
	c.note(AnomalyMismatch, c.flow.Service, at)
	c.lose(event.ToServer, was, at)
	c.settle(c.p.protocol("http"))
	c.Gap(event.ToServer, 0, at)
	if len(before) > 0 {
		c.p.led.SkippedBytes -= uint64(len(before))
		c.Data(d, before, at)
	}
	c.Data(d, b, at)
	return true
}

// late says what was refused before the flow came to HTTP/1. Behind a hole
// that is no wonder: the flow may have begun in the middle of a message.
func (c *conn) late(proto *protocol, at event.Stamp) {
	if proto.service != "http" || c.sniff.gaps || c.flow.Flags.Has(event.FlagMidstream) {
		return
	}
	if c.sniff.refused != nil {
		c.note(AnomalyLate, "", at)
		c.lose(event.ToServer, c.sniff.refused.lost[event.ToServer], at)
		c.lose(event.ToClient, c.sniff.refused.lost[event.ToClient], at)
	}
}

// note says an anomaly of the flow.
func (c *conn) note(name, detail string, at event.Stamp) {
	c.p.anomaly(event.Anomaly{Order: cause(c.flow, at), Time: at.Time, Frame: at.Frame, Name: name,
		FlowID: c.flow.ID, Key: c.flow.FlowKey, Detail: detail})
}

// lose says how many bytes of a direction no parser had.
func (c *conn) lose(d event.Direction, l lost, at event.Stamp) {
	if l.bytes > 0 {
		c.p.loss(event.Loss{Order: cause(c.flow, at), Time: l.from.Time, Frame: l.from.Frame, Reason: "desync",
			FlowID: c.flow.ID, Key: c.flow.FlowKey, Direction: d, Bytes: l.bytes})
	}
}
