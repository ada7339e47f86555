package event

// A call whose bytes can be read in two ways has a second reading, Alt: what a
// server would see that takes the other of two contradicting segments, lengths
// or fields. There is one at most. Where it ends a request earlier than the
// first reading does, what it finds behind is a request of its own, and that
// one is the Alt of the Alt.
//
// A second reading is no call: it is counted, stored and put into windows
// nowhere. Rules of single calls are judged on it after the call itself. It
// is borrowed as the call is, and shares identity, response and marks with it.

// ShareWithAlt gives the call's second reading what it has in common with it.
// Whoever emits the call does so when all of that is known. A response that is
// itself read in another way stays.
func (c *Call) ShareWithAlt() {
	for a := c.Alt; a != nil; a = a.Alt {
		a.ID, a.Key, a.Order, a.Flow, a.Sensor = c.ID, c.Key, c.Order, c.Flow, c.Sensor
		a.Depth, a.Time, a.Flags = c.Depth, c.Time, c.Flags
		a.Anomalies = append(a.Anomalies[:0], c.Anomalies...)
		m, first := &a.Req.Message, &c.Req.Message
		m.Start, m.End, m.FirstFrame, m.LastFrame = first.Start, first.End, first.FirstFrame, first.LastFrame
		if !a.Resp.Seen {
			a.Resp = c.Resp
		}
	}
}
