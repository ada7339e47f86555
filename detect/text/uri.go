package text

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// URI is a request's target as a server takes it: path and query, as they were
// sent, with %XX and %uXXXX undone once in both and, in the path, backslashes
// turned into slashes, forms of ASCII longer than one byte (overlong UTF-8,
// full-width letters) turned into ASCII, slashes in a row taken for one, and
// segments . and .. resolved (RFC 3986, 5.2.4). A plus stays; so does what is no
// escape. It is what Suricata's http.uri holds by default. What has nothing to
// undo is returned as it is, without a copy where target is path and query.
func URI(target, path, query string) string {
	odd := unsettled(path)
	if !odd && strings.IndexByte(query, '%') < 0 {
		switch n := len(path); {
		case target == path:
			return target
		case len(target) == n+1+len(query) && target[n] == '?' && target[:n] == path:
			return target
		}
	}
	b := make([]byte, 0, len(path)+1+len(query))
	b = appendUnescaped(b, path)
	if odd {
		b = resolved(narrowed(b))
	}
	if query != "" || strings.HasSuffix(target, "?") {
		b = append(b, '?')
		b = appendUnescaped(b, query)
	}
	return string(b)
}

// unsettled reports a path that may not be its own normal form.
func unsettled(path string) bool {
	slash := false // the byte before was one
	for i := range len(path) {
		switch c := path[i]; {
		case c == '%' || c == '\\' || c >= 0x80:
			return true
		case slash && (c == '/' || c == '.'):
			return true
		default:
			slash = c == '/'
		}
	}
	return false
}

// appendUnescaped undoes %XX and %uXXXX, once. A character that no byte stands
// for becomes a question mark.
func appendUnescaped(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && i+2 < len(s) {
			if one := hexPair(s, i+1); one >= 0 {
				b, i = append(b, byte(one)), i+2
				continue
			}
			if s[i+1]|0x20 == 'u' && i+5 < len(s) {
				if high, low := hexPair(s, i+2), hexPair(s, i+4); high >= 0 && low >= 0 {
					b, i = append(b, narrow(rune(high<<8|low))), i+5
					continue
				}
			}
		}
		b = append(b, c)
	}
	return b
}

// hexPair is the number that the two hex digits at s[i] are, less than 0 if they are none.
func hexPair(s string, i int) int {
	return hexDigit(s[i])<<4 | hexDigit(s[i+1])
}

// narrow is the byte that stands for a character, a question mark where none does.
func narrow(r rune) byte {
	switch {
	case r <= 0xff:
		return byte(r)
	case 0xff01 <= r && r <= 0xff5e:
		return byte(r - 0xff01 + '!')
	}
	return '?'
}

// narrowed turns, in place, overlong UTF-8 of ASCII and full-width letters into
// ASCII; all else stays.
func narrowed(b []byte) []byte {
	n := 0
	for i := 0; i < len(b); n++ {
		size, c := 1, b[i]
		switch {
		case c < 0x80:
		case c&^1 == 0xc0 && tail(b, i+1): // two bytes, of which six bits and one count
			size, c = 2, c<<6|b[i+1]&0x3f
		case c == 0xe0 && tail(b, i+1) && b[i+1] < 0x82 && tail(b, i+2):
			size, c = 3, b[i+1]<<6|b[i+2]&0x3f
		case c == 0xef:
			if r, wide := utf8.DecodeRune(b[i:]); wide == 3 && 0xff01 <= r && r <= 0xff5e {
				size, c = 3, narrow(r)
			}
		}
		b[n] = c
		i += size
	}
	return b[:n]
}

func tail(b []byte, i int) bool { return i < len(b) && b[i]&0xc0 == 0x80 }

// resolved makes slashes of backslashes, one of several in a row, and resolves
// the segments . and .., in place. There is nothing above the root.
func resolved(b []byte) []byte {
	out := b[:0]
	if len(b) > 0 && isSlash(b[0]) {
		out = append(out, '/')
	}
	root := len(out)
	for i := 0; i < len(b); {
		for i < len(b) && isSlash(b[i]) {
			i++
		}
		segment := b[i:]
		if n := slices.IndexFunc(segment, isSlash); n >= 0 {
			segment = segment[:n+1]
		}
		i += len(segment)
		name := segment
		if n := len(name); n > 0 && isSlash(name[n-1]) {
			name = name[:n-1]
		}
		switch string(name) {
		case "", ".":
		case "..":
			out = out[:max(root, bytes.LastIndexByte(out[:max(0, len(out)-1)], '/')+1)]
		default:
			if out = append(out, segment...); isSlash(out[len(out)-1]) {
				out[len(out)-1] = '/'
			}
		}
	}
	return out
}

func isSlash(c byte) bool { return c == '/' || c == '\\' }
