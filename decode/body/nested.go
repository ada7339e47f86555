package body

import (
	"strings"

	"spaniel/event"
)

// jwtLike reports whether s has the shape of a JSON Web Token.
func jwtLike(s string) bool {
	return strings.HasPrefix(s, "eyJ") && strings.IndexByte(s, '.') > 0
}

// stepJWT opens the header and the claims of a token; the signature is none
// of our business.
func stepJWT(r *reader, s string) {
	if !jwtLike(s) {
		return
	}
	header, rest, _ := strings.Cut(s, ".")
	claims, _, _ := strings.Cut(rest, ".")
	if out, ok := r.e.base64(header); ok {
		r.addScratch("jwt.header", out)
	}
	if out, ok := r.e.base64(claims); ok {
		r.addScratch("jwt.claims", out)
	}
}

// jsonLike reports whether s may be a JSON object or array.
func jsonLike(s string) bool {
	if len(s) < 3 || s[0] > ' ' && s[0] != '{' && s[0] != '[' && s[0] < 0x80 {
		return false
	}
	s = strings.TrimSpace(s)
	return len(s) > 2 && (s[0] == '{' && s[len(s)-1] == '}' || s[0] == '[' && s[len(s)-1] == ']')
}

// stepJSON reads the values within a JSON text that stands in a value. Words
// of letters and digits carry nothing and would use up the readings, unless they
// are Base64 of what is no word.
func stepJSON(r *reader, s string) {
	if !jsonLike(s) || r.apart && (r.first() || r.list[r.from].Chain == "percent") {
		return
	}
	k := collector{e: r.e, dst: r.e.inner[:0], left: maxInside, nested: maxNested}
	k.json("json", strings.TrimSpace(s))
	r.e.inner = k.dst[:0]
	r.cut = r.cut || k.cut
	for i := range k.dst {
		if l := &k.dst[i]; l.Type == "string" && (!wordOnly(l.Value) || r.e.codesText(l.Value)) || l.Kind == event.LeafName {
			r.add(l.Place, l.Value)
		}
	}
}

// wordOnly reports whether s is letters, digits, spaces, '_' and '-' alone.
func wordOnly(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; !plainName[c] && c != ' ' || c == '.' || c == '[' || c == ']' {
			return false
		}
	}
	return true
}

// codesText reports whether a word is Base64 of more than a word.
func (e *Expander) codesText(word string) bool {
	if len(word) < minBase64 || len(word) > maxReadBytes || strings.IndexByte(word, ' ') >= 0 {
		return false
	}
	out, ok := e.base64(word)
	return ok && !wordOnly(string(out))
}
