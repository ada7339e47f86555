package http1

// line is a queue of connections, linked through themselves. In front is the
// one that came no further for longest.
type line struct {
	head, tail *Conn
	of         func(*Conn) *link
}

type link struct {
	prev, next *Conn
	in         bool
	progress   uint64 // when it was placed
}

// place makes sure that c is in the line, or is not. One that came further
// since it was placed goes to the end.
func (l *line) place(c *Conn, in bool, progress uint64) {
	l.keep(c, l.of(c), in, progress)
}

// keep is place of who has c's link, k, at hand; mostly nothing is to be done.
func (l *line) keep(c *Conn, k *link, in bool, progress uint64) {
	if k.in != in || in && k.progress != progress {
		l.move(c, k, in, progress)
	}
}

// move is keep where that changes something.
func (l *line) move(c *Conn, k *link, in bool, progress uint64) {
	if k.in && (!in || k.progress != progress) {
		l.remove(k)
	}
	if in && !k.in {
		*k = link{prev: l.tail, in: true, progress: progress}
		if l.tail == nil {
			l.head = c
		} else {
			l.of(l.tail).next = c
		}
		l.tail = c
	}
}

func (l *line) remove(k *link) {
	if k.prev == nil {
		l.head = k.next
	} else {
		l.of(k.prev).next = k.next
	}
	if k.next == nil {
		l.tail = k.prev
	} else {
		l.of(k.next).prev = k.prev
	}
	*k = link{}
}
