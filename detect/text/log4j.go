package text

import (
	"encoding/base64"
	"strings"
)

const log4jNeeds = "$"

// Log4jNeeds returns bytes of which a value must hold one for Log4j to match.
func Log4jNeeds() string { return log4jNeeds }

// log4jDepth bounds nested lookups; Log4j itself stops at few.
const log4jDepth = 12

// Log4j reports a lookup that makes Log4j fetch (${jndi:…}), written plainly
// or put together from nested lookups (${${lower:j}ndi:…}, ${${::-j}ndi:…}).
//
// It resolves lookups as Log4j does (lower, upper, the default after :-) and
// looks at what results. A lookup that only leaks (${env:X} inside a jndi) is
// part of the same; ${env:HOME} alone, as configurations hold, is silent.
//
// Returns: where the lookup begins, and its text.
//
// Example: Log4j("${${lower:j}ndi:ldap://h/a}") = 0, "${${lower:j}ndi:ldap://h/a}", true; Log4j("${name}") is silent.
func Log4j(s string) (offset int, match string, ok bool) {
	return (talk{wide: true}).unless(s, log4j)
}

// Log4jHint reports such a lookup within sentences.
//
// Returns: where it is, and its text.
//
// Example: Log4jHint("the scanner sent us ${jndi:ldap://h/a} as its name and that is all") is true; Log4jHint("${jndi:ldap://h/a}") is silent.
func Log4jHint(s string) (offset int, match string, ok bool) { return (talk{wide: true}).in(s, log4j) }

// log4j is Log4j wherever it stands.
func log4j(s string) (offset int, match string, ok bool) {
	at := strings.Index(s, "${")
	if at < 0 {
		return none()
	}
	s = clip(s)
	if leakedLookup(s) {
		return found(s, at, len(s))
	}
	for n := 0; at >= 0 && n < 64; n++ {
		if end, hit := jndi(s[at:]); hit {
			return found(s, at, at+end)
		}
		next := strings.Index(s[at+2:], "${")
		if next < 0 {
			break
		}
		at += 2 + next
	}
	return none()
}

// jndi resolves the lookup s begins with and says whether it is a jndi one.
func jndi(s string) (end int, hit bool) {
	var buf [256]byte
	out, n, nested := resolveLookup(buf[:0], s, 0)
	r := string(out)
	for len(r) > 0 && (isSpace(r[0]) || r[0] == '{' || r[0] == '$') {
		r = r[1:]
	}
	if prefixFold(r, "jndi") && len(r) > 5 && (r[4] == ' ' || r[4] == '\\') {
		r = r[:4] + strings.TrimLeft(r[4:], " \\") // ${ jndi : …}, ${jndi\:…}
		r = r[:5] + strings.TrimLeft(r[5:], " ")
	}
	if plain, ok := strings.CutPrefix(r, "base64:"); ok {
		b, err := base64.StdEncoding.DecodeString(strings.TrimRight(plain, "} "))
		return n, err == nil && indexFold(string(b), "jndi:") >= 0
	}
	if fetchingLookup(r) || nested >= 3 && strings.Trim(r, "${}:-jndi") == "" {
		return n, true
	}
	if prefixFold(r, "jndi:") && (nested > 0 || addressed(r[5:])) || prefixFold(r, "jndi") && nested > 0 && strings.IndexByte(r, ':') >= 0 {
		return n, true
	}
	// the name is cut or odd, but the scheme after it is one of JNDI's
	if i := indexFold(r, "ndi:"); i >= 0 && i <= 2 && nested > 0 {
		return n, true
	}
	if nested >= 3 {
		if _, w := indexAnyFold(r, []string{"ldap:", "rmi:", "ldaps:", "dns:", "iiop:", "corba:", "nis:"}); w != "" {
			return n, true
		}
	}
	return 0, false
}

// fetchingLookup reports a lookup of what fetches or runs without JNDI: ${dns:…|…},
// ${url:UTF-8:https://…}, ${script:javascript:…}.
func fetchingLookup(r string) bool {
	switch {
	case prefixFold(r, "script:"):
		return strings.IndexByte(r[7:], ':') > 0
	case prefixFold(r, "dns:"):
		return strings.IndexByte(r, '|') > 0
	case prefixFold(r, "url:"):
		return strings.Contains(r, "://")
	}
	return false
}

// leakedLookup reports a value that is nothing but lookups of secrets, or of what the
// server runs on: what no setting is.
func leakedLookup(s string) bool {
	if len(s) > 200 || !strings.HasPrefix(s, "${") || !strings.HasSuffix(s, "}") {
		return false
	}
	if strings.ContainsAny(s, "/@\n") {
		return false
	}
	if _, w := indexAnyFold(s, []string{"${env:aws_secret", "${env:aws_session", "${env:aws_access"}); w != "" {
		return true
	}
	return strings.Count(s, "${java:")+strings.Count(s, "${sys:user.") >= 2
}

// addressed reports a scheme and what it is of, or a name to look up.
func addressed(r string) bool {
	i := strings.IndexAny(r, ":/ \t\"',")
	return i >= 0 && (r[i] == ':' || r[i] == '/')
}

// resolveLookup appends to dst what the lookup at the start of s ("${") stands
// for in the eyes of an outer lookup, and returns how much of s it takes.
func resolveLookup(dst []byte, s string, depth int) (out []byte, n, nested int) {
	start := len(dst)
	i := 2
	for i < len(s) && len(dst) < 240 {
		switch {
		case strings.HasPrefix(s[i:], "${") && depth < log4jDepth:
			var k, more int
			dst, k, more = resolveLookup(dst, s[i:], depth+1)
			i += k
			nested += 1 + more
		case s[i] == '}':
			if depth > 0 {
				dst = lookupValue(dst, start)
			}
			return dst, i + 1, nested
		default:
			dst = append(dst, s[i])
			i++
		}
	}
	return dst, len(s), nested
}

// lookupValue replaces the lookup's text from start on by its value: after
// lower: and upper: the text, after :- the default, else the text itself.
func lookupValue(dst []byte, start int) []byte {
	t := string(dst[start:])
	switch {
	case prefixFold(t, "lower:") || prefixFold(t, "upper:"):
		// the letters that become an ASCII one in the other case
		t = strings.NewReplacer("ı", "i", "ſ", "s", "\u212a", "k").Replace(t[6:])
	case strings.Contains(t, ":-"):
		t = t[strings.Index(t, ":-")+2:]
	case prefixFold(t, "date:"):
		t = strings.Trim(t[5:], "'")
	case prefixFold(t, "base64:"):
		t = t[7:]
		if b, err := base64.StdEncoding.DecodeString(t); err == nil && len(b) < 64 {
			t = string(b)
		}
	}
	return append(dst[:start], t...)
}
