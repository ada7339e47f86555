package http1

import "spaniel/event"

// request returns the call for a request whose head is complete.
func (c *Conn) request(at event.Stamp) *entry {
	if c.orphans > 0 && c.half[event.ToServer].lossy {
		c.half[event.ToClient].bodiless(at)
	}
	if e := c.adopt(at); e != nil {
		return e
	}
	if server := &c.half[event.ToClient]; server.state == stResync && server.junk && !c.pipelined {
		server.seek() // what comes next is the answer to this request
	}
	if c.waiting() > 0 {
		// A client that waits has heard something, seen here or lost.
		c.pipelined = c.pipelined || !c.spoke && !c.half[event.ToClient].unseen()
		c.stale(at)
	}
	c.spoke = false
	if c.len()-c.ghosts >= c.pool.cfg.MaxPending {
		c.giveUpOldest(at)
	}
	c.unsure = c.unsure && c.strays == 0
	c.strays = 0
	return c.open(at, entry{joined: c.joins(), doubt: c.unsure || c.shifted, late: c.skippedRequests})
}

// joins reports whether the request that begins stands in the segment that
// ended the one before.
func (c *Conn) joins() bool {
	f := c.half[event.ToServer].first.Frame
	return f != 0 && f == c.lastFrame
}

// open appends a call to the queue.
func (c *Conn) open(at event.Stamp, e entry) *entry {
	e.call, e.clock = c.pool.get(), at.Clock
	c.depth++
	e.call.Flow, e.call.Depth = c.flow, c.depth
	return c.push(e)
}

// adopt gives a request the oldest response that came before it.
func (c *Conn) adopt(at event.Stamp) *entry {
	if c.orphans == 0 {
		return nil
	}
	e := c.at(c.len() - c.orphans)
	e.orphan = false
	c.orphans--
	e.call.Mark(AnomalyEarlyResponse)
	return e
}

// stale gives up a first request that the server, never heard on this flow,
// had long enough to answer: the mirror shows one direction only.
func (c *Conn) stale(at event.Stamp) {
	if c.half[event.ToClient].heard {
		return
	}
	for c.len() > 0 && c.at(0).reqDone && at.Clock-c.at(0).clock > oneSidedAfter {
		if call := c.at(0).call; call != nil {
			call.Flags |= event.FlagOneSided
		}
		c.pop(at)
	}
}

// giveUpOldest emits the oldest call before its response came.
func (c *Conn) giveUpOldest(at event.Stamp) {
	c.at(c.ghosts).call.Mark(AnomalyPipelining)
	c.giveOut(at)
}

// giveOut emits the oldest call, whose response may be owed from now on.
func (c *Conn) giveOut(at event.Stamp) {
	e := c.at(c.ghosts)
	e.call.Flags |= event.FlagCapped
	client, server := &c.half[event.ToServer], &c.half[event.ToClient]
	full := c.pool.owed >= c.pool.cfg.MaxOwed
	if full && !e.resDone { // what answers the others is not known any more
		c.pool.led.Caps[event.CapOwed]++
		server.lossy, c.shifted = true, true
		for i := c.ghosts + 1; i < c.len(); i++ {
			if o := c.at(i); !o.orphan {
				o.call.Flags |= event.FlagGap
			}
		}
	}
	if full || e.resDone || e.orphan || c.ghosts >= maxGhosts || server.call == e.call {
		c.popTo(c.ghosts, at)
		return
	}
	if client.call == e.call { // the rest of it is counted only
		client.call = nil
	}
	c.deliver(e, c.ghosts+1, at)
	e.call, e.text = nil, ""
	c.ghosts++
	c.pool.owed++
}

// popTo emits the entries up to and including i.
func (c *Conn) popTo(i int, at event.Stamp) {
	for ; i >= 0; i-- {
		c.pop(at)
	}
}

// response returns the place of the response that begins; its call may be nil.
func (c *Conn) response(at event.Stamp) *entry {
	hole := c.hole
	if hole {
		c.skipped = c.skipped || c.waiting() > 1
		c.skipLost(at)
	}
	if !c.hole && c.half[event.ToClient].owed > 1 {
		c.pipelined = true // it sent another request before this answer
	}
	c.hole, c.turn = false, c.unsure
	if c.answered < c.len() {
		e := c.at(c.answered)
		e.late, e.ahead = e.late || c.skipped, hole && c.half[event.ToServer].unseen()
		if e.doubt && e.call != nil { // this may answer a request in the hole
			e.call.Flags |= event.FlagGap
		}
		return e
	}
	// The first entry may be answered while its request is still being sent;
	// a further response then belongs to no request of ours.
	if c.len()-c.ghosts >= c.pool.cfg.MaxPending {
		c.popTo(c.ghosts, at)
	}
	c.orphans++
	c.strays++
	return c.open(at, entry{orphan: true, unseen: c.half[event.ToServer].unseen(), claimed: c.half[event.ToServer].state == stHead})
}

// skipLost finds the request that the first response after a hole answers. A
// client that waits for its answers sent what came after the hole because
// those before were answered in it; requests it sent in one segment it sent
// without waiting. Where that leaves a doubt, all in doubt are marked.
func (c *Conn) skipLost(at event.Stamp) {
	n := c.len() - c.orphans
	if c.answered > 0 || n < 1 {
		return
	}
	client := &c.half[event.ToServer]
	if e := c.at(0); n == 1 && e.before && e.call != nil && (client.lossy || client.state == stHead) && !c.flow.Flags.Has(event.FlagMidstream) {
		e.call.Flags |= event.FlagGap // this may answer a request that was lost, or is on its way
	}
	keep := 0
	for keep < n && c.at(keep).before {
		keep++
	}
	doubt := c.pipelined
	if keep == n {
		for keep--; keep > 0 && c.at(keep).joined; keep-- {
			doubt = true
		}
	}
	for ; keep > 0 && c.at(0).reqDone; keep-- {
		if e := c.at(0); e.call != nil {
			e.call.Flags |= event.FlagGap
		}
		c.pop(at)
		n--
	}
	c.shifted = c.shifted || doubt
	for i := 0; doubt && i < n; i++ {
		if e := c.at(i); e.call != nil {
			e.call.Flags |= event.FlagGap
		}
	}
}

// lost notes that bytes from the server were lost where responses to all who
// wait now may have been.
func (c *Conn) lost() {
	c.hole = true
	for i := c.answered; i < c.len()-c.orphans; i++ {
		c.at(i).before = true
	}
}

// missed notes that n bytes from the client were lost where a whole request may
// have been.
func (c *Conn) missed(h *half, n uint64) {
	if h.dir == event.ToServer && (h.msgs > 0 || n > 0) {
		c.unsure = true
	}
}

// unclaim notes that a request's head was lost within: a response that came
// meanwhile does not answer the next request.
func (c *Conn) unclaim() {
	for i := c.len() - c.orphans; i < c.len(); i++ {
		c.at(i).claimed = false
	}
}

// settle gives up early responses that waited long enough for a request, and
// all of them where no request can come.
func (c *Conn) settle(at event.Stamp) {
	for c.orphans > 0 && c.orphans == c.len() && c.at(0).resDone && !c.holds(c.at(0), at) {
		c.pop(at)
	}
}

// holds reports whether an early response should wait for its request.
func (c *Conn) holds(e *entry, at event.Stamp) bool {
	client := &c.half[event.ToServer]
	if e.claimed && client.state == stHead {
		return true
	}
	if client.state == stEnded || client.state == stOff || client.lossy || c.half[event.ToClient].lossy {
		return false
	}
	return !c.flow.Flags.Has(event.FlagMidstream|event.FlagOneSided) && at.Clock-e.clock <= earlyWindow
}

// flush emits the calls at the front that are complete or can get no more.
func (c *Conn) flush(at event.Stamp) {
	silent := c.half[event.ToClient].state == stEnded || c.upgraded
	for c.len() > 0 {
		e := c.at(0)
		switch {
		case e.orphan && (!e.resDone || c.holds(e, at)):
			return
		case !e.orphan && (!e.reqDone || !e.resDone && !silent):
			return
		}
		c.pop(at)
	}
}

// pop removes the first entry and emits its call.
func (c *Conn) pop(at event.Stamp) {
	reading := c.answered == 0
	e := c.shift()
	if reading && !e.resDone {
		c.half[event.ToClient].detach()
	}
	if !e.reqDone && !e.orphan {
		c.half[event.ToServer].detach()
	}
	if e.call == nil {
		c.pool.owed--
		return
	}
	// Its request may come yet, sent again: what answers that one then is a guess.
	c.skippedRequests = c.skippedRequests || e.orphan && e.unseen
	c.deliver(&e, 0, at)
}

// deliver emits an entry's call and takes its memory back; next is the place
// in the queue behind it.
func (c *Conn) deliver(e *entry, next int, at event.Stamp) {
	call := e.call
	call.Flags |= c.flow.Flags & (event.FlagOneSided | event.FlagMidstream | event.FlagOverlapDiff | event.FlagTruncated)
	req, res := &call.Req.Message, &call.Resp.Message
	call.Time = req.Start
	if !req.Seen {
		call.Flags |= event.FlagResponseOnly
		call.Time = res.Start
		c.surplus(call, true)
	} else if !req.Complete {
		call.Flags |= event.FlagReqIncomplete
	}
	if !res.Seen {
		call.Flags |= event.FlagRequestOnly
	} else if !res.Complete {
		call.Flags |= event.FlagRespIncomplete
	}
	if req.Seen && res.Seen && (e.late || e.ahead && (c.skippedRequests || c.half[event.ToServer].unseen())) {
		call.Flags |= event.FlagPairInferred
		c.skipped = true // a request not read yet may be the one that was answered
	}
	if req.RawCut || res.RawCut {
		call.Flags |= event.FlagCapped
	}
	if req.RawGap || res.RawGap {
		call.Flags |= event.FlagGap
	}
	c.raw -= len(req.Raw) + len(res.Raw)
	c.bodies -= len(req.Raw) + len(res.Raw)
	c.texts -= e.texts
	e.texts = 0
	if e.tape != [2]*tape{} {
		c.second(e, at)
	}
	if len(c.list) > 0 || c.full {
		c.rivalry(e, c.startOf(next), at)
	}
	if c.replied.call == call {
		c.replied.none()
	}
	c.led.CallsMade++
	c.paired(call)
	c.emit(call, at)
	c.pool.put(call)
}

// newest is the place of the request that is read, or was last.
func (c *Conn) newest() *entry { return c.at(c.len() - 1 - c.orphans) }

// settleEntry notes that the message h read is over. A call that waits for
// its last bytes to be on tape is emitted a moment later.
func (c *Conn) settleEntry(h *half, at event.Stamp) {
	if h.dir == event.ToServer {
		c.newest().reqDone = true
		c.lastFrame = at.Frame
		if h.tape == nil && len(c.list) == 0 {
			c.flush(at)
		}
		return
	}
	e := c.at(c.answered)
	e.resDone = true
	c.answered++
	c.unsure = c.unsure && (c.pipelined || !c.turn || c.waiting() > 0)
	c.shifted = c.shifted && c.waiting() > 0
	if client := &c.half[event.ToServer]; e.connect && client.state == stHold && !c.upgraded {
		client.release()
	} else if client.state == stResync && client.junk && (!c.pipelined || c.waiting() == 0) {
		client.seek() // whoever waited for this answer begins anew
	}
	if h.tape == nil && len(c.list) == 0 {
		c.flush(at)
	}
}

// oldWaits reports whether the next response is one to an HTTP/0.9 request.
func (c *Conn) oldWaits() bool { return c.answered < c.len() && c.at(c.answered).old }
