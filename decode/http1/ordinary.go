package http1

import "math/bits"

// ordinary reads the field that s begins with if its line is as nearly all
// are: a token, a colon, a value without control bytes, CRLF. It returns how
// long the line is, 0 for any other. What it does not have to look for costs
// half of what reading a field does.
func ordinary(s string) (name, value string, n int) {
	colon, from, to, n := ordinaryLine(s)
	return s[:colon], s[from:to], n
}

// ordinaryLine is ordinary with the places of the colon and of the value.
func ordinaryLine(s string) (colon, from, to, n int) {
	for colon < len(s) && tokenBytes[s[colon]] {
		colon++
	}
	if colon == 0 || colon == len(s) || s[colon] != ':' {
		return 0, 0, 0, 0
	}
	end := colon + 1 + clearPrefix(s[colon+1:])
	if end+1 >= len(s) || s[end] != '\r' || s[end+1] != '\n' {
		return 0, 0, 0, 0
	}
	for from, to = colon+1, end; from < to && isBlank(s[from]); from++ {
	}
	for to > from && isBlank(s[to-1]) {
		to--
	}
	return colon, from, to, end + 2
}

// clearPrefix returns how many bytes at the start of s are no control bytes,
// looking at eight at a time.
func clearPrefix(s string) (n int) {
	for ; n+8 <= len(s); n += 8 {
		if hit := controls(word(s[n:])); hit != 0 {
			return n + bits.TrailingZeros64(hit)/8
		}
	}
	for n < len(s) && s[n] >= 0x20 && s[n] != 0x7f {
		n++
	}
	return n
}

// ones and highs are the lowest and the highest bit of eight bytes.
const ones, highs = 0x0101010101010101, 0x8080808080808080

// controls sets the highest bit of the first byte of v that is a control byte,
// and perhaps those of later ones; it is 0 if there is none.
func controls(v uint64) uint64 {
	del := v ^ ones*0x7f
	return ((v-ones*0x20)&^v | (del-ones)&^del) & highs
}

// word is the first eight bytes of s.
func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}
