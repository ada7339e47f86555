package text

import (
	"strings"
	"unicode/utf8"
)

const (
	// matchMax bounds the matched text handed back: what an alert shows.
	matchMax = 256
	// scanMax bounds what one matcher reads: a leaf is capped by decode/body
	// well below; a response body may be longer.
	scanMax = 256 << 10
)

// clip bounds s to what a matcher may read.
func clip(s string) string {
	if len(s) > scanMax {
		return s[:scanMax]
	}
	return s
}

// found makes a matcher's answer from s[from:to].
func found(s string, from, to int) (int, string, bool) {
	from = max(0, min(from, len(s)))
	to = max(from, min(to, len(s), from+matchMax))
	return from, s[from:to], true
}

// none is a matcher's other answer.
func none() (int, string, bool) { return 0, "", false }

// lowerByte folds ASCII only: a Kelvin sign is no k to any parser we imitate.
func lowerByte(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// A byteTable marks bytes.
type byteTable [256]bool

func tableOf(bytes string) *byteTable {
	var t byteTable
	for i := range len(bytes) {
		t[bytes[i]] = true
	}
	return &t
}

// in reports whether s holds one of the bytes.
func (t *byteTable) in(s string) bool {
	for i := range len(s) {
		if t[s[i]] {
			return true
		}
	}
	return false
}

// isWord reports whether c can be part of an identifier.
func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_'
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isSpace(c byte) bool  { return c == ' ' || '\t' <= c && c <= '\r' }

// prefixFold reports whether s begins with lower (already in lower case),
// without regard to ASCII case.
func prefixFold(s, lower string) bool {
	if len(s) < len(lower) {
		return false
	}
	for i := 0; i < len(lower); i++ {
		if lowerByte(s[i]) != lower[i] {
			return false
		}
	}
	return true
}

// indexFold is strings.Index without regard to ASCII case; lower is in lower
// case and not empty.
func indexFold(s, lower string) int {
	lo := lower[0]
	up := lo
	if 'a' <= lo && lo <= 'z' {
		up = lo - 'a' + 'A'
	}
	small := 0 // where the next lo is, len(s) if nowhere; found once, since ups may be many before it
	for at := 0; at+len(lower) <= len(s); at++ {
		if small < at || at == 0 {
			small = len(s)
			if i := strings.IndexByte(s[at:], lo); i >= 0 {
				small = at + i
			}
		}
		next := small
		if up != lo {
			if j := strings.IndexByte(s[at:small], up); j >= 0 {
				next = at + j
			}
		}
		if next == len(s) {
			return -1
		}
		if at = next; prefixFold(s[at:], lower) {
			return at
		}
	}
	return -1
}

// indexAnyFold returns the first of the words (lower case) found in s.
func indexAnyFold(s string, words []string) (at int, word string) {
	for _, w := range words {
		if i := indexFold(s, w); i >= 0 {
			return i, w
		}
	}
	return -1, ""
}

// wordEnd returns the end of the identifier that starts at i.
func wordEnd(s string, i int) int {
	for i < len(s) && isWord(s[i]) {
		i++
	}
	return i
}

// skipSpace returns the first index from i that holds no white space.
func skipSpace(s string, i int) int {
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	return i
}

// binaryData reports bytes that are no text: a picture, a cipher, a packed
// protocol. Grammars show in those by chance.
func binaryData(s string) bool {
	if len(s) < 48 {
		return false
	}
	s = s[:min(len(s), 256)]
	odd := 0
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || r < ' ' && r != '\t' && r != '\n' && r != '\r' {
			odd++
		}
		i += n
	}
	return odd*10 > len(s)
}

// words counts the runs of letters in s, up to limit: a measure of prose.
func words(s string, limit int) int {
	n, in := 0, false
	for i := 0; i < len(s) && n < limit; i++ {
		letter := isLetter(s[i]) || s[i] >= 0x80
		if letter && !in {
			n++
		}
		in = letter
	}
	return n
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// Lower lowers A to Z and leaves every other byte alone; what is lower already
// is returned as it is.
func Lower(s string) string {
	for i := 0; i < len(s); i++ {
		if 'A' <= s[i] && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				b[i] = lowerByte(b[i])
			}
			return string(b)
		}
	}
	return s
}
