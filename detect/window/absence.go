package window

// An absence is true when something happened and what should follow did not
// come in time.
type absence struct {
	after, awaited int // values
	wait           int64
	pending        []int64 // clocks of what happened and was not followed yet, oldest first
	missed         int64   // the latest that was not followed in time
	any            bool    // there is one
}

// maxPending bounds what one window waits for; what comes while it waits for
// so many is not waited for, as the others are enough to fire.
const maxPending = 64

func (a *absence) add(e *Entry) {
	if e.Values[a.awaited].Num != 0 {
		a.settle(e.Clock)
		a.pending = a.pending[:0]
	}
	if n := len(a.pending); e.Values[a.after].Num != 0 && n < maxPending && (n == 0 || a.pending[n-1] != e.Clock) {
		a.pending = append(a.pending, e.Clock)
	}
}

// settle moves what is overdue to what was missed.
func (a *absence) settle(now int64) {
	n := 0
	for ; n < len(a.pending) && a.pending[n] <= now-a.wait; n++ {
		a.missed, a.any = a.pending[n], true
	}
	a.pending = append(a.pending[:0], a.pending[n:]...)
}

// forget drops what is overdue.
func (a *absence) forget(now int64) {
	missed, any := a.missed, a.any
	a.settle(now)
	a.missed, a.any = missed, any
}

// due is when the first will be overdue.
func (a *absence) due() (at int64, ok bool) {
	if len(a.pending) == 0 {
		return 0, false
	}
	return a.pending[0] + a.wait, true
}

func (a *absence) at(now, edge int64) Value {
	a.settle(now)
	return BoolOf(a.any && a.missed > edge)
}
