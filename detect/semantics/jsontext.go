package semantics

import (
	"encoding/binary"
	"math/bits"
)

// jsonText returns the inside of the string that begins at i, as written, and
// where what follows begins.
func jsonText(b []byte, i int) (text []byte, next int) {
	end := textEnd(b, i+1)
	if end < len(b) {
		return b[i+1 : end], end + 1
	}
	return b[min(i+1, end):end], end
}

// skipText is where what follows the string that begins at i begins.
func skipText(b []byte, i int) int { return min(textEnd(b, i+1)+1, len(b)) }

// textEnd is where the quote stands that ends a string whose inside begins at
// i, len(b) if none does. It reads eight bytes at a time: texts are most of
// JSON.
func textEnd(b []byte, i int) int {
	for i+8 <= len(b) {
		w := binary.LittleEndian.Uint64(b[i:])
		found := zeroBytes(w^eachQuote) | zeroBytes(w^eachBackslash)
		if found == 0 {
			i += 8
			continue
		}
		if i += bits.TrailingZeros64(found) / 8; b[i] == '"' {
			return i
		}
		i += 2 // what is escaped
	}
	for ; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(b)
}

// Eight of a byte.
const (
	eachOne       = 0x0101010101010101
	eachQuote     = '"' * eachOne
	eachBackslash = '\\' * eachOne
)

// zeroBytes has the highest bit set of the lowest byte of w that is zero; what
// it has above that means nothing.
func zeroBytes(w uint64) uint64 { return (w - eachOne) &^ w & (eachOne << 7) }
