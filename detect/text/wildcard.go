package text

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxWildcard is the bytes of a pattern.
const maxWildcard = 1 << 10

// A Wildcard is a pattern for a whole text, without regard to ASCII case: *
// stands for any bytes, none included, ? for one character, and \ takes the
// meaning from what follows it. It is read-only.
type Wildcard struct {
	// pieces stand between the stars: the first at the text's start, the last
	// at its end, the others as early as they come. One piece alone is the
	// whole text.
	pieces []piece
}

// piece is what stands between two stars: its parts are what stands between
// question marks.
type piece []string

// Open says where a simple pattern is open.
type Open uint8

// The forms of patterns.
const (
	// Complicated has stars or question marks that the others have not.
	Complicated Open = iota
	// Whole has none: it is the text.
	Whole
	// OpenEnd is "abc*", OpenStart "*abc".
	OpenEnd
	OpenStart
)

// NewWildcard reads a pattern. The error says what is wrong with it.
func NewWildcard(pattern string) (*Wildcard, error) {
	if len(pattern) > maxWildcard {
		return nil, fmt.Errorf("the wildcard has %d bytes, at most %d are allowed", len(pattern), maxWildcard)
	}
	if !utf8.ValidString(pattern) {
		return nil, fmt.Errorf("the wildcard is not valid UTF-8")
	}
	w := &Wildcard{}
	var part []byte
	var p piece
	escaped := false
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case escaped:
			part, escaped = append(part, lowerByte(c)), false
		case c == '\\':
			escaped = true
		case c == '?':
			p, part = append(p, string(part)), part[:0]
		case c == '*':
			w.pieces, p, part = append(w.pieces, append(p, string(part))), nil, part[:0]
		default:
			part = append(part, lowerByte(c))
		}
	}
	if escaped {
		return nil, fmt.Errorf("the wildcard ends in a lone backslash")
	}
	w.pieces = append(w.pieces, append(p, string(part)))
	return w, nil
}

// Simple returns the pattern's one literal, in lower case, if it has no more,
// and where it is open.
func (w *Wildcard) Simple() (literal string, open Open) {
	for _, p := range w.pieces {
		if len(p) > 1 {
			return "", Complicated
		}
	}
	switch n := len(w.pieces); {
	case n == 1:
		return w.pieces[0][0], Whole
	case n == 2 && w.pieces[1][0] == "":
		return w.pieces[0][0], OpenEnd
	case n == 2 && w.pieces[0][0] == "":
		return w.pieces[1][0], OpenStart
	}
	return "", Complicated
}

// Longest returns the longest literal text that what matches must hold, in
// lower case.
func (w *Wildcard) Longest() (longest string) {
	for _, p := range w.pieces {
		for _, part := range p {
			if len(part) > len(longest) {
				longest = part
			}
		}
	}
	return longest
}

// Match reports whether the pattern is that of the whole of s; if so, that is
// the match.
//
// Example: "*.internal.example" matches "DB1.internal.example".
func (w *Wildcard) Match(s string) (offset int, match string, ok bool) {
	if !w.MatchLower(Lower(s)) {
		return none()
	}
	return 0, s, true
}

// MatchLower is Match of a text whose ASCII letters are in lower case.
func (w *Wildcard) MatchLower(s string) bool {
	n, ok := w.pieces[0].begins(s)
	if !ok {
		return false
	}
	if len(w.pieces) == 1 {
		return n == len(s)
	}
	s = s[n:]
	last := w.pieces[len(w.pieces)-1]
	if n, ok = last.ends(s); !ok {
		return false
	}
	s = s[:len(s)-n]
	for _, p := range w.pieces[1 : len(w.pieces)-1] {
		at, n := p.find(s)
		if at < 0 {
			return false
		}
		s = s[at+n:]
	}
	return true
}

// begins reports whether s begins with the piece, and in how many bytes.
func (p piece) begins(s string) (n int, ok bool) {
	for i, part := range p {
		if i > 0 {
			if n == len(s) {
				return 0, false
			}
			_, size := utf8.DecodeRuneInString(s[n:])
			n += size
		}
		if !strings.HasPrefix(s[n:], part) {
			return 0, false
		}
		n += len(part)
	}
	return n, true
}

// ends reports whether s ends with the piece, and in how many bytes.
func (p piece) ends(s string) (n int, ok bool) {
	rest := s
	for i := len(p) - 1; i >= 0; i-- {
		if !strings.HasSuffix(rest, p[i]) {
			return 0, false
		}
		rest = rest[:len(rest)-len(p[i])]
		if i > 0 {
			if rest == "" {
				return 0, false
			}
			_, size := utf8.DecodeLastRuneInString(rest)
			rest = rest[:len(rest)-size]
		}
	}
	return len(s) - len(rest), true
}

// find returns where the piece first is in s, and in how many bytes; -1 if it
// is not.
func (p piece) find(s string) (at, n int) {
	if len(p) == 1 {
		return strings.Index(s, p[0]), len(p[0])
	}
	for at = 0; at <= len(s); {
		if p[0] != "" { // go to where it can begin
			i := strings.Index(s[at:], p[0])
			if i < 0 {
				return -1, 0
			}
			at += i
		}
		if n, ok := p.begins(s[at:]); ok {
			return at, n
		}
		if at == len(s) {
			break
		}
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
	}
	return -1, 0
}
