package text

import "strings"

// The grammars SQLi asks for. Each takes the index of a token and says
// whether SQL that an attacker writes, and prose does not, begins there.

func (q *sqlQuery) at(i int) *sqlTok {
	if i < 0 || i >= len(q.t) {
		return &q.t[len(q.t)-1]
	}
	return &q.t[i]
}

func (q *sqlQuery) punct(i int, p string) bool {
	t := q.at(i)
	return t.kind == sqlPunct && t.text == p
}

func (q *sqlQuery) text(i int) string { t := q.at(i); return q.s[t.from:t.to] }

// isConst reports a constant: number, string, variable, null, true, false.
func (q *sqlQuery) isConst(i int) bool {
	t := q.at(i)
	switch t.kind {
	case sqlNum, sqlStr, sqlVar:
		return true
	case sqlWord:
		return t.kw == "null" || t.kw == "true" || t.kw == "false"
	}
	return false
}

// isCall reports a call of a known SQL function.
func (q *sqlQuery) isCall(i int) bool {
	return q.at(i).kind == sqlWord && q.punct(i+1, "(") && lookFold(sqlFuncs, q.text(i)) != ""
}

// isCompare reports a comparison and how many tokens it takes.
func (q *sqlQuery) isCompare(i int) int {
	t := q.at(i)
	if t.kind == sqlOp {
		switch t.text {
		case "=", "<", ">", "<>", "!=", "<=", ">=", "<=>", "==", "!<", "!>", "^=":
			return 1
		}
		return 0
	}
	switch t.kw {
	case "like", "rlike", "regexp", "ilike", "glob", "between", "in", "is":
		if q.at(i+1).kw == "not" || q.at(i+1).kw == "binary" {
			return 2
		}
		return 1
	case "not":
		if n := q.isCompare(i + 1); n > 0 && q.at(i+1).kind == sqlWord {
			return n + 1
		}
	}
	return 0
}

// skipPrefix passes over what may stand before an operand.
func (q *sqlQuery) skipPrefix(i int) int {
	for {
		t := q.at(i)
		switch {
		case t.kind == sqlPunct && t.text == "(":
		case t.kind == sqlOp && (t.text == "-" || t.text == "+" || t.text == "~" || t.text == "!"):
		case t.kw == "not" || t.kw == "binary":
		default:
			return i
		}
		i++
	}
}

// pastOperand returns the index after the operand at i: a constant, a name, a
// call or a parenthesis, with arithmetic between such; i itself if none.
func (q *sqlQuery) pastOperand(i int) int {
	first := i
	i = q.skipPrefix(i)
	for {
		t := q.at(i)
		if t.kind != sqlNum && t.kind != sqlStr && t.kind != sqlVar && t.kind != sqlWord {
			return first
		}
		i++
		for q.punct(i, ".") && q.at(i+1).kind == sqlWord {
			i += 2
		}
		if q.punct(i, "(") {
			i = q.pastParen(i)
		}
		if q.at(i).text == "::" && q.at(i+1).kind == sqlWord {
			i += 2
		}
		for q.punct(i, ")") {
			i++
		}
		op := q.at(i)
		if op.kind == sqlOp && (strings.Contains("+-*/%^||&", op.text)) || op.kw == "div" || op.kw == "mod" {
			i = q.skipPrefix(i + 1)
			continue
		}
		return i
	}
}

// pastParen returns the index after the parenthesis that opens at i.
func (q *sqlQuery) pastParen(i int) int {
	depth := 0
	for ; i < len(q.t)-1; i++ {
		if q.punct(i, "(") {
			depth++
		} else if q.punct(i, ")") {
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return i
}

// ends reports that the query is cut off at i: the value ends, or a comment
// swallows the rest.
func (q *sqlQuery) ends(i int) bool {
	for q.punct(i, ")") || q.punct(i, ";") {
		i++
	}
	k := q.at(i).kind
	return k == sqlEnd || k == sqlComment
}

func (q *sqlQuery) comment(i int) bool {
	for q.punct(i, ")") || q.punct(i, ";") {
		i++
	}
	return q.at(i).kind == sqlComment
}

// constCondition reports a condition whose outcome the client alone decides
// (1=1, 'a'='a', 'x' like 'x', sleep(5), exists(select …)), or a question to
// the database (ascii(substring(…))>64).
func (q *sqlQuery) constCondition(i int) bool {
	i = q.skipPrefix(i)
	if q.isCall(i) {
		return true
	}
	t := q.at(i)
	switch {
	case t.kw == "exists" && q.punct(i+1, "("), t.kw == "case" && (q.at(i+1).kw == "when" || q.at(i+2).kw == "when"):
		return true
	case t.kw == "select":
		return q.selectList(i+1, true)
	}
	if !q.isConst(i) {
		return false
	}
	j := q.pastOperand(i)
	if n := q.isCompare(j); n > 0 {
		k := q.skipPrefix(j + n)
		return q.isConst(k) && !q.prose(k+1) || q.isCall(k) || q.at(k).kw == "select" || q.at(k).kind == sqlEnd && q.left
	}
	return false
}

// prose reports what no condition goes on with: a word that is none of SQL, or a
// comment of two words and more, as a sentence about it has.
func (q *sqlQuery) prose(i int) bool {
	if q.lax {
		return false
	}
	for q.punct(i, ")") {
		i++
	}
	t := q.at(i)
	switch t.kind {
	case sqlWord:
		return t.kw == "" && isLetter(q.s[t.from]) && q.at(i-1).to < t.from && (q.at(i+1).kind == sqlWord || q.at(i+1).kind == sqlEnd)
	case sqlComment:
		body := strings.TrimRight(q.s[t.from:t.to], " ")
		return t.text != "/*" && strings.IndexByte(strings.Trim(body, "-# "), ' ') > 0 && words(body, 2) > 1 && strings.IndexByte(body, '\'') < 0
	}
	return false
}

// boolean judges OR, AND, XOR, ||, && at i.
func (q *sqlQuery) boolean(i int) bool {
	first := i == 0
	if first && !q.left && !q.constPair(i+1) && !q.sameName(i+1) {
		return false
	}
	if q.whole || q.at(i).text == "&&" && !q.left && q.mereNumbers(i) {
		return false
	}
	if q.constCondition(i+1) || q.sameName(i+1) || q.whoAmI(i+1) && q.isCompare(i+2) > 0 {
		return true
	}
	j := q.skipPrefix(i + 1)
	if i == 1 && q.isConst(0) && j > i+1 && (q.at(j).kw == "true" || q.at(j).kw == "false" || q.at(j).kw == "null") && q.ends(j+1) {
		return true // 7 or not false
	}
	if q.isConst(j) && q.at(i).kind == sqlWord && q.comment(q.pastOperand(i+1)) {
		return first || q.isConst(i-1) || q.punct(i-1, ")") // 1 or 1--
	}
	return false
}

// mereNumbers reports numbers compared on both sides of && at i: a program's
// condition or a formula.
func (q *sqlQuery) mereNumbers(i int) bool {
	return i >= 3 && q.at(i-1).kind == sqlNum && q.isCompare(i-2) > 0 && q.at(i-2).text != "=" && q.at(i+1).kind == sqlNum && q.at(i+2).text != "="
}

// constPair reports constant, comparison, constant at i.
func (q *sqlQuery) constPair(i int) bool {
	i = q.skipPrefix(i)
	if q.isCall(i) || q.at(i).kw == "exists" || q.at(i).kw == "select" {
		return true
	}
	n := q.isCompare(i + 1)
	return q.isConst(i) && n > 0 && q.isConst(i+1+n)
}

// union judges UNION at i.
func (q *sqlQuery) union(i int) bool {
	u := i
	i++
	for q.at(i).kw == "all" || q.at(i).kw == "distinct" || q.at(i).kw == "distinctrow" || q.punct(i, "(") {
		i++
	}
	if q.at(i).kw == "values" && (q.punct(i+1, "(") || foldIn(q.text(i+1), "row") && q.punct(i+2, "(")) {
		return true
	}
	if q.at(i).kw == "table" && q.at(i+1).kind == sqlWord && q.ends(i+2) {
		return u > 0 && q.isConst(u-1) || q.left && u == 0
	}
	return q.at(i).kw == "select" && q.selectList(i+1, true) && !q.ownUnion(u)
}

// ownUnion reports a UNION at i of two queries that the value has both: an
// injection brings only the second.
func (q *sqlQuery) ownUnion(i int) bool {
	depth := 0
	for k := i - 1; k >= 0 && !q.left; k-- {
		switch {
		case q.punct(k, ")"):
			depth++
		case q.punct(k, "("):
			depth--
		case depth == 0 && q.at(k).kw == "select":
			return k+1 < i && (q.at(k+2).kw == "from" || q.punct(k+2, ",") || q.punct(k+2, ".") || q.at(k+1).text == "*") && !q.at(k+1).open
		}
	}
	return false
}

// selectList judges what follows SELECT. Prose ("select members of the
// board", "select 2") has neither commas, calls nor a FROM after one name.
func (q *sqlQuery) selectList(i int, afterUnion bool) bool {
	for q.at(i).kw == "all" || q.at(i).kw == "distinct" || q.at(i).kw == "top" || q.at(i).kw == "distinctrow" {
		i++
		if q.at(i-1).kw == "top" && q.at(i).kind == sqlNum {
			i++
		}
	}
	j := q.skipPrefix(i)
	t := q.at(j)
	switch {
	case t.kind == sqlOp && strings.HasPrefix(t.text, "*"), t.kind == sqlVar, q.isCall(j), t.kw == "select", t.kw == "case", t.kw == "if" && q.punct(j+1, "("):
		return true
	case t.kw == "null", t.kind == sqlStr, t.kind == sqlNum:
		if afterUnion {
			return true
		}
		return q.punct(j+1, ",") || q.at(j+1).kw == "from" || q.punct(j+1, "(")
	case t.kind != sqlWord:
		return false
	}
	for j++; q.punct(j, ".") || q.punct(j-1, "."); j++ {
	}
	if q.at(j).kw == "as" {
		j += 2
	}
	switch {
	case q.punct(j, ","), q.punct(j, "(") && afterUnion:
		return true
	case q.at(j).kw == "from":
		return q.fromTable(j + 1)
	}
	return afterUnion && q.comment(j)
}

// fromTable reports a table's name, and after it no further word of prose.
func (q *sqlQuery) fromTable(i int) bool {
	if q.punct(i, "(") || q.catalog(i) {
		return true
	}
	if k := q.at(i).kind; k != sqlWord && k != sqlStr {
		return false
	}
	for i++; q.punct(i, ".") || q.punct(i-1, "."); i++ {
	}
	t := q.at(i)
	return t.kind == sqlEnd || t.kind == sqlComment || t.kind == sqlPunct || t.kw != "" || q.ends(i+1)
}

// subselect judges a parenthesis at i that holds a SELECT.
func (q *sqlQuery) subselect(i int) bool {
	for q.punct(i+1, "(") {
		i++
	}
	compared := i > 0 && (q.isCompare(i-1) == 1 || q.at(i-1).kw == "and" || q.at(i-1).kw == "or")
	if op := q.at(i - 1); i > 1 && op.kind == sqlOp && len(op.text) == 1 && strings.Contains("+-*/%", op.text) && q.isConst(i-2) && q.at(i+1).kw == "select" && q.isConst(i+2) {
		return q.punct(i+3, ")") || q.punct(i+3, ",")
	}
	return q.at(i+1).kw == "select" && q.selectList(i+2, compared)
}

// probe judges two calls in each other that ask about the database itself:
// ascii(substring(…)), length(version()).
func (q *sqlQuery) probe(i int) bool {
	if !q.isCall(i) && i > 0 && (q.at(i-1).kw == "and" || q.at(i-1).kw == "or") && q.punct(i+1, "(") && q.isCall(i+2) {
		return foldIn(q.text(i+2), "version", "database", "load_file", "current_user", "system_user", "session_user", "db_name", "user")
	}
	if !q.isCall(i) || !q.isCall(i+2) {
		return false
	}
	outer, inner := lookFold(sqlFuncs, q.text(i)), lookFold(sqlFuncs, q.text(i+2))
	switch inner {
	case "version", "database", "load_file", "current_user", "system_user", "session_user", "db_name":
		return true
	case "substring", "substr", "mid":
		return outer == "ascii" || outer == "ord" || outer == "hex"
	}
	return false
}

// cast judges PostgreSQL's f(x)::int, by which an unquoted value computes.
func (q *sqlQuery) cast(i int) bool {
	if !q.punct(i+1, "(") || q.at(i).kind != sqlWord || i > 2 && !q.left {
		return false
	}
	j := q.pastParen(i + 1)
	for q.punct(j, ")") {
		j++
	}
	t := q.at(j)
	return t.kind == sqlOp && t.text == "::" && foldIn(q.text(j+1), "int", "integer", "bigint", "text", "bool", "boolean", "numeric", "double", "float", "jsonb", "json", "date", "varchar", "timestamp", "uuid", "bytea", "regclass", "name") && q.at(j).from == q.at(j-1).to
}

// catalog reports the name of a catalogue: where a schema is read from.
func (q *sqlQuery) catalog(i int) bool {
	switch lookFold(sqlCatalogs, q.text(i)) {
	case "":
		return false
	case "information_schema", "pg_catalog", "mysql", "master", "sys", "msdb", "performance_schema":
		return q.punct(i+1, ".")
	}
	return true
}

var sqlCatalogs = wordSet(`information_schema pg_catalog mysql master sys msdb performance_schema sqlite_master sqlite_schema sqlite_temp_master
 sysobjects syscolumns sysdatabases syslogins sysusers all_tables user_tables all_tab_columns user_tab_columns dba_users dba_tables
 msysobjects msysaces pg_tables pg_user pg_shadow pg_database pg_class rdb$relations systables syscat sysibm`)

// orderBy judges ORDER BY 3-- and GROUP BY x HAVING 1=1.
func (q *sqlQuery) orderBy(i int) bool {
	if q.at(i+1).kw != "by" {
		return false
	}
	j := i + 2
	before := i > 0 && !q.whole && (q.isConst(i-1) || q.punct(i-1, ")")) || i == 0 && q.left
	if i == 0 && !q.left && q.at(j).kind == sqlNum {
		return q.orderProbe(j)
	}
	if q.at(j).kind == sqlNum && before {
		for q.at(j).kind == sqlNum || q.punct(j, ",") {
			j++
		}
		return q.comment(j) || (q.left || i == 1 && q.at(0).kind == sqlNum) && q.ends(j)
	}
	if q.at(j).kw == "if" && q.punct(j+1, "(") && q.constPair(j+2) {
		return true
	}
	if q.isCall(j) || q.subselect(j) {
		return before
	}
	return q.left && before && q.at(j).kind == sqlWord && q.comment(j+1)
}

// orderProbe judges what is appended to a query that has no ORDER BY: ORDER BY
// 7--, ORDER BY 1,SLEEP(5),3.
func (q *sqlQuery) orderProbe(j int) bool {
	for n := 0; ; n++ {
		switch {
		case q.at(j).kind == sqlNum:
			j++
		case q.isCall(j):
			return n > 0
		default:
			return false
		}
		if !q.punct(j, ",") {
			return q.comment(j)
		}
		j++
	}
}

// exec judges EXEC of a procedure of the server.
func (q *sqlQuery) exec(i int) bool {
	if q.punct(i-1, ".") || q.punct(i-1, ">") || i > 0 && q.at(i-1).text == ">" {
		return false // cursor.execute("…"), which a program calls
	}
	if q.punct(i+1, "(") {
		return q.at(i+2).kind == sqlStr && !programCall(q.text(i+2)) || q.at(i+2).kind == sqlVar
	}
	w := q.text(i + 1)
	return prefixFold(w, "xp_") || prefixFold(w, "sp_") || q.at(i+1).kw == "master" && q.punct(i+2, ".")
}

// programCall reports the text of a call that a program makes, exec("ls"), and no
// database.
func programCall(literal string) bool {
	if _, w := indexAnyFold(literal, []string{"xp_", "sp_", "select", "sel", "drop", "insert", "update", "master", "declare", "char(", "ect", "0x"}); w != "" {
		return false
	}
	return true
}

// sqlLoud are functions that nothing but a database has.
var sqlLoud = wordSet(`pg_sleep extractvalue updatexml load_file xp_cmdshell xp_dirtree xp_regread randomblob pg_read_file lo_import
 gtid_subset name_const query_to_xml dbms_pipe dbms_lock utl_inaddr utl_http ctxsys dbms_xmlgen fn_xe_file_target_read_file sys_eval
 sys_exec openrowset opendatasource row_count load_extension dbms_ldap xmltype benchmark`)

// call judges a call of a function that waits, reads files or leaks by error.
func (q *sqlQuery) call(i int) bool {
	w := q.text(i)
	if lookFold(sqlLoud, w) != "" {
		if q.punct(i+1, ".") { // dbms_pipe.receive_message(
			return q.at(i+2).kind == sqlWord && (q.punct(i+3, "(") || q.punct(i+3, "."))
		}
		if !q.punct(i+1, "(") || q.punct(i+2, ")") {
			return false
		}
		return q.sqlAround(i)
	}
	if prefixFold(w, "sleep") && len(w) == 5 && q.punct(i+1, "(") && q.at(i+2).kind == sqlNum && q.punct(i+3, ")") {
		return q.sqlAround(i)
	}
	return false
}

// sqlAround reports that the call at i stands where an expression continues
// one, and not as a line of some program: the whole value, or after an
// operator of SQL.
func (q *sqlQuery) sqlAround(i int) bool {
	if i == 0 {
		j := q.pastParen(i + 1)
		return q.left || q.ends(j) || foldIn(q.at(j).kw, "and", "or", "xor", "union", "as", "from", "like", "is", "in", "between", "limit", "order")
	}
	p := q.at(i - 1)
	switch p.kw {
	case "and", "or", "xor", "select", "not", "then", "else", "when", "where", "having", "by", "like", "call", "exec", "from":
		return true
	}
	if p.kind == sqlOp && p.text != "=" && p.text != ":=" && p.text != "&&" {
		return i > 1 && (q.isConst(i-2) || q.punct(i-2, ")")) || q.left
	}
	return p.kind == sqlOp && (q.left || i > 1 && q.isConst(i-2)) || (p.text == "(" || p.text == ",") && i > 1 && (q.at(i-2).kw != "" || q.isCall(i-2))
}
