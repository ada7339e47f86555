package redact

import (
	"crypto/sha256"
	"hash/maphash"
	"strings"
)

// A memory keeps what became of the texts that one goroutine hid lately: a
// client sends the same token, agent and names with every call. Its size is
// fixed, its places are chosen by a seeded hash, and it keeps a text only when
// it comes again while nothing else took its place, so that what never comes
// twice costs no memory.
type memory struct {
	near  [1 << nearBits]slot          // these first: a slot is a line of the processor's cache
	sets  [memorySets][memoryWays]slot // the newest first
	plain [1 << plainBits]plainSlot
	once  [memoryOnce]uint32 // of the hashes of texts that came and were not kept
	seed  maphash.Seed
	forms [formSlots]form
	last  hashed // a call's token is asked for twice: as who calls, and as what to hide
}

// hashed is a secret with its keyed hash.
type hashed struct {
	kind, secret string
	sum          [sha256.Size]byte
}

// memorySets times memoryWays texts of at most memoryText bytes, and what became
// of them, are 4 MiB at most and 200 KiB at first.
const (
	memorySets = 512
	memoryWays = 4
	memoryText = 1024
	memoryOnce = 8192
	nearBits   = 10
	plainBits  = 8
)

// use says what was made of a text.
type use uint8

const (
	useHeader use = iota + 1 // the value of the field called name
	useField                 // what is known of the fields called so
	useName                  // the kind of secret that a name tells of
	useValue                 // a value
	useHash                  // the keyed hash of a secret of the kind name
	useType                  // the media type in a Content-Type
	usePlain                 // whether there is nothing to hide
	usePair                  // whether there is nothing to hide in a parameter
)

// A slot has a number made of what it holds, so that the texts of a slot that
// holds another, which lie elsewhere, need not be looked at.
type slot struct {
	mark          uint64
	use           use
	name, in, out string
}

// holds reports whether a slot with that mark holds what became of a text.
func (s *slot) holds(mark uint64, u use, name, in string) bool {
	return s.mark == mark && s.use == u && s.in == in && s.name == name
}

// Remembering returns a Redactor that hides the same in the same way, belongs
// to one goroutine, and is faster: it remembers what it hid lately.
func (r *Redactor) Remembering() *Redactor {
	c := *r
	c.mem = &memory{seed: maphash.MakeSeed()}
	return &c
}

// recall returns what became of a text, or makes it and perhaps keeps it, with
// the name, which is in memory that may be kept. A Redactor without a memory makes
// it.
func (m *memory) recall(u use, name, in string, make func() string) string {
	if m == nil || len(in)+len(name) > memoryText {
		return make()
	}
	mark := mix(u, name, in)
	near := &m.near[mark>>(64-nearBits)]
	if near.holds(mark, u, name, in) {
		return near.out
	}
	h := maphash.String(m.seed, in) ^ (uint64(len(name))<<8|uint64(u))*0x9e3779b97f4a7c15
	set := &m.sets[h%memorySets]
	for i := range set {
		if s := &set[i]; s.holds(mark, u, name, in) {
			*near = *s
			return s.out
		}
	}
	out := make()
	if !m.again(h) {
		return out
	}
	copy(set[1:], set[:])
	set[0] = slot{mark: mark, use: u, name: name, in: strings.Clone(in), out: strings.Clone(out)} // what they are part of may be long
	return set[0].out
}

// again reports whether a text of this hash came before, lately. It is noted in
// two places, so that two texts that take turns in one do not hide each other.
func (m *memory) again(h uint64) bool {
	a, b, tag := &m.once[h>>9%memoryOnce], &m.once[h>>22%memoryOnce], uint32(h>>32)|1
	was := *a == tag || *b == tag
	*a, *b = tag, tag
	return was
}
