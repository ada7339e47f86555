package http1

import (
	"slices"

	"spaniel/event"
)

// shown is what a connection tells of request smuggling by its pairs: a server
// that read another number of requests than we did gives another number of
// answers.
type shown struct {
	answers   uint64 // requests that were seen and answered
	ambiguous bool   // one of them may be read in two ways
	closing   bool   // the last response said that it is the last
}

// timeoutStatus is what servers say to a client that sends nothing; it answers
// no request.
const timeoutStatus = 408

// whole reports whether all of the connection was seen so far.
func (c *Conn) whole() bool {
	return !c.half[event.ToServer].lossy && !c.half[event.ToClient].lossy && !c.flow.Flags.Has(event.FlagMidstream|event.FlagOneSided)
}

// surplus marks a response that answers nobody. The request may still come, if
// the mirror mixed up the directions; sure says that it will not.
func (c *Conn) surplus(call *event.Call, sure bool) {
	client := &c.half[event.ToServer]
	if c.answers > 0 && (sure || c.ambiguous) && c.whole() && client.state != stResync && client.state != stHead && call.Resp.Status != timeoutStatus {
		call.Mark(AnomalySurplus)
	}
}

// missing marks the requests that wait when the server ends in order, and did
// not say that it would: it may have read them as part of an ambiguous one.
func (c *Conn) missing() {
	if !c.ambiguous || c.closing || !c.whole() {
		return
	}
	for i := c.answered; i < c.len()-c.orphans; i++ {
		if e := c.at(i); e.reqDone && e.call != nil {
			e.call.Mark(AnomalyMissing)
		}
	}
}

// paired notes what a call that is handed out tells.
func (c *Conn) paired(call *event.Call) {
	if call.Req.Seen && call.Resp.Seen {
		c.answers++
	}
	c.ambiguous = c.ambiguous || slices.Contains(call.Anomalies, AnomalySmuggling)
}
