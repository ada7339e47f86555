package text

import "strings"

// maxProof bounds a value that is taken for a proof as a whole.
const maxProof = 200

// proofStatement reports a value that is a script's statement or a part of one as a
// whole, with a call that proves: x=alert(1), if(1)alert(1), -alert(1)-, ',x:alert(1).
// The call alone is as much a word of a search.
func proofStatement(s string) bool {
	t := strings.TrimSpace(s)
	if len(t) > maxProof || strings.IndexByte(t, '(') < 0 && strings.IndexByte(t, '`') < 0 && strings.IndexByte(t, '=') < 0 {
		return false
	}
	if madeOfSigns(t) || wayAround(t) {
		return true
	}
	at := alertAt(t)
	if at < 0 || strings.Count(t, " ") > 5 || words(t, 5) >= 5 {
		return false
	}
	if at == 0 {
		end := strings.IndexByte(t, ')') + 1
		if end == 0 {
			return false
		}
		rest := strings.TrimLeft(t[end:], ") ")
		return rest != "" && strings.IndexByte("-+*/;,|&^", rest[0]) >= 0 && strings.Trim(rest, " ;") != ""
	}
	head := strings.TrimRight(t[:at], " \t")
	if head == "" || len(head) < at && isWord(head[len(head)-1]) {
		word := head[strings.LastIndexFunc(head, func(r rune) bool { return r >= 0x80 || !isWord(byte(r)) })+1:]
		return foldIn(word, "await", "void", "in", "instanceof", "of", "typeof", "return", "new", "delete", "else", "do", "throw", "yield") // and not: use alert(1)
	}
	return statementEnds(head[len(head)-1]) && strings.Trim(head, "\"`") != ""
}

// statementEnds reports a byte behind which a call begins.
func statementEnds(c byte) bool {
	return strings.IndexByte("-+*/;,|&^=(){}[]!~?:<>%.'", c) >= 0
}

// madeOfSigns reports JavaScript written with six signs.
func madeOfSigns(t string) bool {
	return strings.Contains(t, "[]") && (strings.Contains(t, "(![]+[])[") || strings.Contains(t, "(!![]+[])[") || strings.Contains(t, "+!+[]"))
}

// wayAround reports calls that are made so that no name of them is seen.
func wayAround(t string) bool {
	_, w := indexAnyFold(t, []string{"']['constructor'](", "\"][\"constructor\"](", "reflect.construct(function", "reflect.apply(alert", "importscripts('//", "importscripts('http", "importscripts(\"//", "globaleval('alert", "eval(url.", "eval(url+", "[alert]", "=alert,", "get:alert", "extends alert{", "new function('alert", "new function(\"alert", "eval('al'+", "eval('ale'+", "eval(\"al\"+", "/al/.source", "'al'+'ert'", "\"al\"+\"ert\"", "createelement('script')).src", "u0061lert(", "al\\u0065rt(", "al\\u{65}rt(", "\\x61lert("})
	if w == "" {
		return false
	}
	return strings.Count(t, " ") < 6
}
