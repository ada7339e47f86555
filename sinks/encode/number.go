package encode

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// pairs holds the two digits of each number below a hundred.
var pairs = func() (t [100]uint16) {
	for i := range t {
		t[i] = binary.LittleEndian.Uint16([]byte{'0' + byte(i/10), '0' + byte(i%10)})
	}
	return t
}()

// tens holds the powers of ten.
var tens = func() (t [20]uint64) {
	for i := range t {
		t[i] = 1
		if i > 0 {
			t[i] = t[i-1] * 10
		}
	}
	return t
}()

// maxDigits is how many digits a number has at most.
const maxDigits = 20

// appendUint is strconv.AppendUint to the base of ten. It writes the digits where
// they are to stand, two at a time.
func appendUint(b []byte, v uint64) []byte {
	if v < 10 {
		return append(b, '0'+byte(v))
	}
	n := bits.Len64(v) * 1233 >> 12 // as many digits, or one fewer
	if v >= tens[n] {
		n++
	}
	at := len(b)
	if cap(b)-at < maxDigits {
		b = slices.Grow(b, maxDigits)
	}
	to := b[at : at+n]
	for n > 1 {
		rest := v / 100
		n -= 2
		binary.LittleEndian.PutUint16(to[n:], pairs[v-rest*100])
		v = rest
	}
	if n == 1 {
		to[0] = '0' + byte(v)
	}
	return b[:at+len(to)]
}
