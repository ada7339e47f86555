package text

// phrases finds the first of many fixed words in a string, without regard to
// ASCII case. It is built once and then only read.
type phrases struct {
	// screen passes over texts that hold none of the words long enough for it,
	// unless too many are not; short are those, one of which may be there still.
	screen *screen
	short  []shortWord
	// pairs has a bit for each pair of first bytes, folded; most positions of
	// most strings are passed over by it.
	pairs [1 << 16 / 64]uint64
	by    map[uint16][]string
}

// newPhrases builds the finder; words are in lower case, two bytes or longer.
// Where several begin at one place, the first listed is found.
func newPhrases(words []string) *phrases {
	p := &phrases{by: make(map[uint16][]string)}
	var long []string
	for _, w := range words {
		if len(w) >= screenMin {
			long = append(long, w)
		} else {
			p.short = append(p.short, newShortWord(w))
		}
		k := uint16(w[0])<<8 | uint16(w[1])
		p.pairs[k>>6] |= 1 << (k & 63)
		p.by[k] = append(p.by[k], w)
	}
	if len(long) > 0 && len(p.short) <= shortWords {
		p.screen = newScreen(long...)
	}
	return p
}

// shortWords is how many words are each looked for by themselves at most.
const shortWords = 3

// absent reports that a text surely holds none of the words.
func (p *phrases) absent(s string) bool {
	if p.screen == nil || p.screen.occurs(s) {
		return false
	}
	for i := range p.short {
		if w := &p.short[i]; w.in(s, w.little) || w.large != w.little && w.in(s, w.large) {
			return false
		}
	}
	return true
}

// find returns the leftmost word of s and where it is, -1 if there is none.
func (p *phrases) find(s string) (at int, word string) {
	if len(s) < 2 || p.absent(s) {
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
