package detect

import "container/heap"

// An agenda holds what is due at later moments of packet time, the earliest
// first; what is due at one moment comes in the order it was put down.
type agenda[T any] struct {
	items  appointments[T]
	serial uint64
}

type appointment[T any] struct {
	at     int64
	serial uint64
	what   T
}

func (a *agenda[T]) len() int { return len(a.items) }

func (a *agenda[T]) add(at int64, what T) {
	a.serial++
	heap.Push(&a.items, appointment[T]{at, a.serial, what})
}

// next is the moment of the earliest; ok is false when there is none.
func (a *agenda[T]) next() (at int64, ok bool) {
	if len(a.items) == 0 {
		return 0, false
	}
	return a.items[0].at, true
}

func (a *agenda[T]) pop() T { return heap.Pop(&a.items).(appointment[T]).what }

// keep drops all but what the function wants.
func (a *agenda[T]) keep(want func(T) bool) {
	kept := a.items[:0]
	for _, it := range a.items {
		if want(it.what) {
			kept = append(kept, it)
		}
	}
	clear(a.items[len(kept):])
	a.items = kept
	heap.Init(&a.items)
}

// appointments are a heap.
type appointments[T any] []appointment[T]

func (a appointments[T]) Len() int { return len(a) }

func (a appointments[T]) Less(i, j int) bool {
	return a[i].at < a[j].at || a[i].at == a[j].at && a[i].serial < a[j].serial
}

func (a appointments[T]) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

// Push and Pop are for container/heap.
func (a *appointments[T]) Push(x any) { *a = append(*a, x.(appointment[T])) }

// Pop takes the last.
func (a *appointments[T]) Pop() any {
	old := *a
	last := old[len(old)-1]
	old[len(old)-1] = appointment[T]{}
	*a = old[:len(old)-1]
	return last
}
