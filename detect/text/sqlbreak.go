package text

import "strings"

// breakOut judges what follows the quote that a value closed. In prose a
// letter follows it (O'Brien, 'tis); in SQL an operator, a bracket, a
// keyword, a comment or the end of the statement does.
func (q *sqlQuery) breakOut() (from, to int, hit bool) {
	i := 0
	for q.punct(i, ")") {
		i++
	}
	if q.at(i).text == "::" && q.at(i+1).kind == sqlWord || foldIn(q.text(i), "collate") && q.at(i+1).kind == sqlWord {
		i += 2
	}
	t := q.at(i)
	switch {
	case t.kind == sqlComment:
		hit = q.cutsOff(i)
	case q.betweenQuotes(i) || q.chain(i) || q.start == 0 && q.isCompare(i) > 0 && len(q.s) < 24 && prefixFold(strings.TrimLeft(q.s[t.to:], "' "), "or") && strings.HasSuffix(q.s, "'"):
		hit = true
	case t.kind == sqlPunct && t.text == ";":
		hit = q.statement(i+1) || q.at(i+1).kind == sqlComment && q.cutsOff(i+1)
	case t.kw == "or" || t.kw == "and" || t.kw == "xor" || t.text == "||" || t.text == "&&":
		hit = q.leftCondition(i+1) || t.text == "||" && q.at(i+1).kind == sqlWord && q.punct(i+2, ".") && q.punct(i+4, "(") && q.returns(i+1)
	case t.kw == "exec" || t.kw == "execute" || t.kw == "declare" || t.kw == "waitfor":
		hit = q.atWord(i)
	case q.isCompare(i) > 0:
		hit = q.comparesOn(i)
	case t.kind == sqlOp && len(t.text) > 0 && strings.Contains("+-*/%^|&", t.text[:1]), t.kw == "div" || t.kw == "mod", t.kind == sqlPunct && t.text == ",":
		j := q.skipPrefix(i + 1)
		hit = len(q.s) < 40 && q.isConst(j) && q.at(j).kind == sqlNum && q.comment(j+1) && words(q.s[:q.start], 2) < 2 && q.at(j+1).to == len(q.s) || q.isCall(j) && q.returns(j) || q.at(j).kw == "select" && q.selectList(j+1, false) || q.at(j).kw == "case" && q.at(j+1).kw == "when" ||
			q.at(j).kw == "if" && q.punct(j+1, "(")
	}
	return q.start, len(q.s), hit
}

// returns reports that after the call at i the value comes back to a string,
// is cut off, or ends: 'a'||version()||'b.
func (q *sqlQuery) returns(i int) bool {
	j := q.pastOperand(i)
	return q.ends(j) || q.at(j).kind == sqlStr || q.isCompare(j) > 0 || q.at(j).kw != "" || q.punct(j, ",")
}

// leftCondition judges a condition after a closed literal; a column's name
// may stand in it there.
func (q *sqlQuery) leftCondition(i int) bool {
	if q.constCondition(i) {
		return true
	}
	j := q.skipPrefix(i)
	t := q.at(j)
	if q.isConst(j) {
		k := q.pastOperand(i)
		return q.comment(k) || t.kind != sqlStr && q.ends(k) && q.at(k).kind == sqlEnd || t.kind == sqlStr && t.open && q.returnsTo(t)
	}
	if t.kind != sqlWord {
		return false
	}
	k := q.pastOperand(i)
	n := q.isCompare(k)
	if n == 0 || k > j+10 {
		return q.comment(k) && (k == j+1 || q.punct(j+1, "("))
	}
	v := q.skipPrefix(k + n)
	if q.at(v).kw == "null" || q.at(v).kw == "select" || q.isCall(v) {
		return true
	}
	// or name = 'x': the constant ends the value, a comment or a keyword follows
	return q.isConst(v) && (q.ends(v+1) || q.at(v+1).kw != "" || q.at(v).open) || q.at(v).kind == sqlEnd
}

// returnsTo reports a string cut by the end that is short: the query's own
// closing quote completes it ('x' or 'a), as in MySQL's implicit truth.
func (q *sqlQuery) returnsTo(t *sqlTok) bool {
	return t.to-t.from <= 3 && q.start <= 24 && t.to-t.from >= 2 && isDigit(q.s[t.from+1])
}

// comparesOn judges '=', ' like ', ' in (…), ' between … after the literal.
func (q *sqlQuery) comparesOn(i int) bool {
	t := q.at(i)
	j := q.skipPrefix(i + q.isCompare(i))
	if q.isCall(j) || q.at(j).kw == "select" || q.at(j).kw == "null" && t.kw == "is" {
		return true
	}
	v := q.at(j)
	if v.kind == sqlStr && v.open && v.to-v.from <= 2 {
		return t.kind == sqlOp || words(q.s[:q.start], 2) < 1 // '=' and ' like '
	}
	return q.isConst(j) && q.comment(q.pastOperand(j)) && !v.open
}

// cutsOff judges a comment right after the literal: admin'-- but not
// 12" #2 needles, nor foo bar'# blah.
func (q *sqlQuery) cutsOff(i int) bool {
	c := q.at(i)
	head := q.s[:q.start]
	if strings.ContainsAny(head, " \t") && words(head, 3) > 1 || strings.ContainsAny(head, "'\"<>{[") {
		return false
	}
	body := strings.Trim(strings.TrimLeft(q.s[c.from:c.to], "-#/*"), " +\t\r\n;\x00")
	if body != "" && words(body, 2) > 1 {
		return false
	}
	gap := strings.Replace(q.s[q.start+1:c.from], ";", "", 1)
	if c.text == "#" {
		return head != "" && strings.Trim(gap, ") ") == "" && body == ""
	}
	if c.text == "--" && head == "" && body != "" {
		return false
	}
	return strings.Trim(gap, ") +") == "" && (c.text == "/*" || body == "" || strings.HasPrefix(q.s[c.from+2:], " ") || strings.HasPrefix(q.s[c.from+2:], "+"))
}

// statement judges a second statement at i, by the grammar of its first words.
func (q *sqlQuery) statement(i int) bool {
	a, b, c := q.at(i), q.at(i+1), q.at(i+2)
	if a.kind == sqlWord && q.rareStatement(i) {
		return true
	}
	if a.kind != sqlWord || a.kw == "" {
		return q.call(i) || a.kw == "" && a.kind == sqlWord && prefixFold(q.text(i), "pragma") && b.kind == sqlWord && q.ends(i+2)
	}
	named := c.kind == sqlWord || c.kind == sqlStr || c.kind == sqlVar || c.text == "["
	switch a.kw {
	case "select":
		return q.selectList(i+1, true)
	case "insert", "merge":
		return b.kw == "into" && named && (q.punct(i+3, "(") || q.at(i+3).kw == "values" || q.at(i+3).kw == "select" || q.punct(i+3, "."))
	case "update":
		return b.kind == sqlWord && c.kw == "set" && q.isCompare(i+4) > 0
	case "delete":
		return b.kw == "from" && named && (q.ends(i+3) || q.at(i+3).kw == "where")
	case "drop", "truncate", "create", "alter":
		return q.definition(i)
	case "exec", "execute", "declare", "waitfor":
		return q.atWord(i)
	case "shutdown":
		return b.kw == "nowait" || q.comment(i+1) || b.kw == "with"
	case "if":
		return q.punct(i+1, "(") && q.constCondition(i+1) || b.kw == "exists" || b.kw == "not"
	case "begin":
		return q.call(i+1) || b.kw == "declare"
	case "copy":
		if b.text == "(" {
			return q.at(i+2).kw == "select" && foldIn(q.text(q.pastParen(i+1)), "to")
		}
		return b.kind == sqlWord && (c.kw == "from" || c.kw == "to" || q.text(i+2) == "TO" || q.text(i+2) == "to")
	case "grant":
		return c.text == "," || q.text(i+2) == "on" || q.text(i+2) == "to" || q.text(i+2) == "ON" || q.text(i+2) == "TO"
	case "call":
		return b.kind == sqlWord && lookFold(sqlLoud, q.text(i+1)) != "" || b.kind == sqlWord && c.text == "." && q.punct(i+4, "(") && q.ends(q.pastParen(i+4)) || q.punct(i+2, "(") && q.ends(q.pastParen(i+2)) && (q.isConst(i+3) || q.punct(i+3, ")"))
	}
	return q.call(i)
}

// definition judges DROP TABLE x and its kin.
func (q *sqlQuery) definition(i int) bool {
	j := i + 1
	if q.at(j).kw == "or" && foldIn(q.text(j+1), "replace") {
		j += 2
	}
	switch q.at(j).kw {
	case "table", "database", "schema", "user", "view", "index", "procedure", "function", "trigger", "login", "column":
		j++
	default:
		if q.at(i).kw != "truncate" {
			return false
		}
	}
	for q.at(j).kw == "if" || q.at(j).kw == "not" || q.at(j).kw == "exists" {
		j++
	}
	if k := q.at(j).kind; k != sqlWord && k != sqlStr {
		return false
	}
	for j++; q.punct(j, ".") || q.punct(j-1, "."); j++ {
	}
	t := q.at(j)
	switch q.at(i).kw {
	case "alter":
		if foldIn(q.text(j), "add", "modify", "rename", "change", "owner", "enable", "disable", "identified", "with") {
			return true
		}
	case "create":
		if foldIn(q.text(j), "identified", "password", "with", "returns", "without", "for") {
			return true
		}
	}
	return q.ends(j) || t.kind == sqlPunct || t.kw != ""
}

// sqlMarks reports a mark of SQL beside what libinjection's fingerprints see:
// without one its voice is not heard, since those are made of single words
// and signs that prose has too.
func sqlMarks(s string) bool {
	if strings.Contains(s, "/*") && strings.Contains(s, "*/") && words(s, 12) < 12 {
		at := strings.Index(s, "/*")
		return at > 0 && at+4 < len(s) && isWord(s[at-1])
	}
	if _, w := indexAnyFold(s, []string{"union select", "select ", "information_schema", "@@", "char(", "concat(", "0x", "sleep(", "cast(", "convert("}); w != "" {
		if w == "select " {
			return strings.ContainsAny(s, "=*,@") && strings.ContainsAny(s, "()'\"") || indexFold(s, " from ") > 0 && strings.ContainsAny(s, "(*@")
		}
		return strings.ContainsAny(s, "()=*@") || w == "union select" && strings.ContainsAny(s, ",'\"#-0123456789")
	}
	return false
}
