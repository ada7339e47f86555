package redact

import (
	"encoding/base64"
	"strings"
)

// valueAt returns where the value lies that s[i:] holds after a separator:
// within its quotes, within its brackets with them, or up to what ends a bare
// value. A hidden value gives an empty span.
func valueAt(s string, i int, sep byte) (start, end int) {
	for i < len(s) && strings.IndexByte(" \t=>:", s[i]) >= 0 {
		i++
	}
	j := i
	for j < len(s) && s[j] == '\\' {
		j++
	}
	if j < len(s) && (s[j] == '"' || s[j] == '\'' || s[j] == '`') {
		return j + 1, quoteEnd(s, j+1, s[j], j > i)
	}
	if q := encodedQuote(s[i:]); q != "" {
		return i + len(q), encodedEnd(s, i+len(q), q)
	}
	if n := markerAt(s[i:]); n > 0 && (i+n == len(s) || s[i+n] == '/' || endsBare(s[i+n], sep)) {
		return i, i
	}
	if i < len(s) && (s[i] == '[' || s[i] == '{') && markerAt(s[i:]) == 0 {
		return i, bracketEnd(s, i)
	}
	end = i
	for end < len(s) && !endsBare(s[end], sep) {
		end++
	}
	return i, end
}

// endsBare reports what ends a value without quotes. A quote or a space does
// not end one behind '=': once a percent sign or two are decoded they may be
// part of the secret, and hiding too much of a line is better than half of a
// password.
func endsBare(c, sep byte) bool {
	switch c {
	case '&', ';', '"', '<', '>':
		return true
	case '\'', ' ':
		return sep != '='
	case ',', '}', ']':
		return sep == ':' // a member of an object
	}
	return c < 0x20
}

// quoteEnd returns where the quoted value that starts at i ends. A value whose
// opening quote had a backslash, JSON within JSON, ends at a quote that has one.
func quoteEnd(s string, i int, quote byte, escaped bool) int {
	for ; i < len(s); i++ {
		switch {
		case s[i] == quote && quote == '\'' && i+1 < len(s) && s[i+1] == quote && !escaped:
			i++ // SQL doubles it
		case s[i] == '\\' && !escaped:
			i++
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == quote, s[i] == quote:
			return i
		}
	}
	return len(s)
}

// encodedQuote returns the quote, written with percent signs, that s begins
// with.
func encodedQuote(s string) string {
	for _, q := range [...]string{"%22", "%27", "%2522", "%2527"} {
		if strings.HasPrefix(s, q) {
			return q
		}
	}
	return ""
}

// encodedEnd is quoteEnd for such a quote; one behind an encoded backslash is
// part of the value.
func encodedEnd(s string, i int, quote string) int {
	for from := i; ; {
		n := strings.Index(s[from:], quote)
		if n < 0 {
			return len(s)
		}
		from += n
		if !strings.HasSuffix(s[i:from], "%5C") && !strings.HasSuffix(s[i:from], "%5c") && !strings.HasSuffix(s[i:from], "%255C") {
			return from
		}
		from += len(quote)
	}
}

// bracketEnd returns where the array or object that starts at i ends, its last
// bracket included; the end of s if it does not.
func bracketEnd(s string, i int) int {
	depth := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case '"':
			i = quoteEnd(s, i+1, '"', false)
		case '[', '{':
			depth++
		case ']', '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

// jwtAt returns the length of the JSON web token that s begins with, or of
// what a cut left of one, 0 if there is none: base64url of `{"`, a dot, more.
// barren is then how many bytes of s no token begins in, so that none of them
// is read again from each eyJ within.
func jwtAt(s string) (n, barren int) {
	if !strings.HasPrefix(s, "eyJ") {
		return 0, 0
	}
	dot := 0
	for dot < len(s) && (alnum(s[dot]) || s[dot] == '-' || s[dot] == '_') {
		dot++
	}
	if dot == len(s) || s[dot] != '.' || dot < 8 {
		return 0, dot
	}
	n = dot
	for n < len(s) && (alnum(s[n]) || s[n] == '-' || s[n] == '_' || s[n] == '.') {
		n++
	}
	if n-dot < 5 {
		return 0, n
	}
	return n, 0
}

// token68 returns how long the credential at the start of s is.
func token68(s string) int {
	n := 0
	for n < len(s) && (alnum(s[n]) || strings.IndexByte("-._~+/", s[n]) >= 0) {
		n++
	}
	for n > 0 && n < len(s) && s[n] == '=' {
		n++
	}
	return n
}

// basicUser returns the user:password that a Basic credential encodes, nil if
// it is none.
func basicUser(s string) []byte {
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil || strings.IndexByte(string(b), ':') < 0 {
		return nil
	}
	return b
}
