package event

// maxStep is the largest jump forward that one frame alone may make the
// packet clock take. A mirror's clock may be set, and one forged timestamp of
// the year 2300 must not expire every flow: a longer jump counts only when
// the next frame confirms it.
const maxStep = int64(60e9)

// A Clock is the packet clock: the largest capture time seen, in nanoseconds.
// The zero value starts with the first frame.
type Clock struct {
	now     int64
	started bool
	pending int64 // time of an unconfirmed jump, 0 if there is none
}

// Tick moves the clock to a frame's time and returns it. It never goes back.
func (c *Clock) Tick(t int64) int64 {
	switch {
	case !c.started:
		c.now, c.started = t, true
	case t <= c.now+maxStep:
		c.pending = 0
		c.now = max(c.now, t)
	case c.pending != 0 && t >= c.pending-maxStep:
		c.now, c.pending = max(c.now, min(t, c.pending)), 0
		c.now = max(c.now, min(t, c.now+maxStep))
	default:
		c.pending = t
	}
	return c.now
}

// Idle moves the clock of a live capture on when no frame comes, to a second
// before wall time, since frames may still wait in the kernel's buffer.
func (c *Clock) Idle(wall int64) int64 {
	if c.started {
		c.now = max(c.now, wall-1e9)
	}
	return c.now
}

// Now returns the clock, 0 before the first frame.
func (c *Clock) Now() int64 { return c.now }
