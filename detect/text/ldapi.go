package text

import "strings"

const ldapiNeeds = ")(:"

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
func LDAPi(s string) (offset int, match string, ok bool) {
	if strings.IndexByte(s, ')') < 0 && strings.IndexByte(s, '(') < 0 && !strings.Contains(s, ":=") || len(s) > 4096 {
		return none()
	}
	if ldapProbe(s) || ldapSecret(s) {
		return found(s, 0, len(s))
	}
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '(':
			depth++
			if i > 0 && s[i-1] == '*' && ldapTerm(s[i:]) {
				return found(s, i-1, len(s)) // admin*(|(…
			}
		case ')':
			if depth--; depth >= 0 {
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
			case star && (j == len(s) || s[j] == 0 || strings.HasPrefix(s[j:], "%00")) && i < 40 && j-i >= 1 && words(s[:i], 2) < 2 && (s[0] == '*' || j-i > 1):
				return found(s, i-1, len(s))
			case j < len(s) && s[j] == 0 && i < 64:
				return found(s, i, len(s))
			}
		}
	}
	return none()
}

// ldapProbe reports a value of nothing but the signs of a filter: *()|&'.
func ldapProbe(s string) bool {
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
	return ldapAttribute(s[i:])
}

func ldapAttribute(s string) bool {
	i := 0
	for i < len(s) && (isWord(s[i]) || s[i] == '-' || s[i] == '.' || s[i] == ';' || s[i] == ':') {
		i++
	}
	if i < 1 || i >= len(s) || !isLetter(s[0]) {
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
