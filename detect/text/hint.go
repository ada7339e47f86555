package text

import "strings"

// Hints are weak evidence: a token that also stands in what people write, or
// an attack within sentences that talk about it. One proves nothing; several of
// one client do, and so does an answer that goes with it.

// in is what m finds within sentences, and not elsewhere.
func (k talk) in(s string, m func(string) (int, string, bool)) (offset int, match string, ok bool) {
	if !mayTalk(s) {
		return none()
	}
	offset, match, ok = m(s)
	if ok && !k.talks(s, offset, offset+len(match)) {
		return none()
	}
	return offset, match, ok
}

// mayTalk is the cheap look before it: blanks between three words and more.
func mayTalk(s string) bool {
	if len(s) < 24 {
		return false
	}
	blanks := 0
	for i := 1; i < len(s) && i < talkFar && blanks < 3; i++ {
		blanks += boolInt(s[i] == ' ' && isLetter(s[i-1]))
	}
	return blanks >= 3 || strings.Contains(s, " HTTP/") || logLine(s)
}

// probeMax is the longest value that is taken for a lone token.
const probeMax = 64

// SQLiHint reports weak evidence of SQL injection: a quote where nothing
// quotes, a number with a comment, ORDER BY alone, a question to the server.
//
// Returns: where it is, and its text.
//
// Example: SQLiHint("42'") = 0, the whole, true; SQLiHint("O'Brien") is silent.
func SQLiHint(s string) (offset int, match string, ok bool) {
	if len(s) <= probeMax && len(s) > 0 && sqlProbe(strings.TrimSpace(s)) {
		return found(s, 0, len(s))
	}
	if !mayTalk(s) {
		return none()
	}
	offset, match, ok = readSQL(s, true)
	if ok && !(talk{loose: true}).talks(s, offset, offset+len(match)) {
		if _, _, strict := sqli(s); strict {
			return none()
		}
	}
	return offset, match, ok
}

// sqlProbe judges a short value.
func sqlProbe(t string) bool {
	if t == "" {
		return false
	}
	if strings.Trim(t, "'\"`\\;)(,") == "" && strings.ContainsAny(t, "'\"`") {
		return true
	}
	last := t[len(t)-1]
	if (last == '\'' || last == '"') && strings.IndexByte(t, last) == len(t)-1 && strings.IndexByte(t, ' ') < 0 && isDigit(t[0]) && strings.Trim(t, "0123456789.") == t[len(t)-1:] {
		return true // 42'
	}
	if prefixFold(t, "order by ") || prefixFold(t, "group by ") {
		return strings.Trim(t[9:], "0123456789, ") == ""
	}
	if i := strings.Index(t, "--"); i > 0 && strings.TrimLeft(t[i:], "- +") == "" || strings.HasSuffix(t, "/*") {
		return strings.Trim(strings.TrimRight(t, "-/* +"), "0123456789*+- ().@versionVERSION") == "" && t[0] != '-' && len(t) > 3
	}
	if prefixFold(t, "select ") || prefixFold(t, "and ") || prefixFold(t, "or ") || prefixFold(t, "@@") {
		_, w := indexAnyFold(t, []string{"@@version", "version()", "current_user", "current_database()", "session_user", "user()", "database()", "current_setting(", "@@servername", "sleep("})
		return w != ""
	}
	return false
}

// SQLiHintNeeds returns bytes of which a value must hold one for SQLiHint to match.
func SQLiHintNeeds() string { return sqliNeeds + "\\" }

// XSSHint reports weak evidence of script injection: a tag that no page has, the
// end of an attribute and a tag, a call of alert alone.
//
// Returns: where it is, and its text.
//
// Example: XSSHint("alert(1)") = 0, the whole, true; XSSHint("<b>x</b>") is silent.
func XSSHint(s string) (offset int, match string, ok bool) {
	if len(s) <= probeMax && markupProbe(strings.TrimSpace(s)) {
		return found(s, 0, len(s))
	}
	return (talk{wide: true}).in(s, xss)
}

func markupProbe(t string) bool {
	for _, w := range []string{"alert(", "prompt(", "confirm("} {
		if prefixFold(t, w) && strings.HasSuffix(strings.TrimRight(t, ";/ "), ")") {
			return true
		}
	}
	if _, w := indexAnyFold(t, []string{"<xss", "\"><", "'><", "\"/><", "<script", "</script", "javascript:", "<svg>", "=&{()}", "`-->"}); w != "" {
		return true
	}
	return len(t) > 4 && prefixFold(t, "on") && strings.HasSuffix(t, "=") && eventName(t[:len(t)-1])
}

// CmdiHint reports weak evidence of a shell's command: a command's name behind
// a separator, where it may be a name of anything, or a line of a shell as a whole.
//
// Returns: where it is, and its text.
//
// Example: CmdiHint("a;id") = 1, ";id", true; CmdiHint("name|id|age") is silent.
func CmdiHint(s string) (offset int, match string, ok bool) {
	if len(s) <= probeMax && len(s) > 2 {
		if at := strings.LastIndexAny(s, ";|&\n`"); at >= 0 {
			word := strings.Trim(s[at+1:], " \t\r`\"')")
			if lookFold(shellCommands, word) != "" && strings.IndexAny(s, ";|&\n`") >= at-1 {
				return found(s, at, len(s))
			}
		}
		cmd, end, _ := shellWord(s, 0)
		if rule := lookFold(shellCommands, cmd); rule != "" {
			args := strings.TrimSpace(s[end:])
			if args != "" && (isDigit(args[0]) || strings.IndexByte("-/~.$", args[0]) >= 0) && rule != "say" && rule != "short" && argsFit(shellGrammar[rule]&^(argSay|argAny), args) {
				return found(s, 0, len(s))
			}
		}
	}
	return (talk{loose: true}).in(s, cmdi)
}

// TemplateHint reports weak evidence of a template: the signs by which all
// engines are tried at once, or an expression within sentences.
//
// Returns: where it is, and its text.
//
// Example: TemplateHint("${{<%[%'\"}}%\\") = 0, the whole, true; TemplateHint("Hi {{name}}") is silent.
func TemplateHint(s string) (offset int, match string, ok bool) {
	if len(s) <= probeMax && strings.Contains(s, "{{") && (strings.Contains(s, "<%") || strings.Contains(s, "${{")) && strings.ContainsAny(s, "'\"") {
		return found(s, 0, len(s))
	}
	return (talk{loose: true}).in(s, ssti)
}

// TraversalHint reports a path that climbs within sentences.
//
// Returns: where it is, and its text.
//
// Example: TraversalHint("the scanner asked our server for ../../../etc/passwd and was refused") is true; TraversalHint("../../../etc/passwd") is silent.
func TraversalHint(s string) (offset int, match string, ok bool) {
	return (talk{loose: true, wide: true}).in(s, traversal)
}
