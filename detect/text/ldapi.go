package text

import "strings"

const ldapiNeeds = ")(:\\="

// LDAPiNeeds returns bytes of which a value must hold one for LDAPi to match.
func LDAPiNeeds() string { return ldapiNeeds }

// LDAPi reports a value that leaves its place in an LDAP filter: it closes a
// bracket it never opened and opens a new term, or closes the filter and cuts
// the rest off. A whole, balanced filter is what a filter API is sent, and
// silent; so is prose with brackets.
//
// Returns: where the leaving bracket is, and the text from there.
//
// Example: LDAPi("*)(uid=*))(|(uid=*") = 0, the whole, true; LDAPi("f(x)(y)") is silent.
func LDAPi(s string) (offset int, match string, ok bool) { return talk{}.unless(s, ldapi) }

// ldapi is LDAPi wherever it stands.
func ldapi(s string) (offset int, match string, ok bool) {
	if len(s) < 256 && strings.IndexByte(s, '=') > 0 && nameLeft(s) {
		return found(s, 0, len(s))
	}
	if len(s) > 2 && s[0] == '*' && ldapOperated(s) {
		return found(s, 0, len(s))
	}
	if strings.IndexByte(s, ')') < 0 && strings.IndexByte(s, '(') < 0 && !strings.Contains(s, ":=") && !strings.Contains(s, "\\2") || len(s) > 4096 {
		return none()
	}
	if ldapProbe(s) || ldapSecret(s) || ldapURL(s) {
		return found(s, 0, len(s))
	}
	if strings.IndexByte(s, '\\') >= 0 {
		if plain := ldapEscapes.Replace(s); plain != s {
			if _, _, hit := ldapi(plain); hit {
				return found(s, 0, len(s))
			}
		}
	}
	if (s[0] == '|' || s[0] == '&') && strings.HasPrefix(s[1:], "(") && ldapTerm(s[1:]) && strings.IndexByte(s, '*') > 0 {
		return found(s, 0, len(s))
	}
	if ldapOperated(s) {
		return found(s, 0, len(s))
	}
	if s[0] == '(' && ldapList(s) {
		return found(s, 0, len(s))
	}
	depth, closed := 0, false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '(':
			if depth == 0 && closed && ldapTerm(s[i:]) && strings.Count(s, "(") > strings.Count(s, ")") && words(s, 9) < 9 {
				return found(s, i, len(s)) // behind a whole filter another one begins
			}
			depth++
			if i > 0 && s[i-1] == '*' && ldapTerm(s[i:]) {
				return found(s, i-1, len(s)) // admin*(|(…
			}
			if i > 1 && (s[i-1] == '|' || s[i-1] == '&') && s[i-2] == '*' && ldapTerm(s[i:]) {
				return found(s, i-2, len(s)) // *|(mail=*)
			}
		case ')':
			if depth--; depth >= 0 {
				closed = closed || depth == 0 && s[0] == '('
				continue
			}
			depth = 0
			j := i
			for j < len(s) && s[j] == ')' {
				j++
			}
			star := i > 0 && s[i-1] == '*'
			switch {
			case j < len(s) && s[j] == '(' && ldapTerm(s[j:]):
				return found(s, i-boolInt(star), len(s))
			case j < len(s) && ldapJoined(s[j:]):
				return found(s, i-boolInt(star), len(s))
			case j == len(s)-1 && s[j] == '(' && i > 0 && wordEnd(s, 0) == i:
				return found(s, i, len(s)) // admin)(
			case j < len(s) && isSpace(s[j]) && words(s[:i], 2) < 2 && strings.ContainsAny(s[j:], "*|&!") && ldapSpaced(s[j:]):
				return found(s, i, len(s))
			case star && (j == len(s) || s[j] == 0 || strings.HasPrefix(s[j:], "%00")) && i < 40 && j-i >= 1 && words(s[:i], 2) < 2 && (s[0] == '*' || j-i > 1):
				return found(s, i-1, len(s))
			case j < len(s) && s[j] == 0 && i < 64:
				return found(s, i, len(s))
			}
		}
	}
	return none()
}

// ldapList reports two terms or more side by side and nothing else: no filter is
// that, but a part of one within a list of a server's is.
func ldapList(s string) bool {
	n := 0
	for i := 0; i < len(s); n++ {
		if s[i] != '(' || !ldapAttribute(s[i+1:]) {
			return false
		}
		end := strings.IndexByte(s[i:], ')')
		if end < 0 || strings.IndexByte(s[i:i+end], ' ') >= 0 {
			return false
		}
		i += end + 1
	}
	return n >= 2 && strings.Contains(s, "=*")
}

// ldapEscapes writes plainly what RFC 4515 escapes: whoever reads the value may do
// so before it is a filter.
var ldapEscapes = strings.NewReplacer("\\28", "(", "\\29", ")", "\\2a", "*", "\\2A", "*", "\\00", "\x00", "\\7c", "|", "\\26", "&")

// ldapURL reports the end of an LDAP URL, with its scope and filter, in a value.
func ldapURL(s string) bool {
	at, _ := ldapScopes.find(s)
	if at >= 0 && (strings.IndexByte(s[:at], '=') >= 0 || prefixFold(s, "ldap") || at == 0) {
		return true
	}
	return indexFold(s, "dc=") >= 0 && (strings.HasSuffix(s, "??sub") || strings.HasSuffix(s, "??one") || strings.HasSuffix(s, "??base"))
}

// ldapJoined reports an operator out of its place and a term: |(uid=*, &(cn=x.
func ldapJoined(s string) bool {
	i := 0
	for i < len(s) && i < 3 && (s[i] == '|' || s[i] == '&' || s[i] == '!') {
		i++
	}
	return i > 0 && i < len(s) && s[i] == '(' && ldapTerm(s[i:])
}

// ldapOperated reports a value that is an operator and terms, or stars and a term
// joined by one, and nothing else: &(uid=admin), *|uid=*.
func ldapOperated(s string) bool {
	if len(s) > 120 || strings.ContainsAny(s, " \"';,{}<>") || strings.Contains(s, "==") {
		return false
	}
	if rest := strings.TrimLeft(s, "*"); rest != s && len(rest) > 2 && (rest[0] == '|' || rest[0] == '&') {
		return strings.HasSuffix(rest, "=*") && ldapAttribute(rest[1:])
	}
	return (s[0] == '|' || s[0] == '&' || s[0] == '!' && strings.Contains(s, "uid=")) && len(s) > 4 && s[1] == '(' && s[len(s)-1] == ')' && ldapAttribute(s[2:])
}

var ldapScopes = newPhrases([]string{"?sub?(", "?one?(", "?base?("})

// ldapSpaced reports a term behind blanks, with blanks within, as some servers take it.
func ldapSpaced(s string) bool {
	s = strings.TrimLeft(s, " \t\r\n")
	return strings.HasPrefix(s, "(") && ldapTerm(strings.ReplaceAll(s, " ", ""))
}

// ldapProbe reports a value of nothing but the signs of a filter: *()|&'.
func ldapProbe(s string) bool {
	if len(s) >= 3 && len(s) <= 8 && strings.Trim(s, "*()|&!") == "" && strings.ContainsAny(s, "|&") && (strings.Contains(s, "(|") || strings.Contains(s, "(&")) {
		return true
	}
	if strings.HasPrefix(s, "*)") && strings.HasSuffix(s, "(") && strings.Trim(s, "*()") == "" {
		return true
	}
	return len(s) >= 3 && len(s) <= 12 && strings.Trim(s, "*()|&!='\"%26") == "" && strings.ContainsAny(s, "*") && strings.ContainsAny(s, "()") && strings.ContainsAny(s, "|&")
}

// ldapSecret reports a filter of the client's own that asks for passwords, or has
// a term that is always true or never: what no search form offers.
func ldapSecret(s string) bool {
	at, w := ldapSecrets.find(s)
	return at >= 0 && (w[0] == '(' || strings.IndexByte(s, '(') >= 0 || strings.Contains(s, ":="))
}

var ldapSecrets = newPhrases([]string{"userpassword=", "userpassword:", "(password=", "(1=1)", "(1=0)", "(&(1=", "unicodepwd=", "(pwd=", "(passwd="})

// ldapTerm reports that s, at "(", opens a term of a filter: (&, (|, (!( or
// (attribute=.
func ldapTerm(s string) bool {
	i := 1
	for i < len(s) && (s[i] == '(' || isSpace(s[i])) {
		i++
	}
	if i >= len(s) {
		return false
	}
	if s[i] == '&' || s[i] == '|' || s[i] == '!' {
		i++
		j := skipSpace(s, i)
		return j >= len(s) || s[j] == '(' || s[j] == ')' || ldapAttribute(s[j:])
	}
	if strings.HasPrefix(s[i:], "1=1") || strings.HasPrefix(s[i:], "1=0") || strings.HasPrefix(s[i:], "0=0") || s[i] == ':' && strings.Contains(s[i:], ":=") {
		return true
	}
	return ldapAttribute(s[i:])
}

func ldapAttribute(s string) bool {
	i := 0
	for i < len(s) && (isWord(s[i]) || s[i] == '-' || s[i] == '.' || s[i] == ';' || s[i] == ':') {
		i++
	}
	if i < 1 || i >= len(s) || !isLetter(s[0]) && !(isDigit(s[0]) && strings.Count(s[:i], ".") >= 2) {
		return false
	}
	j := skipSpace(s, i)
	if j >= len(s) {
		return false
	}
	if (s[j] == '~' || s[j] == '>' || s[j] == '<') && j+1 < len(s) {
		j++
	}
	return s[j] == '=' && !(j+1 < len(s) && (s[j+1] == '=' || s[j+1] == '>'))
}
