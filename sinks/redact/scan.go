package redact

import "strings"

// A scanner finds secrets in free text by their form: tokens that say what
// they are, values that a telling name introduces, passwords in URLs. It
// passes over the text once; no expression engine is involved.
type scanner struct {
	r      *Redactor
	s      string
	i      int
	ws, we int // the word last passed, s[ws:we]
	lt     int // the '<' last passed, -1 before any

	aside     string // the kind that a name beside told, and where
	asideAt   int
	option    string // by which the command at commandAt takes a password
	glued     bool
	commandAt int

	barren  int // no token begins before this
	keyless int // no key does before this
}

// span is a secret found: s[start:end].
type span struct {
	start, end int
	kind       string
}

// wordByte marks what the name of a parameter or member may hold.
var wordByte = func() (t [256]bool) {
	for c := range 256 {
		t[c] = alnum(byte(c)) || strings.IndexByte("_-.[]%$", byte(c)) >= 0
	}
	return t
}()

// text hides what the scanner finds, until it finds nothing more: hiding one
// value can bring a name to stand before another.
func (r *Redactor) text(s string) string {
	if !mayHold(s) {
		return s
	}
	for range 4 {
		t := r.pass(s)
		if t == s {
			break
		}
		s = t
	}
	return s
}

// What a byte may begin, for mayHold.
const (
	classNone  uint8 = iota
	classFirst       // a name ends here: the scanner looks for a secret
	classToken       // the e of a token's eyJ
	classWord        // a key by its form, or an IBAN
	classDigit       // a card's number
	classJoin        // stands between its digits
)

var classes = func() (t [256]uint8) {
	for c := range 256 {
		switch b := byte(c); {
		case digit(b):
			t[c] = classDigit
		case upper(b) || keysBy[c] != nil:
			t[c] = classWord
		}
	}
	t['='], t[':'], t[' '], t['>'] = classFirst, classFirst, classFirst, classFirst
	t['e'], t['-'], t['+'] = classToken, classJoin, classJoin
	return t
}()

// mayHold reports whether the scanner can find anything in s: most values are
// passed over by it. One look at each byte, with a branch for those only that
// end a name or begin what could be a token or key, is enough where there are
// few digits.
func mayHold(s string) bool {
	var before uint8
	digits := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		m := marks[c]
		digits += int(m >> digitShift)
		if m&^before&(markWord|markFirst|markThird) != 0 {
			switch {
			case m&markFirst != 0:
				return true
			case m&markThird != 0 && i >= 2 && s[i-2:i] == "ey":
				return true
			case m&^before&markWord != 0 && (i+1 < len(s) && keySeconds[c]>>(s[i+1]&31)&1 != 0 && keyLike(s, i) || upper(c) && ibanLike(s, i)):
				return true
			}
		}
		before = m & markAlnum << 1
	}
	return digits >= 14 && holds(s)
}

// The marks of bytes.
const (
	markAlnum uint8 = 1 << iota
	markWord        // may begin a key or an IBAN; one place above markAlnum
	markFirst       // ends a name
	markThird       // the J of a token's eyJ

	digitShift = 7
)

var marks = func() (t [256]uint8) {
	for c := range 256 {
		if alnum(byte(c)) {
			t[c] |= markAlnum
		}
		switch classes[c] {
		case classWord:
			t[c] |= markWord
		case classFirst:
			t[c] |= markFirst
		case classDigit:
			t[c] |= 1 << digitShift
		}
	}
	t['J'] |= markThird
	return t
}()

// holds is mayHold with a look at what stands beside what.
func holds(s string) bool {
	digits := 0
	for i := range len(s) {
		switch classes[s[i]] {
		case classDigit:
			if digits++; digits == 14 {
				return true
			}
			continue
		case classJoin:
			continue
		case classFirst:
			return true
		case classToken:
			if strings.HasPrefix(s[i:], "eyJ") {
				return true
			}
		case classWord:
			if (i == 0 || !alnum(s[i-1])) && (keyLike(s, i) || ibanLike(s, i)) {
				return true
			}
		}
		digits = 0
	}
	return false
}

// clean reports whether nothing is to be hidden in the value s, not behind
// percent signs either.
func clean(s string) bool { return !mayHold(s) && strings.IndexByte(s, '%') < 0 }

func (r *Redactor) pass(s string) string {
	sc := scanner{r: r, s: s, lt: -1}
	var out []byte
	done := 0
	for {
		sp, ok := sc.next()
		if !ok {
			break
		}
		out = append(append(out, s[done:sp.start]...), r.secret(sp.kind, s[sp.start:sp.end])...)
		done = sp.end
	}
	if done == 0 {
		return s
	}
	return string(append(out, s[done:]...))
}

// next returns the next secret. Spans come in order and do not overlap.
func (sc *scanner) next() (span, bool) {
	for sc.i < len(sc.s) {
		c := sc.s[sc.i]
		if wordByte[c] {
			if sp, ok := sc.word(c); ok {
				return sp, true
			}
			continue
		}
		sc.i++
		var sp span
		switch c {
		case '=', ':':
			sp = sc.named(c)
		case ' ':
			sp = sc.scheme()
		case '<':
			sc.lt = sc.i - 1
		case '>':
			sp = sc.element()
		}
		if sp.end > sp.start && markerAt(sc.s[sp.start:sp.end]) != sp.end-sp.start {
			sc.i, sc.ws, sc.we = sp.end, sp.end, sp.end
			return sp, true
		}
	}
	return span{}, false
}

// word passes one byte of a word, a whole marker, or finds a token.
func (sc *scanner) word(c byte) (span, bool) {
	i := sc.i
	if c == '[' {
		if n := markerAt(sc.s[i:]); n > 0 {
			sc.i += n
			sc.ws, sc.we = sc.i, sc.i
			return span{}, false
		}
	}
	if classes[c] != classNone && (i == 0 || !alnum(sc.s[i-1])) {
		if sp := sc.form(c); sp.end > 0 {
			return sp, true
		}
	}
	if c == 'e' && i >= sc.barren {
		n, barren := jwtAt(sc.s[i:])
		sc.barren = i + barren
		if n > 0 {
			sc.i += n
			sc.ws, sc.we = sc.i, sc.i
			return span{i, i + n, "jwt"}, true
		}
	}
	if sc.we != i {
		sc.ws = i
	}
	sc.i++
	sc.we = sc.i
	return span{}, false
}

// form finds what says by itself what it is: a key, a private key, the number
// of a card or an account.
func (sc *scanner) form(c byte) span {
	s, i := sc.s, sc.i
	var sp span
	switch classes[c] {
	case classDigit:
		sp = span{i, i + cardAt(s, i), "card"}
	case classJoin:
		start, end := pemAt(s, i)
		sp = span{start, end, "secret"}
	case classWord:
		if i < sc.keyless {
			break
		}
		n, barren := keyAt(s, i)
		sc.keyless = i + barren
		sp = span{i, i + n, "apikey"}
		if n == 0 {
			sp = span{i, i + ibanAt(s, i), "iban"}
		}
	}
	if sp.end <= sp.start || markerAt(s[sp.start:sp.end]) == sp.end-sp.start {
		return span{}
	}
	sc.i, sc.ws, sc.we = sp.end, sp.end, sp.end
	return sp
}

// named looks, after a = or :, for a telling name before it and returns the
// value after it; or the password of a URL.
func (sc *scanner) named(sep byte) span {
	s, i := sc.s, sc.i
	if sep == ':' && strings.HasPrefix(s[i:], "//") {
		return sc.r.userinfo(s, i+2)
	}
	gap := s[sc.we : i-1]
	if sc.we == sc.ws || len(gap) > 8 || strings.Trim(gap, " \t\"'\\`") != "" {
		return span{}
	}
	name := s[sc.ws:sc.we]
	kind := sc.r.decodedKind(name)
	if kind == "" {
		kind = sc.beside(name, sep)
	}
	if kind == "" && softWord(name) == "" {
		return span{}
	}
	if kind == "" { // what a beginning says: such a name stands before every value
		start, end := valueAt(s[:min(len(s), i+softLook)], i, sep)
		if kind = sc.r.softKind(name, s[start:end]); kind == "" {
			return span{}
		}
	}
	start, end := valueAt(s, i, sep)
	if end < len(s) && s[end] == ' ' && knownScheme(s[start:end]) != "" {
		// Authorization: Bearer …: all that follows on the line belongs to it.
		start = end + 1
		if end = strings.IndexAny(s[start:], "\r\n"); end < 0 {
			end = len(s) - start
		}
		end += start
	}
	return span{start, end, kind}
}

// element looks, after a '>', for an opening tag with a telling name and
// returns the element's text.
func (sc *scanner) element() span {
	if sc.lt < 0 || sc.i-sc.lt > 512 {
		return span{}
	}
	tag := sc.s[sc.lt+1 : sc.i-1]
	sc.lt = -1
	attributes := ""
	if n := strings.IndexAny(tag, " \t\r\n"); n >= 0 {
		tag, attributes = tag[:n], tag[n:]
	}
	if strings.HasPrefix(tag, "/") || strings.HasSuffix(tag, "/") || strings.HasSuffix(attributes, "/") {
		return span{}
	}
	kind := sc.r.nameKind(tag[strings.IndexByte(tag, ':')+1:])
	if kind == "" {
		kind = sc.r.attributeKind(attributes)
	}
	if kind == "" {
		return span{}
	}
	start, close := sc.i, "<"
	if strings.HasPrefix(sc.s[start:], "<![CDATA[") {
		start, close = start+len("<![CDATA["), "]]>"
	}
	end := strings.Index(sc.s[start:], close)
	if end < 0 {
		return span{start, len(sc.s), kind}
	}
	return span{start, start + end, kind}
}

// scheme looks, after a space, for the word before it that announces a
// credential: Bearer, Basic, an option of a command, a clause of SQL.
func (sc *scanner) scheme() span {
	if sc.we != sc.i-1 {
		return span{}
	}
	word, rest := sc.s[sc.ws:sc.we], sc.s[sc.i:]
	n := token68(rest)
	switch {
	case n < 6 || n < len(rest) && rest[n-1] == '=' && rest[n] == '"': // realm="…" is no credential
	case strings.EqualFold(word, "bearer"):
		return span{sc.i, sc.i + n, "token"}
	case strings.EqualFold(word, "basic") && n >= 8 && basicUser(rest[:n]) != nil:
		return span{sc.i, sc.i + n, "basic"}
	}
	if sp := sc.command(word); sp.end > sp.start {
		return sp
	}
	return sc.literal(word)
}
