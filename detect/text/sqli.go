package text

import (
	"strings"

	"github.com/corazawaf/libinjection-go"
)

// sqlMax is what of a value is read as SQL: an injection that works is
// shorter; a longer value is a document.
const sqlMax = 16 << 10

// sqliNeeds: without one of these no value leaves a literal, calls a
// function, compares or ends a statement; "1 union select 2" has a space.
const sqliNeeds = "'\"`;()=<>#-*/|&@, \t\n\r\v\f+\xa0\x00"

// holdsAny is strings.ContainsAny for bytes: a lone 0xa0 is no rune.
func holdsAny(s, set string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; !isLetter(c) && !isDigit(c) && strings.IndexByte(set, c) >= 0 {
			return true
		}
	}
	return false
}

// SQLiNeeds returns bytes of which a value must hold one for SQLi to match.
func SQLiNeeds() string { return sqliNeeds }

// SQLiAlso returns bytes of which a value must hold one as well: those of a
// word, a quote, || and &&.
func SQLiAlso() string { return letters + "'\"|&" }

// SQLi reports SQL injection in a client value.
//
// It asks whether the value, put into a query unquoted, in single or in double
// quotes, leaves its literal and goes on as SQL: a condition that is always
// true, a UNION, a second statement, a subquery, a call that waits or reads, a
// comment that cuts the rest off. libinjection is one voice, heard only where
// the value also has a mark of SQL that prose has not.
//
// Returns: where the SQL begins, and the SQL.
//
// Example: SQLi("1' OR '1'='1") = 2, "' OR '1'='1", true; SQLi("O'Brien or 2 items") is silent.
func SQLi(s string) (offset int, match string, ok bool) { return unlessTalk(s, sqli) }

// sqli is SQLi wherever it stands.
func sqli(s string) (offset int, match string, ok bool) { return readSQL(s, false) }

// readSQL is sqli; lax passes over prose that follows.
func readSQL(s string, lax bool) (offset int, match string, ok bool) {
	if len(s) < 3 || !holdsAny(s, sqliNeeds) {
		return none()
	}
	if len(s) > sqlMax {
		s = s[:sqlMax]
	}
	if !sqlMayMatter(s) || binaryData(s) {
		return none()
	}
	var mem [sqlTokens + 1]sqlTok
	q := sqlQuery{s: s, t: lexSQL(mem[:], s, 0), lax: lax}
	q.whole = q.sqlStatement()
	if q.whole {
		if from, to, hit := q.judgeWhole(); hit {
			return found(s, from, to)
		}
		return none()
	}
	if from, to, hit := q.judge(); hit {
		return found(s, from, to)
	}
	program := false
	for _, quote := range [...]byte{'\'', '"'} {
		if at := strings.IndexByte(s, quote); at >= 0 {
			end, open := sqlQuoted(s, 0, quote)
			if programQuote(s, at) {
				program = true
				continue
			}
			if open {
				continue // every quote is escaped or doubled
			}
			q = sqlQuery{s: s, left: true, start: end - 1, t: lexSQL(mem[:], s, end), lax: lax}
			if from, to, hit := q.judge(); hit {
				return found(s, from, to)
			}
		}
	}
	if at := strings.Index(s, "\\'"); at >= 0 && at < 24 && strings.IndexByte(s[:at], '\'') < 0 && strings.IndexByte(s[:at], ' ') < 0 {
		// whoever doubles the backslash and not the quote is left by it
		if _, _, hit := readSQL(s[:at]+s[at+1:], lax); hit {
			return found(s, at, len(s))
		}
	}
	if jsonOperator(s) {
		return found(s, 0, len(s))
	}
	if at := indexFold(s, "sp_password"); at > 0 && strings.Contains(s[:at], "--") {
		return found(s, 0, len(s)) // keeps SQL Server's log quiet
	}
	if !program && sqlMarks(s) {
		if hit, _ := libinjection.IsSQLi(s); hit {
			return found(s, 0, len(s))
		}
	}
	return none()
}

// jsonOperator reports a literal of JSON that PostgreSQL compares: '{"b":2}'::jsonb <@ ….
func jsonOperator(s string) bool {
	at := indexFold(s, "'::json")
	if at < 0 || len(s) > 512 {
		return false
	}
	for _, op := range [...]string{"@>", "<@", "?|", "?&", "#>", "->"} {
		if strings.Contains(s[at:], op) {
			return true
		}
	}
	return false
}

// programQuote reports that the quote at i opens a literal of a program and closes
// none of a query: a call, an assignment or a list is before it, prepare("SELECT,
// q = 'x', and it is closed again.
func programQuote(s string, i int) bool {
	head := strings.TrimRight(s[:i], " ")
	_, after, closed := strings.Cut(s[i+1:], s[i:i+1])
	if after = strings.TrimLeft(after, " \n"); len(head) < 3 || !closed || after != "" && strings.IndexByte(",)];.+%:}", after[0]) < 0 {
		return false
	}
	switch last := head[len(head)-1]; last {
	case '(', '[', '{':
		return isWord(head[len(head)-2])
	case '=', '+', ':':
		return len(head) < i && len(head) > 1 && (isSpace(head[len(head)-2]) || last == ':') && words(head, 1) > 0
	}
	return false
}

// sqlMayMatter is the cheap look before the lexer: a quote, or a word every
// grammar of an unquoted injection has.
func sqlMayMatter(s string) bool {
	if strings.ContainsAny(s, "'\"") {
		return true
	}
	if at := strings.IndexByte(s, ';'); at >= 0 && at < 64 {
		return true
	}
	for i := 0; i < len(s); {
		if !isLetter(s[i]) {
			if (s[i] == '|' || s[i] == '&') && i+1 < len(s) && s[i+1] == s[i] {
				return true
			}
			i++
			continue
		}
		end := wordEnd(s, i)
		if end-i > 1 && lookFold(sqlWords, s[i:end]) != "" {
			return true
		}
		i = end
	}
	return false
}

// A sqlQuery is a value read from one starting state.
type sqlQuery struct {
	s string
	t []sqlTok
	// left says that the value began inside a string and closed it at start.
	left  bool
	start int
	// whole says that the value is a statement of its own, lax that what no SQL
	// goes on with may follow.
	whole, lax bool
}

// judge looks for each grammar at each token.
func (q *sqlQuery) judge() (from, to int, hit bool) {
	if q.left {
		if from, to, hit = q.breakOut(); hit {
			return from, to, true
		}
	}
	for i := range q.t {
		t := &q.t[i]
		switch {
		case t.kind == sqlEnd:
			return 0, 0, false
		case t.kind == sqlWord:
			hit = q.atWord(i)
		case t.kind == sqlPunct && t.text == ";":
			hit = q.statement(i+1) && (i > 0 || q.left || q.t[1].kind == sqlWord)
		case t.kind == sqlPunct && t.text == "(":
			hit = q.subselect(i)
		case t.kind == sqlOp && (t.text == "||" || t.text == "&&"):
			hit = q.boolean(i)
		}
		if hit {
			return t.from, len(q.s), true
		}
	}
	return 0, 0, false
}

// atWord judges the keyword at i.
func (q *sqlQuery) atWord(i int) bool {
	switch q.t[i].kw {
	case "union":
		return q.union(i) || q.brokenUnion(i)
	case "select":
		// SELECT/**/x: a comment instead of a blank is an attacker's spelling
		return strings.HasPrefix(q.s[q.t[i].to:], "/*") && q.selectList(i+1, true)
	case "drop":
		return strings.HasPrefix(q.s[q.t[i].to:], "/*") && q.t[i+1].kind == sqlWord || q.t[i+1].kind == sqlWord && q.t[i+2].kind == sqlPunct && q.t[i+2].text == ";" && q.t[i+3].kind == sqlComment
	case "or", "and", "xor":
		return q.boolean(i)
	case "having", "where":
		return (i > 0 || q.left) && !q.whole && q.constCondition(i+1)
	case "case":
		return !q.left && q.caseOf(i)
	case "if":
		return i == 0 && !q.left && q.punct(1, "(") && q.constPair(2) && q.ends(q.pastParen(1)) && strings.Count(q.s, ",") >= 2
	case "into":
		n := q.t[i+1].kw
		return (n == "outfile" || n == "dumpfile") && q.t[i+2].kind != sqlEnd && (q.isConst(i+2) || q.punct(i+2, "(") || q.isCall(i+2))
	case "waitfor":
		n := q.t[i+1].kw
		return (n == "delay" || n == "time") && q.t[i+2].kind == sqlStr
	case "order", "group":
		return q.orderBy(i)
	case "procedure":
		return q.t[i+1].kw == "analyse" && q.punct(i+2, "(")
	case "exec", "execute":
		return q.exec(i)
	case "declare":
		return q.t[i+1].kind == sqlVar && q.t[i+2].kind == sqlWord
	case "from":
		return q.catalog(i + 1)
	}
	return q.call(i) || q.probe(i) || q.cast(i) || q.setOperator(i)
}
