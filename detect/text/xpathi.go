package text

import "strings"

const xpathiNeeds = "'\"/(:|]"

// XPathiNeeds returns bytes of which a value must hold one for XPathi to match.
func XPathiNeeds() string { return xpathiNeeds }

// xpathWords are steps, axes and functions that XPath has and SQL has not.
var xpathWords = newPhrases([]string{"count(//", "count(/", "name(/", "name(//", "local-name(", "namespace-uri(", "string-length(//", "string-length(/", "string-length(name", "string-length((", "substring(//", "substring(/", "substring(name(", "substring((//", "doc('", "doc(\"", "doc(concat(", "doc-available(", "or //", "and //",
	"ancestor::", "ancestor-or-self::", "child::", "parent::", "descendant::", "descendant-or-self::", "following::", "following-sibling::", "preceding::", "preceding-sibling::", "self::node", "attribute::", "position()", "last()", "text()", "node()", "comment()",
	"processing-instruction(", "/*[", "//*", "starts-with(", "contains(//", "contains(name", "contains(.", "name()", "string(/", "string(//", "normalize-space(", "unparsed-text(", "document(", "system-property(", "codepoints-to-string(", "string-to-codepoints(", "/@*", "//@", "starts-with(name", "translate(//", "translate(/", "true()", "false()", "and (//", "or (//", "and (/", "not(//", "sum(//", "boolean(//", "concat(//", "string-length(@", "count(../", "name(.."})

// XPathi reports a value that leaves its literal or predicate and goes on as
// XPath: a quote or bracket, then a condition or a union with a path, an axis
// or a function of XPath. A whole path, as a scraper's settings hold, is
// silent.
//
// Returns: where the value leaves, and the text from there.
//
// Example: XPathi("' or count(//user)=1 or 'a'='b") = 0, the whole, true; XPathi("//div[@class='x']/text()") is silent.
func XPathi(s string) (offset int, match string, ok bool) { return talk{}.unless(s, xpathi) }

// xpathi is XPathi wherever it stands.
func xpathi(s string) (offset int, match string, ok bool) {
	if len(s) < 6 || len(s) > 8192 || !strings.ContainsAny(s, xpathiNeeds) {
		return none()
	}
	if xpathAsk(s) {
		return found(s, 0, len(s))
	}
	if i := xpathLeaves(s); i >= 0 {
		return found(s, i, len(s))
	}
	at, word := xpathWords.find(s)
	if word == "" {
		if i := predicateBreak(s); i >= 0 {
			return found(s, i, len(s))
		}
		return none()
	}
	head := s[:at]
	if i := strings.IndexAny(head, "'\"]"); i >= 0 && leavesPath(s, i) {
		return found(s, i, len(s))
	}
	// unquoted: 1 or count(/*)=1, 1] | //user
	for _, op := range []string{" or ", " and ", "| //", "|//", "] |", "]|"} {
		if i := indexFold(s, op); i >= 0 && i <= at+2 && i < 24 && strings.IndexByte(s[:i], '/') < 0 && words(s[:i], 2) < 2 && !strings.ContainsAny(s[:i], "=[") {
			return found(s, i, len(s))
		}
	}
	if i := predicateBreak(s); i >= 0 {
		return found(s, i, len(s))
	}
	return none()
}

// xpathLeaves finds a quote or bracket behind which a condition or a union has what
// only XPath has: a path within a call, a name of a function with a dash, an axis, a
// step up, an attribute.
func xpathLeaves(s string) int {
	i := strings.IndexAny(s, "'\"]")
	if i < 0 || i > 64 || len(s) > 1024 || strings.ContainsAny(s[:i], "[/=<") || words(s[:i], 3) > 2 {
		return -1
	}
	j := i + 1
	for j < len(s) && (isSpace(s[j]) || strings.IndexByte("])'\"", s[j]) >= 0) {
		j++
	}
	r := s[j:]
	for _, word := range [...]string{"or", "and", "union"} {
		if prefixFold(r, word) && len(r) > len(word) && !isWord(r[len(word)]) && r[len(word)] != '-' {
			if rest := r[len(word):]; xpathOperand(strings.TrimLeft(rest, " (+")) || xpathWithin(rest) {
				return i
			}
		}
	}
	if strings.HasPrefix(r, "|") && strings.HasPrefix(strings.TrimLeft(r[1:], " "), "//") || s[i] == ']' && strings.HasPrefix(r, "/..") || s[i] != ']' && strings.Contains(s[i:j], "]") && strings.HasPrefix(r, "/..") {
		return i
	}
	return -1
}

// xpathOperand reports a condition that begins with a path: //user, /users/user[1],
// .., ../password, @role=, ., /*.
func xpathOperand(t string) bool {
	switch {
	case strings.HasPrefix(t, "//") && len(t) > 2 && (isLetter(t[2]) || t[2] == '*'), strings.HasPrefix(t, "../"), strings.HasPrefix(t, ".. "), strings.HasPrefix(t, "/* "), strings.HasPrefix(t, "@* "), strings.HasPrefix(t, ". ="), strings.HasPrefix(t, ".="):
		return true
	case len(t) > 2 && t[0] == '/' && isLetter(t[1]):
		end := wordEnd(t, 1)
		return end < len(t) && strings.IndexByte("/[", t[end]) >= 0
	case len(t) > 2 && t[0] == '@' && isLetter(t[1]):
		return strings.HasPrefix(t[wordEnd(t, 1):], "='")
	case prefixFold(t, "self::"), prefixFold(t, "contains("), prefixFold(t, "collection('"), prefixFold(t, "lang('"):
		return true
	}
	return false
}

// xpathWithin reports signs of XPath anywhere in a condition.
func xpathWithin(t string) bool {
	for i := 1; i < len(t); i++ {
		switch t[i] {
		case '(':
			rest := strings.TrimLeft(t[i+1:], " (")
			if strings.HasPrefix(rest, "//") || len(rest) > 1 && rest[0] == '/' && (isLetter(rest[1]) || rest[1] == '*') || strings.HasPrefix(rest, ".)") || strings.HasPrefix(rest, "./") || strings.HasPrefix(rest, ".,") {
				return isLetter(t[i-1]) || t[i-1] == '-'
			}
			k := i
			for k > 0 && (isLetter(t[k-1]) || t[k-1] == '-') {
				k--
			}
			if name := t[k:i]; strings.IndexByte(name, '-') > 0 && !strings.HasPrefix(name, "-") && !strings.HasSuffix(name, "-") {
				return true // no function of SQL has a dash
			}
		case ':':
			if strings.HasPrefix(t[i:], "::") && i > 3 && (isLetter(t[i-1])) && i+2 < len(t) && (t[i+2] == '*' || foldIn(t[i+2:min(len(t), i+6)], "node", "text", "user")) {
				return true
			}
		}
	}
	return false
}

// xpathAsk reports a value that as a whole asks a document by a function, or for
// those who use it: count(//user), /root/user[last()]/password. A scraper's paths
// name what a page shows.
func xpathAsk(s string) bool {
	t := strings.TrimSpace(s)
	if len(t) > 300 || strings.HasPrefix(t, "//div") || strings.HasPrefix(t, "//span") {
		return false
	}
	for _, f := range []string{"count(/", "string(/", "name(/", "local-name(/", "substring(/", "substring(name(/", "string-length(/", "string-length(name(/", "sum(/", "concat(/", "string-join(/", "boolean(/", "substring((/", "normalize-space(/", "translate(/", "doc(concat(", "unparsed-text(", "collection('/", "codepoints-to-string(", "document('file", "document('http", "document(\"file", "doc('", "doc(\"", "doc-available("} {
		if prefixFold(t, f) && strings.IndexByte(t, ')') > 0 && (f != "count(/" && f != "sum(/" && f != "string(/" || strings.Contains(t, "::") || strings.Contains(t, "/*") || strings.Contains(t, "[") || indexFold(t, "user") > 0 || indexFold(t, "pass") > 0) {
			return true
		}
	}
	if strings.HasSuffix(t, "::*") && strings.IndexByte(t, ' ') < 0 && (t[0] == '/' || strings.Contains(t, "-or-self")) || xquery(t) {
		return true
	}
	if strings.HasPrefix(t, "(//") {
		t = t[1:]
	}
	if t[0] != '/' || !strings.ContainsAny(t, "[@(*:|") || strings.IndexByte(t, ' ') >= 0 && !strings.ContainsAny(t, "[(") {
		return false
	}
	_, w := indexAnyFold(t, []string{"/user", "/password", "/passwd", "/pw", "/account", "/employee", "/secret", "'secret'", "/admin", "/login", "/credential", "@admin", "@password", "'password'", "'pass'", "|//"})
	return w != "" && (strings.Contains(t, "[") || strings.Contains(t, "::") || strings.Contains(t, "//") && strings.Contains(t, "(") || strings.Contains(t, "/*") || strings.Contains(t, "/@*") || strings.Contains(t, "|//"))
}

// xquery reports an expression of XQuery as a whole, or one that is brought into an
// element: for $x in //user return $x, </a>{//user}<a>.
func xquery(t string) bool {
	for _, w := range [...]string{"for $", "some $", "every $", "let $"} {
		if prefixFold(t, w) {
			_, more := indexAnyFold(t, []string{" return ", " satisfies "})
			return more != "" && (strings.Contains(t, " in /") || strings.Contains(t, ":="))
		}
	}
	if prefixFold(t, "if (") && (strings.Contains(t, " then /") || strings.Contains(t, "//") && strings.Contains(t, " then ") && strings.Contains(t, " else ")) {
		return true
	}
	at := strings.Index(t, "{//")
	if at < 0 {
		at = strings.Index(t, "{doc('")
	}
	return at >= 0 && strings.IndexByte(t[at:], '}') > 0 && len(t) < 120
}

// leavesPath reports that the quote or bracket at i closes what the value did
// not open, and an operator follows.
func leavesPath(s string, i int) bool {
	if strings.ContainsAny(s[:i], "[/=") {
		return false // the value's own predicate: //a[@b='c']
	}
	j := i + 1
	for j < len(s) && (isSpace(s[j]) || strings.IndexByte("])'\"", s[j]) >= 0) {
		j++
	}
	r := s[j:]
	return prefixFold(r, "or ") || prefixFold(r, "and ") || prefixFold(r, "or(") || prefixFold(r, "and(") || prefixFold(r, "or/") || prefixFold(r, "return //") || strings.HasPrefix(r, "|") || strings.HasPrefix(r, "/") || prefixFold(r, "or not(") ||
		strings.HasPrefix(r, "=") || strings.HasPrefix(r, "+") || strings.HasPrefix(r, "<") || strings.HasPrefix(r, ",")
}

// predicateBreak finds a closed literal with a bracket and a union of paths:
// '] | //user[…, ')] | …; or an always true end: x' or '1'='1'] .
func predicateBreak(s string) int {
	if n := strings.TrimSuffix(strings.TrimSuffix(s, "%00"), "\x00"); len(n) < len(s) && strings.HasSuffix(n, "]") {
		if i := strings.Index(n, "' or "); i >= 0 && i < 40 {
			return i
		}
	}
	if i := strings.Index(s, "']["); i >= 0 && i < 40 && strings.Contains(s[i:], "]|/") {
		return i
	}
	if i := strings.IndexByte(s, ']'); i >= 0 && strings.IndexByte(s[:i], '[') < 0 && i < 40 {
		r := strings.TrimLeft(s[i+1:], " ")
		if strings.HasPrefix(r, "|") && strings.HasPrefix(strings.TrimLeft(r[1:], " "), "/") {
			return i
		}
	}
	// no comment cuts the rest off in XPath: the value ends by opening a string again
	if i := strings.Index(s, "' or "); i >= 0 && strings.HasSuffix(s, "='") && strings.Count(s, "' or ") >= 2 || i >= 0 && strings.HasSuffix(s, " or ''='") {
		return i
	}
	for _, w := range []string{"']|", "'] |", "']/", "\"]|", "\"] |", "\"]/", "')]", "\")]", "'or'1'='1']", "' or '1'='1']", "]|//", "] | //", "']%00", "']\x00"} {
		i := strings.Index(s, w)
		if i < 0 || strings.ContainsAny(s[:i], "[/=") && !strings.Contains(w, "or") {
			continue
		}
		if strings.Contains(s[i:], "//") || strings.Contains(s[i:], "/*") || strings.Contains(w, "or") || strings.Contains(s[i:], "\x00") {
			return i
		}
	}
	return -1
}
