package text

// middleWords are words of four to six bytes, of many finders. One of them covers
// three bytes at a second place wherever it stands, so that two pieces of each,
// hashed, are enough to pass over nearly all of a text in one look, however many
// words there are.
type middleWords struct {
	bloom [1 << middleBits / 64]uint64 // by the hash of a piece
	cands candidates
}

const (
	middleStride = 2
	middlePiece  = 3
	middleMin    = middleStride + middlePiece - 1 // bytes of the shortest word
	middleBits   = 15
)

// add takes a word of a finder, in lower case and of middleMin bytes at least.
func (m *middleWords) add(w string, of int) {
	first := rarestMiddle(w)
	for from := first; from < first+middleStride; from++ {
		h := middleHash(uint64(w[from]) | uint64(w[from+1])<<8 | uint64(w[from+2])<<16)
		m.bloom[h>>6] |= 1 << (h & 63)
		m.cands.add(h, candidate{word: w, from: from, of: of})
	}
}

// rarestMiddle returns where the part of w of middleMin bytes begins whose pieces
// are least common in ordinary text.
func rarestMiddle(w string) int {
	best, least := 0, 0
	for from := 0; from+middleMin <= len(w); from++ {
		sum := commonness(w[from+1]) * commonness(w[from+2]) * (commonness(w[from]) + commonness(w[from+3]))
		if from == 0 || sum < least {
			best, least = from, sum
		}
	}
	return best
}

// middleHash hashes the lowest three bytes; letters of either case hash alike, and
// some signs with others, which costs a look and no more.
func middleHash(piece uint64) uint32 {
	return (uint32(piece) | 0x202020) << 8 * 0x9e3779b1 >> (32 - middleBits)
}

// find notes the finders of which a word stands in the text.
func (m *middleWords) find(text string, f *Sifted) {
	i := 0
	for ; i+8 <= len(text); i += 3 * middleStride { // three pieces, of seven bytes
		t := text[i : i+8]
		v := uint64(t[0]) | uint64(t[1])<<8 | uint64(t[2])<<16 | uint64(t[3])<<24 | uint64(t[4])<<32 | uint64(t[5])<<40 | uint64(t[6])<<48 | uint64(t[7])<<56
		a, b, c := middleHash(v), middleHash(v>>16), middleHash(v>>32)
		if (m.bloom[a>>6]>>(a&63)|m.bloom[b>>6]>>(b&63)|m.bloom[c>>6]>>(c&63))&1 == 0 {
			continue
		}
		m.verify(text, i, a, f)
		m.verify(text, i+middleStride, b, f)
		m.verify(text, i+2*middleStride, c, f)
	}
	for ; i+middlePiece <= len(text); i += middleStride {
		m.verify(text, i, middleHash(uint64(text[i])|uint64(text[i+1])<<8|uint64(text[i+2])<<16), f)
	}
}

// verify notes the finders of which a word stands in text that has a piece of that
// hash at i.
func (m *middleWords) verify(text string, i int, h uint32, f *Sifted) {
	if m.bloom[h>>6]>>(h&63)&1 == 0 {
		return
	}
	for _, c := range m.cands.of(h) {
		if at := i - c.from; at >= 0 && !f.has(c.of) && prefixFold(text[at:], c.word) {
			f.put(c.of)
		}
	}
}
