package text

// phrases finds the first of many fixed words in a string, without regard to
// ASCII case. It is built once and then only read.
type phrases struct {
	// screen, if the words are long enough for one, passes over texts that
	// hold none of them.
	screen *screen
	// pairs has a bit for each pair of first bytes, folded; most positions of
	// most strings are passed over by it.
	pairs [1 << 16 / 64]uint64
	by    map[uint16][]string
}

// newPhrases builds the finder; words are in lower case, two bytes or longer.
// Where several begin at one place, the first listed is found.
func newPhrases(words []string) *phrases {
	p := &phrases{by: make(map[uint16][]string)}
	shortest := screenMin
	for _, w := range words {
		shortest = min(shortest, len(w))
		k := uint16(w[0])<<8 | uint16(w[1])
		p.pairs[k>>6] |= 1 << (k & 63)
		p.by[k] = append(p.by[k], w)
	}
	if shortest == screenMin {
		p.screen = newScreen(words...)
	}
	return p
}

// find returns the leftmost word of s and where it is, -1 if there is none.
func (p *phrases) find(s string) (at int, word string) {
	if len(s) < 2 || p.screen != nil && !p.screen.occurs(s) {
		return -1, ""
	}
	a := lowerByte(s[0])
	for i := 1; i < len(s); i++ {
		b := lowerByte(s[i])
		k := uint16(a)<<8 | uint16(b)
		if p.pairs[k>>6]&(1<<(k&63)) != 0 {
			for _, w := range p.by[k] {
				if prefixFold(s[i-1:], w) {
					return i - 1, w
				}
			}
		}
		a = b
	}
	return -1, ""
}

// words returns all words.
func (p *phrases) words() (list []string) {
	for _, words := range p.by {
		list = append(list, words...)
	}
	return list
}
