package text

import "math"

// Entropy returns the Shannon entropy of s in bits a byte: 0 for "" or a run
// of one byte, about 4 for English or hex, near 6 for base64 of random bytes.
//
// Example: Entropy("aabb") = 1.
func Entropy(s string) float64 {
	if s == "" {
		return 0
	}
	var n [256]int
	for i := 0; i < len(s); i++ {
		n[s[i]]++
	}
	h := 0.0
	for _, c := range n {
		if c > 0 {
			p := float64(c) / float64(len(s))
			h -= p * math.Log2(p)
		}
	}
	return h
}

// Luhn reports whether s, blanks and dashes between its digits aside, is a
// number of 12 to 19 digits with a right check digit, as payment cards have.
//
// Example: Luhn("4111 1111 1111 1111") = true; Luhn("4111111111111112") = false.
func Luhn(s string) bool {
	sum, n, double := 0, 0, false
	for i := len(s) - 1; i >= 0; i-- {
		c := s[i]
		if c == ' ' || c == '-' {
			continue
		}
		if !isDigit(c) || n == 19 {
			return false
		}
		d := int(c - '0')
		if double {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
		double = !double
		n++
	}
	return n >= 12 && sum > 0 && sum%10 == 0
}
