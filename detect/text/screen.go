package text

import "math/bits"

// A screen says whether any of many words occurs in a string, without regard
// to ASCII case. It looks at four bytes at every fourth place: a word of seven
// bytes or more covers one of those wherever it stands, so that four pieces of
// each word, hashed, are enough to pass over nearly all of a text. Nothing it
// does at one place waits for another, which is what makes it fast. It is
// read-only once built.
type screen struct {
	bloom [1 << bloomBits / 64]uint64
	// cands lists the words by the hash of one of their pieces, for places
	// that the bloom filter lets through.
	cands map[uint32][]candidate
}

// candidate is a word, where in it the piece begins, and whose word it is.
type candidate struct {
	word string
	from int
	of   int // the finder of a Sieve
}

const (
	stride    = 4
	pieceLen  = 4
	screenMin = stride + pieceLen - 1 // bytes of the shortest word
	bloomBits = 15
)

// newScreen builds the screen of words, which are in lower case and of at
// least screenMin bytes.
func newScreen(words ...string) *screen {
	s := &screen{cands: make(map[uint32][]candidate)}
	for _, w := range words {
		first := rarest(w)
		for from := first; from < first+stride; from++ {
			h := pieceHash(w[from:])
			s.bloom[h>>6] |= 1 << (h & 63)
			s.cands[h] = append(s.cands[h], candidate{word: w, from: from})
		}
	}
	return s
}

// pieceHash hashes four bytes; letters of either case hash alike (and some
// signs with others, which costs a look and no more).
func pieceHash(s string) uint32 {
	v := uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
	return (v | 0x20202020) * 0x9e3779b1 >> (32 - bloomBits)
}

// passes reports whether a word may have a piece here, as 1 or 0.
func (s *screen) passes(piece string) uint64 {
	h := pieceHash(piece)
	return s.bloom[h>>6] >> (h & 63) & 1
}

// occurs reports whether text holds one of the words.
func (s *screen) occurs(text string) bool {
	i := 0
	for ; i+4*stride <= len(text); i += 4 * stride {
		t := text[i : i+4*stride]
		hits := s.passes(t) | s.passes(t[stride:])<<1 | s.passes(t[2*stride:])<<2 | s.passes(t[3*stride:])<<3
		for ; hits != 0; hits &= hits - 1 {
			if s.verify(text, i+stride*bits.TrailingZeros64(hits)) {
				return true
			}
		}
	}
	for ; i+pieceLen <= len(text); i += stride {
		if s.passes(text[i:]) != 0 && s.verify(text, i) {
			return true
		}
	}
	return false
}

// verify reports whether a word stands in text that has a piece at i.
func (s *screen) verify(text string, i int) bool {
	for _, c := range s.cands[pieceHash(text[i:])] {
		if at := i - c.from; at >= 0 && prefixFold(text[at:], c.word) {
			return true
		}
	}
	return false
}

// rarest returns where the part of w of screenMin bytes begins whose pieces
// are least common in ordinary text.
func rarest(w string) int {
	best, least := 0, 0
	for from := 0; from+screenMin <= len(w); from++ {
		sum := 0
		for i := from; i < from+stride; i++ {
			sum += commonness(w[i]) * commonness(w[i+1]) * commonness(w[i+2]) * commonness(w[i+3])
		}
		if from == 0 || sum < least {
			best, least = from, sum
		}
	}
	return best
}

// Commonness weighs how often a byte shows in JSON and pages, from 1 on.
func Commonness(c byte) int { return commonness(lowerByte(c)) }

// commonness is Commonness of a byte in lower case.
func commonness(c byte) int {
	const byFrequency = "etaoinsrhldcumfpgwybvkxjqz"
	for i := range len(byFrequency) {
		if byFrequency[i] == c {
			return 13 - i/2
		}
	}
	switch {
	case isDigit(c):
		return 6
	case c == ' ' || c == '"' || c == ':' || c == ',':
		return 9
	case c == '.' || c == '-' || c == '/' || c == '_':
		return 7
	}
	return 1
}
