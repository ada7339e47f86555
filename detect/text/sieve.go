package text

import (
	"math/bits"
	"strings"
)

// A Sieve says of a text, in one pass, which of many finders may find something
// in it: each has words of which what it finds holds one. Bodies are long and
// finders many, and nearly all texts hold no word of any. It is read-only once
// made.
type Sieve struct {
	bloom []uint64 // by the hash of a piece, as in a screen
	shift uint     // what leaves of a product so many bits as the filter has
	cands candidates
	// middle has the words too short for a look at every fourth place, but not for
	// one at every second; ofMiddle are the finders that have one. They are looked
	// for when one of those is asked about.
	middle   middleWords
	ofMiddle []bool
	// short has, by finder, the shortest words: they are looked for when that finder
	// is asked about.
	short [][]shortWord
	n     int
}

// shortWord is a word that is looked for by its rarest byte, and that of the other
// case.
type shortWord struct {
	word          string
	from          int // where in it the byte stands
	little, large byte
}

func newShortWord(w string) shortWord {
	c := Rarest(w)
	s := shortWord{word: w, from: strings.IndexByte(w, c), little: c, large: c}
	if isLetter(c) {
		s.large = c ^ 0x20
	}
	return s
}

// in reports whether the word stands at a byte c of the text.
func (w *shortWord) in(text string, c byte) bool {
	for i := 0; ; i++ {
		k := strings.IndexByte(text[i:], c)
		if k < 0 {
			return false
		}
		if i += k; i >= w.from && prefixFold(text[i-w.from:], w.word) {
			return true
		}
	}
}

// NewSieve makes a sieve of finders, each with its words: in lower case, none
// empty.
func NewSieve(finders [][]string) *Sieve {
	s := &Sieve{short: make([][]shortWord, len(finders)), ofMiddle: make([]bool, len(finders)), n: len(finders)}
	count := 0
	for _, words := range finders {
		count += stride * len(words)
	}
	size := min(max(bits.Len(uint(64*count)), 12), 20)
	s.bloom, s.shift = make([]uint64, 1<<size/64), uint(32-size)
	for of, words := range finders {
		for _, w := range words {
			s.add(w, of)
		}
	}
	s.cands.arrange()
	s.middle.cands.arrange()
	return s
}

// Finders returns how many finders it was made of.
func (s *Sieve) Finders() int { return s.n }

func (s *Sieve) add(w string, of int) {
	switch {
	case len(w) < middleMin:
		s.short[of] = append(s.short[of], newShortWord(w))
		return
	case len(w) < screenMin:
		s.middle.add(w, of)
		s.ofMiddle[of] = true
		return
	}
	first := rarest(w)
	for from := first; from < first+stride; from++ {
		h := foldedHash(w[from:], s.shift)
		s.bloom[h>>6] |= 1 << (h & 63)
		s.cands.add(h, candidate{word: w, from: from, of: of})
	}
}

// Sifted is what a sieve found out about a text; its memory is used again.
type Sifted struct {
	sieve *Sieve
	text  string
	hits  []uint64 // the finders of which a word occurs, as far as was looked
	// middle says that words of middling length were looked for.
	middle bool
	// asked and absent are bytes that short words were looked for by, and those of
	// them that the text does not hold.
	asked, absent [256]bool
}

// Sift looks through a text, which stays the caller's: what is asked of f must
// be asked while it is.
func (s *Sieve) Sift(text string, f *Sifted) {
	f.sieve, f.text, f.middle = s, text, false
	f.asked = [256]bool{}
	if n := (s.n + 63) / 64; cap(f.hits) < n {
		f.hits = make([]uint64, n)
	} else {
		f.hits = f.hits[:n]
		clear(f.hits)
	}
	if len(s.cands.list) > 0 {
		s.sift(text, f)
	}
}

// MayFind reports whether a word of finder i occurs in the text, without regard
// to ASCII case.
func (f *Sifted) MayFind(i int) bool {
	if f.has(i) {
		return true
	}
	if f.sieve.ofMiddle[i] && !f.middle {
		f.middle = true
		if f.sieve.middle.find(f.text, f); f.has(i) {
			return true
		}
	}
	for k := range f.sieve.short[i] {
		w := &f.sieve.short[i][k]
		if f.holds(w.little) && w.in(f.text, w.little) || w.large != w.little && f.holds(w.large) && w.in(f.text, w.large) {
			f.put(i)
			return true
		}
	}
	return false
}

// holds reports whether the text holds a byte.
func (f *Sifted) holds(c byte) bool {
	if !f.asked[c] {
		f.asked[c], f.absent[c] = true, strings.IndexByte(f.text, c) < 0
	}
	return !f.absent[c]
}

// Nothing reports that the text holds no word of any finder but maybe ones that
// are looked for only when their finder is asked about.
func (f *Sifted) Nothing() bool {
	for _, h := range f.hits {
		if h != 0 {
			return false
		}
	}
	return true
}

// AnyShort reports whether one of the words is so short that a sieve looks for
// it only when its finder is asked about.
func AnyShort(words []string) bool {
	for _, w := range words {
		if len(w) < screenMin {
			return true
		}
	}
	return false
}

func (f *Sifted) has(i int) bool { return f.hits[i>>6]>>(i&63)&1 != 0 }

func (f *Sifted) put(i int) { f.hits[i>>6] |= 1 << (i & 63) }

// sift looks at four bytes at every fourth place, as a screen does.
func (s *Sieve) sift(text string, f *Sifted) {
	bloom, shift := s.bloom, s.shift&31
	last := uint32(len(bloom) - 1)
	i := 0
	for ; i+4*stride <= len(text); i += 4 * stride {
		t := text[i : i+4*stride]
		a, b, c, d := foldedHash(t[0:4], shift), foldedHash(t[4:8], shift), foldedHash(t[8:12], shift), foldedHash(t[12:16], shift)
		any := bloom[a>>6&last]>>(a&63)&1 | bloom[b>>6&last]>>(b&63)&1<<1 | bloom[c>>6&last]>>(c&63)&1<<2 | bloom[d>>6&last]>>(d&63)&1<<3
		for ; any != 0; any &= any - 1 {
			s.verify(text, i+stride*bits.TrailingZeros64(any), f)
		}
	}
	for ; i+pieceLen <= len(text); i += stride {
		if h := foldedHash(text[i:], shift); bloom[h>>6]>>(h&63)&1 != 0 {
			s.verify(text, i, f)
		}
	}
}

// foldedHash is pieceHash, of as many bits as shift leaves.
func foldedHash(p string, shift uint) uint32 {
	_ = p[3]
	v := uint32(p[0]) | uint32(p[1])<<8 | uint32(p[2])<<16 | uint32(p[3])<<24
	return (v | 0x20202020) * 0x9e3779b1 >> (shift & 31)
}

// verify notes the finders of which a word stands in text that has a piece at i.
func (s *Sieve) verify(text string, i int, f *Sifted) {
	for _, c := range s.cands.of(foldedHash(text[i:], s.shift)) {
		if at := i - c.from; at >= 0 && !f.has(c.of) && prefixFold(text[at:], c.word) {
			f.put(c.of)
		}
	}
}
