package semantics

import "strings"

// routeMax bounds the path that is templated; what is longer is cut there.
const routeMax = 1024

// Route templates a path: each segment that names an object and not a place
// becomes {id}, {uuid}, {date}, {email}, {token} or (escaped bytes) {text}. It also returns the
// version of the API the path names (v1, v2.1), or "".
//
// It knows no traffic but this path: a word that is an id (a product's slug)
// stays, which a later stage that has seen many paths can do better. A path
// without such segments is returned as it is, without allocation; dot
// segments and percent signs stay as sent.
//
// Example: Route("/v1/orders/42/items") = "/v1/orders/{id}/items", "v1".
func Route(path string) (route, version string) {
	var t template
	version = t.of(path)
	if t.plain {
		return t.path, version
	}
	return string(t.text), version
}

// A template is the route of a path, made in memory that is used again.
type template struct {
	text  []byte
	path  string // as far as it counts
	plain bool   // the route is the path itself
}

// of makes t the template of path and returns the version in it.
func (t *template) of(path string) (version string) {
	if len(path) > routeMax {
		path = path[:routeMax]
	}
	if path == "" {
		path = "/"
	}
	t.text, t.path = t.text[:0], path
	kept := 0 // path[:kept] is in t.text
	for i := 0; i < len(path); {
		if path[i] == '/' {
			i++
			continue
		}
		end := strings.IndexByte(path[i:], '/')
		if end < 0 {
			end = len(path)
		} else {
			end += i
		}
		segment := path[i:end]
		if version == "" && apiVersion(segment) {
			version = segment
		} else if name := parameter(segment); name != "" {
			t.text = append(append(t.text, path[kept:i]...), name...)
			kept = end
		}
		i = end
	}
	if t.plain = kept == 0; !t.plain {
		t.text = append(t.text, path[kept:]...)
	}
	return version
}

// apiVersion reports v1, v2.1, v1beta2, and dates after api-version.
func apiVersion(s string) bool {
	if len(s) < 2 || len(s) > 10 || s[0]|0x20 != 'v' || !digit(s[1]) {
		return false
	}
	i := 1
	for i < len(s) && (digit(s[i]) || s[i] == '.') {
		i++
	}
	if i > 5 {
		return false
	}
	rest := s[i:]
	return rest == "" || foldPrefix(rest, "alpha") || foldPrefix(rest, "beta") || foldPrefix(rest, "rc")
}

// parameter returns the template for a segment that names an object, or "".
func parameter(s string) string {
	if len(s) > 3 && strings.IndexByte(s, '%') >= 0 {
		return escaped(s)
	}
	if i := strings.IndexByte(s, ';'); i > 0 {
		s = s[:i] // matrix parameters, ;jsessionid=
		if p := parameter(s); p != "" {
			return p
		}
		return ""
	}
	var n counts
	n.of(s)
	if n.digits|n.dots|n.at == 0 && len(s) < 36 {
		return "" // a word, as most are
	}
	switch {
	case n.digits == len(s):
		if len(s) == 8 && date8(s) {
			return "{date}"
		}
		return "{id}"
	case n.digits > 0 && isDate(s):
		return "{date}"
	case uuid(s):
		return "{uuid}"
	case n.at == 1 && email(s):
		return "{email}"
	}
	if dot := strings.LastIndexByte(s, '.'); dot > 0 && len(s)-dot <= 6 && n.dots == 1 {
		// a file: 12345.json is one object, logo.png is a place
		if p := parameter(s[:dot]); p != "" {
			return p + s[dot:]
		}
		return ""
	}
	switch {
	case n.hex == len(s) && n.digits > 0 && len(s) >= 8 && (n.letters > 0):
		return "{id}"
	case signedNumber(s), prefixedNumber(s, &n):
		return "{id}"
	case n.digits >= 2 && len(s) >= 16 && n.other == 0 && n.dots == 0 && n.dashes <= len(s)/4 && n.digits*8 >= len(s) && (n.upper > 0 || n.dashes == 0):
		return "{id}" // ULID, KSUID, nano id
	case len(s) >= 24 && n.other == 0 && (n.digits > 2 && n.upper > 0 || n.dots == 2 && n.upper > 2):
		return "{token}"
	}
	return ""
}

// escaped templates a segment with percent signs, by what they hide.
func escaped(s string) string {
	if i := strings.Index(strings.ToLower(s), "%40"); i > 0 && strings.IndexByte(s[i:], '.') > 0 && strings.IndexByte(s[i+3:], '%') < 0 {
		return "{email}"
	}
	return "{text}"
}

// counts are what a segment is made of.
type counts struct{ digits, letters, upper, hex, dashes, dots, at, other int }

func (n *counts) of(s string) {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case digit(c):
			n.digits++
			n.hex++
		case 'a' <= c && c <= 'f':
			n.letters++
			n.hex++
		case 'A' <= c && c <= 'F':
			n.letters++
			n.upper++
			n.hex++
		case 'g' <= c && c <= 'z':
			n.letters++
		case 'G' <= c && c <= 'Z':
			n.letters++
			n.upper++
		case c == '-' || c == '_':
			n.dashes++
		case c == '.':
			n.dots++
		case c == '@':
			n.at++
			n.other++
		default:
			n.other++
		}
	}
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

func hexDigit(c byte) bool {
	return digit(c) || 'a' <= c|0x20 && c|0x20 <= 'f'
}

// uuid reports the 8-4-4-4-12 form, in braces or not.
func uuid(s string) bool {
	if len(s) == 38 && s[0] == '{' && s[37] == '}' {
		s = s[1:37]
	}
	if len(s) != 36 {
		return false
	}
	for i := 0; i < 36; i++ {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if s[i] != '-' {
				return false
			}
		} else if !hexDigit(s[i]) {
			return false
		}
	}
	return true
}

// isDate reports 2026-11-22, 2026-11, 2026-11-22T10:00:00Z and 22-11-2026.
func isDate(s string) bool {
	if len(s) >= 10 && (s[4] == '-' || s[4] == '_') && s[7] == s[4] && date8(s[:4]+s[5:7]+s[8:10]) {
		return len(s) == 10 || s[10] == 'T' || s[10] == 't'
	}
	if len(s) == 7 && s[4] == '-' {
		return date8(s[:4] + s[5:7] + "01")
	}
	return len(s) == 10 && s[2] == '-' && s[5] == '-' && date8(s[6:]+s[3:5]+s[:2])
}

// date8 reports yyyymmdd between 1900 and 2099.
func date8(s string) bool {
	for i := 0; i < 8; i++ {
		if !digit(s[i]) {
			return false
		}
	}
	m, d := int(s[4]-'0')*10+int(s[5]-'0'), int(s[6]-'0')*10+int(s[7]-'0')
	return (s[:2] == "19" || s[:2] == "20") && m >= 1 && m <= 12 && d >= 1 && d <= 31
}

func email(s string) bool {
	at := strings.IndexByte(s, '@')
	return at > 0 && strings.IndexByte(s[at:], '.') > 1
}

// signedNumber reports -5, +5, 3.14 and 1,2.
func signedNumber(s string) bool {
	t := strings.TrimLeft(s, "+-")
	if t == "" || len(s)-len(t) > 1 || !digit(t[0]) {
		return false
	}
	for i := 0; i < len(t); i++ {
		if !digit(t[i]) && t[i] != '.' && t[i] != ',' && t[i] != ':' {
			return false
		}
	}
	return true
}

// prefixedNumber reports ids such as ord_81723, INV-2026-00042, u17, tx9f3a2b1c.
func prefixedNumber(s string, n *counts) bool {
	if n.other > 0 || n.dots > 0 || n.digits == 0 {
		return false
	}
	i := 0
	for i < len(s) && !digit(s[i]) {
		i++
	}
	prefix, tail := s[:i], s[i:]
	if strings.Trim(tail, "0123456789-_") == "" && len(tail) > 0 {
		switch {
		case len(strings.TrimRight(prefix, "-_")) < len(prefix): // ord_81723, item-7
			return true
		case len(tail) >= 4: // order81723
			return true
		default: // u17, but not oauth2, ipv4, mp3, md5, s3
			return len(prefix) <= 2 && len(tail) >= 2
		}
	}
	// cus_9s6XKzkNRiz8i3, tok_1a2b3c4d
	us := strings.IndexByte(s, '_')
	return us > 0 && us <= 8 && len(s)-us > 8 && n.digits >= 2
}
