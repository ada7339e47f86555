package text

// A Dictionary finds which of many words stand in a short text, without regard
// to ASCII case: it looks at each pair of bytes once, however many words there
// are. It is read-only once made.
type Dictionary struct {
	pairs [1 << 16 / 64]uint64
	by    map[uint16][]candidate
}

// NewDictionary takes words by finder: in lower case, each of two bytes or more.
func NewDictionary(finders [][]string) *Dictionary {
	d := &Dictionary{by: make(map[uint16][]candidate)}
	for of, words := range finders {
		for _, w := range words {
			at := d.leastUsed(w)
			k := pairOf(w[at], w[at+1])
			d.pairs[k>>6] |= 1 << (k & 63)
			d.by[k] = append(d.by[k], candidate{word: w, from: at, of: of})
		}
	}
	return d
}

// leastUsed returns where in the word the pair of bytes stands that the fewest
// words are known by.
func (d *Dictionary) leastUsed(w string) (at int) {
	for i := 1; i+1 < len(w); i++ {
		if len(d.by[pairOf(w[i], w[i+1])]) < len(d.by[pairOf(w[at], w[at+1])]) {
			at = i
		}
	}
	return at
}

func pairOf(a, b byte) uint16 { return uint16(a)<<8 | uint16(b) }

// Find calls found with each finder that has a word in s, which may come more
// than once, until found returns false.
func (d *Dictionary) Find(s string, found func(finder int) bool) {
	if len(s) < 2 {
		return
	}
	a := lowerByte(s[0])
	for i := 1; i < len(s); i++ {
		b := lowerByte(s[i])
		k := pairOf(a, b)
		a = b
		if d.pairs[k>>6]>>(k&63)&1 == 0 {
			continue
		}
		for _, c := range d.by[k] {
			if at := i - 1 - c.from; at >= 0 && prefixFold(s[at:], c.word) && !found(c.of) {
				return
			}
		}
	}
}
