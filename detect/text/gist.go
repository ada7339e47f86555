package text

import "strconv"

// gistWords is how many words stand together in a shingle.
const gistWords = 3

// Gist is a short text that two texts of nearly the same words share: the
// least hash over all runs of three words (min-hash). The chance that two
// texts share it is the share of runs they have in common. Digits, case and
// what stands between words do not count. "" of fewer than six words: short
// texts are alike by nature.
//
// Example: Gist("Buy cheap watches now at watches 24 example today") = Gist("buy cheap watches now, at watches 77 example: today").
func Gist(s string) string {
	s = s[:min(len(s), scanMax)]
	var last [gistWords]uint64
	words, least := 0, ^uint64(0)
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a
	sum, in := uint64(offset), false
	end := func() {
		if !in {
			return
		}
		copy(last[:], last[1:])
		last[gistWords-1] = sum
		sum, in = offset, false
		if words++; words < gistWords {
			return
		}
		run := uint64(offset)
		for _, w := range last {
			run = (run ^ w) * prime
			run ^= run >> 29
		}
		least = min(least, run)
	}
	for i := range len(s) {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		switch {
		case c >= 'a' && c <= 'z' || c >= 0x80:
			sum, in = (sum^uint64(c))*prime, true
		case isDigit(c): // numbers differ from copy to copy
		default:
			end()
		}
	}
	end()
	if words < 2*gistWords {
		return ""
	}
	return strconv.FormatUint(least, 36)
}
