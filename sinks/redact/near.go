package redact

import "strings"

// Before the memory stands a small one, for the handful of names, agents and
// types that nearly every message has: what lies in it is found by a look at a
// text's ends. It holds what the large one holds, and texts in which there is
// nothing to hide, a quarter of a MiB of them at most, and 2 MiB of the others.
// That somebody can choose texts that share a place costs time, as much as there
// was before.

// A plainSlot is a text with nothing to hide and its mark, and the mark of the
// one that came last and was another: a text is kept once it comes twice in a row.
type plainSlot struct {
	mark, next uint64
	text       string
}

// shortText is up to how many bytes looking at a text is cheaper than knowing it.
const shortText = 6

// clean is the function of that name, by memory.
func (m *memory) clean(s string) bool {
	if m == nil || len(s) <= shortText || len(s) > memoryText {
		return clean(s)
	}
	mark := mix(usePlain, "", s)
	p := &m.plain[mark>>(64-plainBits)]
	if p.mark == mark && p.text == s {
		return true
	}
	if !clean(s) {
		return false
	}
	p.keep(mark, s)
	return true
}

// keep keeps a text if it is the one that came last, too.
func (p *plainSlot) keep(mark uint64, s string) {
	if p.next != mark {
		p.next = mark
		return
	}
	p.mark, p.text = mark, strings.Clone(s) // what it is part of may be long
}

// asIs reports whether a parameter is stored as it was sent, as far as is known.
func (m *memory) asIs(pair string) bool {
	if m == nil {
		return false
	}
	mark := mix(usePair, "", pair)
	p := &m.plain[mark>>(64-plainBits)]
	return p.mark == mark && p.text == pair
}

// keepAsIs notes that a parameter is stored as it was sent.
func (m *memory) keepAsIs(pair string) {
	if m != nil && len(pair) <= memoryText {
		mark := mix(usePair, "", pair)
		m.plain[mark>>(64-plainBits)].keep(mark, pair)
	}
}

// mix is a number made of a use, the length of a name, and the length and the
// ends of a text.
func mix(u use, name, in string) uint64 {
	h := uint64(len(in))<<16 | uint64(len(name))<<8 | uint64(u)
	if n := len(in); n >= 8 {
		h = (h ^ word(in)) * 0x9e3779b97f4a7c15
		h = (h ^ h>>29 ^ word(in[n-8:])) * 0xbf58476d1ce4e5b9
	} else {
		for i := range n {
			h = h*0x100000001b3 ^ uint64(in[i])
		}
		h *= 0x9e3779b97f4a7c15
	}
	return h
}

// word is the first eight bytes of s.
func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}
