package window

// A window stands in several lists at once.
type listKind uint8

const (
	byRank   listKind = iota // all windows of a rank, the longest untouched first
	byOrigin                 // all of an origin, the longest untouched first
	byWeight                 // the heavy ones of a weight, the longest untouched first
	listKinds
)

// link is a window's place in one list.
type link[S any] struct {
	home       *list[S]
	prev, next *Window[S]
}

// list is a doubly linked list of windows.
type list[S any] struct {
	kind       listKind
	head, tail *Window[S]
	n          int
}

func (l *list[S]) append(w *Window[S]) {
	k := &w.links[l.kind]
	k.home, k.prev, k.next = l, l.tail, nil
	if l.tail != nil {
		l.tail.links[l.kind].next = w
	} else {
		l.head = w
	}
	l.tail = w
	l.n++
}

func (l *list[S]) remove(w *Window[S]) {
	k := &w.links[l.kind]
	if k.prev != nil {
		k.prev.links[l.kind].next = k.next
	} else {
		l.head = k.next
	}
	if k.next != nil {
		k.next.links[l.kind].prev = k.prev
	} else {
		l.tail = k.prev
	}
	*k = link[S]{}
	l.n--
}

// move puts w at the end of l, out of where it stood; a nil l is none.
func (l *list[S]) move(w *Window[S], kind listKind) {
	if home := w.links[kind].home; home != nil {
		if home == l && l.tail == w {
			return // there already
		}
		home.remove(w)
	}
	if l != nil {
		l.append(w)
	}
}

// oldest is the head of the list, or what follows it if that is spare.
func (l *list[S]) oldest(spare any) *Window[S] {
	w := l.head
	if w != nil && any(w) == spare {
		w = w.links[l.kind].next
	}
	return w
}
