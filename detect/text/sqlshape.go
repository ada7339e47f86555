package text

import "strings"

// Shapes of SQL too short to have a grammar of their own.

// betweenQuotes judges x' and 'y: a value that closes the query's literal, has
// one operator, and opens it again. Prose quotes words the other way round.
func (q *sqlQuery) betweenQuotes(i int) bool {
	n := q.isCompare(i)
	t := q.at(i)
	switch {
	case n > 0 && t.kw != "in" && t.kw != "is" && t.kw != "between":
	case t.kw == "and" || t.kw == "or" || t.kw == "xor" || t.kw == "div" || t.kw == "mod":
		n = 1
	case t.kind == sqlOp && len(t.text) <= 2 && strings.Trim(t.text, "+-*/%^|&<>") == "" && t.text != "/*":
		n = 1
	case t.kind == sqlWord && prefixFold(q.text(i), "sounds") && q.at(i+1).kw == "like":
		n = 2
	case t.kind == sqlWord && foldIn(q.text(i), "similar") && foldIn(q.text(i+1), "to"):
		n = 2
	case t.kind == sqlWord && foldIn(q.text(i), "matches", "overlaps"):
		n = 1
	default:
		return false
	}
	v := q.at(i + n)
	return v.kind == sqlStr && v.open && q.s[v.from] == q.s[q.start] && v.to-v.from >= 2 && v.to-v.from <= 24 && !isSpace(q.s[v.from+1]) &&
		strings.IndexByte(q.s[v.from+1:v.to], ' ') < 0 && words(q.s[:q.start], 2) < 2 && q.start > 0 && !isSpace(q.s[q.start-1])
}

// chain judges two comparisons or sums of constants in a row, which come back
// to the query's own literal: x' = 'y' = 0 = '1, 1'||'a'||'.
func (q *sqlQuery) chain(i int) bool {
	links := 0
	for {
		t := q.at(i)
		n := q.isCompare(i)
		if n == 0 && t.kind == sqlOp && (t.text == "-" || t.text == "+" || t.text == "||") {
			n = 1
		}
		v := q.at(i + n)
		if n == 0 || !q.isConst(i+n) && !(v.kind == sqlStr && v.open) {
			return false
		}
		links++
		if i += n + 1; v.open {
			return links >= 2 && q.at(i).kind == sqlEnd && v.to-v.from <= 8
		}
	}
}

// sameName judges a condition that compares a name with itself: or a=a.
func (q *sqlQuery) sameName(i int) bool {
	i = q.skipPrefix(i)
	if q.at(i).kind != sqlWord || q.at(i+1).text != "=" || q.at(i+2).kind != sqlWord || !strings.EqualFold(q.text(i), q.text(i+2)) {
		return false
	}
	return q.ends(i+3) || q.at(i+3).kw != ""
}

// whoAmI reports a word by which a database tells the session's user.
func (q *sqlQuery) whoAmI(i int) bool {
	return q.at(i).kind == sqlWord && foldIn(q.text(i), "current_user", "session_user", "system_user", "user_name", "current_database", "current_schema")
}

// caseOf judges a value that as a whole is CASE … WHEN … THEN.
func (q *sqlQuery) caseOf(i int) bool {
	for k := range i {
		if !q.punct(k, "(") {
			return false
		}
	}
	w := i + 1
	if q.at(w).kw != "when" {
		w = q.pastOperand(w)
	}
	if q.at(w).kw != "when" || !q.isConst(q.skipPrefix(w+1)) && !q.punct(w+2, "(") {
		return false
	}
	for k := w + 2; k < w+12; k++ {
		if q.at(k).kw == "then" {
			return q.isConst(k+1) || q.punct(k+1, "(") || q.punct(k+2, "(")
		}
	}
	return false
}

// setOperator judges EXCEPT, INTERSECT and MINUS with a query of their own behind a
// value.
func (q *sqlQuery) setOperator(i int) bool {
	if q.whole || !foldIn(q.text(i), "except", "intersect", "minus") || !(q.left && i == 0) && !(i > 0 && q.isConst(i-1)) {
		return false
	}
	if i++; q.at(i).kw == "all" {
		i++
	}
	return q.at(i).kw == "select" && q.selectList(i+1, true)
}

// brokenUnion judges UNION behind the end of a line that a comment was cut by:
// no text has that.
func (q *sqlQuery) brokenUnion(i int) bool {
	if i == 0 || !q.isConst(i-1) {
		return false
	}
	gap := q.s[q.at(i-1).to:q.at(i).from]
	return strings.IndexByte(gap, '\n') > 0 && (strings.IndexByte(gap, '#') >= 0 || strings.Contains(gap, "--"))
}

// rareStatement judges second statements that few injections use.
func (q *sqlQuery) rareStatement(i int) bool {
	w, b := q.text(i), q.at(i+1)
	switch {
	case foldIn(w, "load"):
		return foldIn(q.text(i+1), "data", "xml") && (foldIn(q.text(i+2), "infile") || foldIn(q.text(i+3), "infile"))
	case foldIn(w, "delete"):
		return foldIn(q.text(i+1), "low_priority", "quick", "ignore") && q.at(i+2).kw == "from"
	case foldIn(w, "desc", "describe"):
		return b.kind == sqlWord && q.comment(i+2)
	case foldIn(w, "execute", "exec"):
		return foldIn(q.text(i+1), "as", "immediate") && (foldIn(q.text(i+2), "login", "user") || q.at(i+2).kind == sqlStr)
	case foldIn(w, "do"):
		return b.text == "(" && q.constPair(i+2) || strings.HasPrefix(q.s[q.at(i).to:], " $$")
	case foldIn(w, "handler"):
		return b.kind == sqlWord && foldIn(q.text(i+2), "open", "read")
	case foldIn(w, "rename"):
		return foldIn(q.text(i+1), "table") && foldIn(q.text(i+3), "to")
	case foldIn(w, "attach"):
		return foldIn(q.text(i+1), "database") && q.at(i+2).kind == sqlStr
	case foldIn(w, "bulk"):
		return foldIn(q.text(i+1), "insert")
	case foldIn(w, "explain"):
		return b.kw == "select" && q.selectList(i+2, true)
	case foldIn(w, "lock"):
		return foldIn(q.text(i+1), "tables", "table") && foldIn(q.text(i+3), "write", "read", "in")
	case foldIn(w, "prepare"):
		return b.kind == sqlWord && q.at(i+2).kw == "from"
	case foldIn(w, "show"):
		return foldIn(q.text(i+1), "tables", "databases", "columns", "grants") && q.ends(i+2)
	}
	return false
}

// sqlStatement reports a value that is a statement as a whole, as consoles and
// reports are sent: it leaves nothing.
func (q *sqlQuery) sqlStatement() bool {
	if q.left || len(q.t) < 3 || strings.HasPrefix(q.s[q.t[0].to:], "/*") || q.dangles() {
		return false
	}
	switch q.t[0].kw {
	case "select":
		for i := 1; i < len(q.t); i++ {
			if q.t[i].kw == "from" {
				return true
			}
		}
	case "insert", "update", "delete", "with", "create", "alter", "merge", "declare", "grant", "call", "copy":
		return q.t[1].kind == sqlWord && len(q.t) > 4
	case "drop", "truncate":
		return q.definition(0) && q.at(len(q.t)-2).kind != sqlComment
	case "begin":
		return q.t[1].kind == sqlWord && len(q.t) > 4 || q.punct(1, ";")
	case "exec", "execute":
		return q.t[1].kind == sqlWord && prefixFold(q.text(1), "sp_help")
	}
	for _, w := range [...]string{"explain ", "analyze ", "show ", "describe ", "desc ", "use ", "set ", "pragma ", "vacuum", "revoke ", "comment on ", "start transaction"} {
		if prefixFold(q.s, w) {
			return true
		}
	}
	return false
}

// judgeWhole looks in a statement of its own for what only attackers ask of a
// database: its catalogue's secrets, files, commands of the system.
func (q *sqlQuery) judgeWhole() (from, to int, hit bool) {
	for i := range q.t {
		t := &q.t[i]
		if t.kind != sqlWord {
			continue
		}
		switch {
		case t.kw == "into":
			n := q.at(i + 1).kw
			hit = n == "outfile" || n == "dumpfile"
		case prefixFold(q.text(i), "xp_"):
			hit = len(q.text(i)) > 6
		case t.kw == "from":
			hit = q.catalog(i+1) && !q.ordinaryCatalog(i+1)
		default:
			hit = foldIn(q.text(i), "load_file", "pg_read_file", "lo_import", "utl_http", "dbms_ldap", "sys_eval", "sys_exec", "openrowset", "extractvalue", "updatexml") && (q.punct(i+1, "(") || q.punct(i+1, "."))
		}
		if hit {
			return t.from, len(q.s), true
		}
	}
	return 0, 0, false
}

// ordinaryCatalog reports what consoles and tools read to show a schema.
func (q *sqlQuery) ordinaryCatalog(i int) bool {
	switch lookFold(sqlCatalogs, q.text(i)) {
	case "information_schema", "pg_catalog", "sys", "performance_schema", "pg_tables", "pg_class", "sqlite_master", "sqlite_schema":
		return true
	}
	return false
}

// dangles reports a statement that the query it is put into must go on with.
func (q *sqlQuery) dangles() bool {
	switch q.at(len(q.t) - 2).kw {
	case "where", "and", "or", "from", "select", "by", "having", "in", "like", "union", "not":
		return true
	}
	depth := 0
	for i := range q.t {
		if q.punct(i, "(") {
			depth++
		} else if q.punct(i, ")") {
			depth--
		}
	}
	return depth != 0
}
