package decode

import (
	"fmt"

	"spaniel/event"
)

// parsed returns how many bytes the ledger says parsers have dealt with.
func (c *conn) parsed() uint64 {
	l := c.p.led
	return l.HeadBytes + l.BodyBytes + l.SkippedBytes
}

// guard ends a panic at the flow's boundary: the flow's parser is dropped, the
// rest of its bytes are skipped, and both are said. before is what parsed was
// before the call, b the bytes that the call brought.
func (c *conn) guard(before uint64, b []byte, d event.Direction, at event.Stamp) {
	r := recover()
	if r == nil {
		return
	}
	c.p.out.Panic(&event.Panicked{FlowKey: c.flow.FlowKey, Direction: d, Bytes: b, At: at, What: fmt.Sprint(r)})
	if p, ok := c.parser.(interface{ Drop() }); ok {
		p.Drop()
	}
	c.state, c.parser, c.http = connSkipping, nil, nil
	rest := before + uint64(len(b)) - c.parsed()
	c.p.led.SkippedBytes += rest
	c.flow.Flags |= event.FlagCapped
	c.p.anomaly(event.Anomaly{Order: cause(c.flow, at), Time: at.Time, Frame: at.Frame, Name: "parser_panic",
		FlowID: c.flow.ID, Key: c.flow.FlowKey, Detail: fmt.Sprint(r)})
	c.p.loss(event.Loss{Order: cause(c.flow, at), Time: at.Time, Frame: at.Frame, Reason: "parser_panic",
		FlowID: c.flow.ID, Key: c.flow.FlowKey, Direction: d, Bytes: rest})
}
