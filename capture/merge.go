package capture

import (
	"time"

	"spaniel/event"
)

// holdBack is how long after its time a frame may become visible: the kernel
// hands a block on when its timer has run twice since its first frame.
const holdBack = 4 * gatherTime

// mergeRounds bounds how often the silent lanes are asked before a frame is
// given all the same: the clock of an adapter may be ahead of ours.
const mergeRounds = 16

// merged gives the earliest frame of all lanes.
func (l *Live) merged(f *event.Frame) error {
	if l.given != nil {
		given := l.given
		given.has, l.given = false, nil
		l.fill(given, false)
	}
	for round := range mergeRounds + 1 {
		best := l.earliest()
		if best != nil && (round == mergeRounds || l.sure(best.ahead.Time)) {
			*f = best.ahead
			f.Iface = best.line.place
			l.given = best
			return nil
		}
		if best == nil && round > 0 {
			break
		}
		l.ask()
	}
	return ErrTimeout
}

// fill reads a lane's next frame ahead.
func (l *Live) fill(n *lane, wait bool) {
	if err := l.pull(n, &n.ahead, wait); err == nil {
		n.has = true
		return
	}
	n.quiet = time.Now().Add(-holdBack).UnixNano()
}

// ask looks into the lanes that have nothing ahead. It waits once.
func (l *Live) ask() {
	wait := true
	for _, n := range l.lines {
		for _, a := range n.lanes {
			if a.has || a.tap == nil {
				continue
			}
			l.fill(a, wait)
			wait = wait && a.has
		}
	}
}

// earliest is the lane with the earliest frame, nil if none has one.
func (l *Live) earliest() *lane {
	var best *lane
	for _, n := range l.lines {
		for _, a := range n.lanes {
			if a.has && (best == nil || a.ahead.Time < best.ahead.Time) {
				best = a
			}
		}
	}
	return best
}

// sure reports whether no lane can have a frame before t any more.
func (l *Live) sure(t int64) bool {
	for _, n := range l.lines {
		for _, a := range n.lanes {
			if !a.has && a.tap != nil && !a.done && a.quiet < t {
				return false
			}
		}
	}
	return true
}
