package text

import "strings"

// nameLeft reports a value that leaves its part of a distinguished name: a word, and
// then more parts, admin,ou=admins,dc=corp; or a star where a name's part should be.
// A name as a whole begins with a part, and is silent. Parts are joined by commas, by
// plus signs and, as in the older form, by semicolons; blanks around mean nothing.
func nameLeft(s string) bool {
	for _, attr := range [...]string{"uid=*,", "cn=*,", "ou=*,"} {
		if prefixFold(s, attr) {
			return indexFold(s, ",dc=") > 0 || indexFold(s, ",ou=") > 0
		}
	}
	if strings.IndexByte(s, '\\') >= 0 {
		s = nameEscapes.Replace(s)
	}
	if strings.IndexByte(s, '"') >= 0 {
		s = strings.TrimRight(nameQuotes.Replace(s), "\"")
	}
	if strings.ContainsAny(s, "/?&<>{}\"'(:@|") {
		return false
	}
	first := strings.IndexAny(s, ",+;")
	if first <= 0 || strings.IndexByte(s[first:], '=') < 0 || strings.IndexByte(s[:first], '=') >= 0 || words(s[:first], 3) > 2 {
		return false
	}
	strong, parts := 0, 0
	for part := range strings.FieldsFuncSeq(s[first+1:], func(r rune) bool { return r == ',' || r == '+' || r == ';' }) {
		name, value, ok := strings.Cut(part, "=")
		name = strings.TrimSpace(name)
		if value = strings.TrimSpace(value); !ok || value == "" {
			return false
		}
		parts++
		switch {
		case foldIn(name, "cn", "ou", "dc", "uid", "userid"), objectNumber(name):
			strong++
		case foldIn(name, "sn", "givenname", "serialnumber"):
			strong += boolInt(strings.IndexByte(value, ' ') < 0)
		case foldIn(name, "c"):
			strong += boolInt(len(value) == 2 && isLetter(value[0]) && value == strings.ToUpper(value))
		case !foldIn(name, "o", "l", "st", "street", "title", "mail", "description"):
			return false
		}
	}
	return strong > 0
}

// nameQuotes takes the quotes off values of parts.
var nameQuotes = strings.NewReplacer("\",", ",", "\"+", "+", "=\"", "=")

// nameEscapes writes plainly what a distinguished name escapes, for readers that undo
// it before it is one.
var nameEscapes = strings.NewReplacer("\\2c", ",", "\\2C", ",", "\\2b", "+", "\\2B", "+", "\\3d", "=", "\\3D", "=", "\\,", ",")

// objectNumber reports an attribute by its number: 2.5.4.3, OID.2.5.4.3.
func objectNumber(name string) bool {
	if prefixFold(name, "oid.") {
		name = name[4:]
	}
	return strings.Count(name, ".") >= 3 && strings.Trim(name, "0123456789.") == ""
}
