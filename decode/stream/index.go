package stream

import "math/rand/v2"

// An index finds what a key's hash leads to: open addressing, at most half
// full. Whoever asks compares the keys. What it holds must not be the zero value.
type index[V comparable] struct {
	slots []slot[V]
	n     int
}

type slot[V comparable] struct {
	hash uint32
	v    V
}

// find returns the value of that hash for which is holds, zero without one.
func (x *index[V]) find(hash uint32, is func(V) bool) (v V) {
	if x.n == 0 {
		return v
	}
	var none V
	mask := uint32(len(x.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		if s := &x.slots[i]; s.v == none || s.hash == hash && is(s.v) {
			return s.v
		}
	}
}

// add adds a value that is not there.
func (x *index[V]) add(hash uint32, v V) {
	if x.n++; 2*x.n > len(x.slots) {
		old := x.slots
		x.slots = make([]slot[V], max(8, 2*len(old)))
		for _, s := range old {
			x.put(s)
		}
	}
	x.put(slot[V]{hash, v})
}

func (x *index[V]) put(s slot[V]) {
	var none V
	if s.v == none {
		return
	}
	mask := uint32(len(x.slots) - 1)
	i := s.hash & mask
	for x.slots[i].v != none {
		i = (i + 1) & mask
	}
	x.slots[i] = s
}

// remove removes a value that is there, and moves those behind it up, so that
// a search never passes over an empty place.
func (x *index[V]) remove(hash uint32, v V) {
	var none V
	mask := uint32(len(x.slots) - 1)
	hole := hash & mask
	for x.slots[hole].v != v {
		hole = (hole + 1) & mask
	}
	for i := (hole + 1) & mask; x.slots[i].v != none; i = (i + 1) & mask {
		if home := x.slots[i].hash & mask; (i-home)&mask >= (i-hole)&mask {
			x.slots[hole], hole = x.slots[i], i
		}
	}
	x.slots[hole] = slot[V]{}
	x.n--
}

// clear removes all.
func (x *index[V]) clear() {
	clear(x.slots)
	x.n = 0
}

// secrets are what a table's hashes depend on, so that nobody can choose keys
// that meet.
type secrets [4]uint64

func newSecrets() (s secrets) {
	for i := range s {
		s[i] = rand.Uint64()
	}
	return s
}
