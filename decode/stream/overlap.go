package stream

// claim is one segment on its way into a window. Where its bytes meet waiting
// ones the policy decides. Linux's queue is sorted by where segments start and
// is read from the front: the segment that starts earlier wins; of two with
// one start the longer; of two equal ones the first. Where three or more
// contradict each other a host's own answer depends on the shape of its
// queue; the bytes read here may then be others, and overlap_diff says so.
type claim struct {
	w        *window
	pos, end uint64
	wins     bool // over the segment that owns the byte last looked at
	mine     bool // the byte last looked at is the new segment's
	differ   bool
	b        []byte // the new segment
	losers   []byte // once they differ: the bytes so far, of those who lost
}

func newClaim(w *window, pos, end uint64) claim { return claim{w: w, pos: pos, end: end} }

// fill stores b in [i, j) of p, where nothing waits.
func (c *claim) fill(p *page, i, j int, b []byte) {
	copy(p.data[i:j], b)
	if c.differ {
		c.losers = append(c.losers, b[:j-i]...)
	}
	p.set.addRange(i, j)
	p.n += j - i
	if !c.mine {
		p.start.add(i)
		c.mine = true
	}
}

// merge stores b in [i, j) of p, where something waits; q is the position of i.
func (c *claim) merge(p *page, i, j int, q uint64, b []byte) {
	for k := i; k < j; k, q = k+1, q+1 {
		v := b[k-i]
		if !p.set.has(k) {
			p.set.add(k)
			p.n++
			c.take(p, k, v)
			if c.differ {
				c.losers = append(c.losers, v)
			}
			continue
		}
		switch {
		case q == c.pos && !p.start.has(k):
			c.wins = c.decide(1, q)
		case q == c.pos:
			c.wins = c.decide(0, q)
		case p.start.has(k):
			c.wins = c.decide(-1, q)
		}
		if !c.differ && p.data[k] != v {
			c.differ = true
			c.losers = append(c.losers, c.b[:q-c.pos]...)
		}
		if c.differ && c.wins {
			c.losers = append(c.losers, p.data[k])
		} else if c.differ {
			c.losers = append(c.losers, v)
		}
		if c.wins {
			c.take(p, k, v)
		} else {
			c.mine = false
		}
	}
}

// take makes byte k of p the new segment's.
func (c *claim) take(p *page, k int, v byte) {
	p.data[k] = v
	if c.mine {
		p.start.del(k)
	} else {
		p.start.add(k)
	}
	c.mine = true
}

// decide reports whether the new segment wins over the waiting one that owns
// position q, before (-1), at or behind (1) whose start it starts.
func (c *claim) decide(start int, q uint64) bool {
	if !c.w.policy.needsEnds(start) {
		return c.w.policy.wins(start, 0)
	}
	return c.w.policy.wins(start, c.ends(q))
}

// ends returns whether the new segment ends behind (1), with (0) or before
// (-1) the waiting one that owns position q.
func (c *claim) ends(q uint64) int {
	for q++; q < c.end; {
		p, i := c.w.at(q), int(q%pageSize)
		if p == nil {
			return 1
		}
		j := i + int(min(c.end-q, uint64(pageSize-i)))
		if p.set.clear(i) < j || p.start.next(i) < j {
			return 1
		}
		q += uint64(j - i)
	}
	if p, i := c.w.at(c.end), int(c.end%pageSize); p != nil && p.set.has(i) && !p.start.has(i) {
		return -1
	}
	return 0
}

// finish gives what is left of a segment overwritten in part its own start.
func (c *claim) finish() {
	if p := c.w.at(c.end); p != nil && c.mine {
		if i := int(c.end % pageSize); p.set.has(i) {
			p.start.add(i)
		}
	}
}
