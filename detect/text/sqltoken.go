package text

import "strings"

// sqlKind is what a SQL token is.
type sqlKind uint8

const (
	sqlEnd     sqlKind = iota
	sqlNum             // 1, 0x41, 1e3
	sqlStr             // a quoted string, closed or cut by the end of the value
	sqlWord            // a keyword (kw set) or another identifier
	sqlVar             // @x, @@version
	sqlOp              // = < > <> + - * / % ^ | & ~ ! :=
	sqlPunct           // ( ) , ; . { } [ ]
	sqlComment         // -- x, # x, and a /* that is never closed
)

// A sqlTok is one token; from and to are its place in the value.
type sqlTok struct {
	kind     sqlKind
	from, to int
	// text is the operator or punctuation, kw a known keyword in lower case.
	text, kw string
	open     bool // a string that the value's end cut: the query's own quote closes it
}

// sqlTokens bounds the tokens looked at in one value: those that matter come
// early, and the array stands on the stack.
const sqlTokens = 160

// sqlKeywords are the words the grammar of sqli.go asks about.
var sqlKeywords = wordSet(`union select all distinct distinctrow top from where and or xor not like rlike regexp ilike glob similar
 between in is null true false having group order by limit offset into outfile dumpfile values set table database schema procedure
 analyse case when then else end exists if div mod as join insert update delete drop truncate create alter exec execute declare
 waitfor delay time shutdown nowait grant call begin merge replace copy user view index function trigger login column master
 binary asc desc using print raiserror handler load_file rename kill backup restore returning with recursive any some`)

// sqlFuncs are functions whose call shows that a value computes in SQL.
var sqlFuncs = wordSet(`sleep benchmark pg_sleep extractvalue updatexml load_file ascii substring substr mid ord char chr length len
 version database user current_user session_user system_user concat group_concat concat_ws convert cast count if ifnull iif hex unhex
 char_length lower upper left right make_set elt name_const json_keys gtid_subset polygon exp floor rand md5 sha1 dcount last
 row_count schema db_name user_name suser_name host_name object_id col_name is_srvrolemember xmltype randomblob sqlite_version
 nvl decode coalesce nullif greatest least abs sign conv instr locate position strcmp field isnull bitand rownum quote_literal
 current_database current_schema pg_read_file lo_import dbms_pipe dbms_lock utl_inaddr utl_http ctxsys ascii2 bin find_in_set
 json_extract json_length regexp_substring regexp_like likelihood typeof tochar to_char now sysdate curdate array_agg string_agg
 pi cos sin tan compress uncompress sounds bit_length octet_length oct xmlquery xmlexists fn_xe_file_target_read_file openrowset opendatasource soundex reverse replace repeat rpad lpad`)

// sqlWords are both: the words without which no unquoted value is SQL.
var sqlWords = func() map[string]string {
	set := make(map[string]string)
	for _, from := range []map[string]string{sqlKeywords, sqlFuncs} {
		for w := range from {
			set[w] = w
		}
	}
	return set
}()

// wordSet makes a set that also hands back the word's own spelling, so that a
// look-up of folded bytes allocates nothing.
func wordSet(words string) map[string]string {
	set := make(map[string]string)
	for w := range strings.FieldsSeq(words) {
		set[w] = w
	}
	return set
}

// lookFold returns the word of set that equals w without regard to ASCII case, or "".
func lookFold(set map[string]string, w string) string {
	var buf [40]byte
	if len(w) > len(buf) {
		return ""
	}
	for i := 0; i < len(w); i++ {
		buf[i] = lowerByte(w[i])
	}
	return set[string(buf[:len(w)])]
}

// A sqlLexer cuts a value into tokens.
type sqlLexer struct {
	s  string
	at int
	// runs says that a /*! comment, whose content MySQL executes, is open.
	runs bool
}

// next returns the next token; kind sqlEnd at the end.
func (l *sqlLexer) next() sqlTok {
	for l.at < len(l.s) {
		c := l.s[l.at]
		switch {
		case isSpace(c) || c == 0 || c == 0xa0: // 0xa0 at a token's start is MySQL's blank
			l.at++
		case c == '/' && strings.HasPrefix(l.s[l.at:], "/*"):
			if t, ok := l.block(); ok {
				return t
			}
		case c == '*' && l.runs && strings.HasPrefix(l.s[l.at:], "*/"):
			l.at += 2
			l.runs = false
		case c == '#' || c == '-' && strings.HasPrefix(l.s[l.at:], "--"):
			if t, ok := l.line(); ok {
				return t
			}
		default:
			return l.token(c)
		}
	}
	return sqlTok{kind: sqlEnd, from: len(l.s), to: len(l.s)}
}

// block passes over /* … */; a comment that is never closed is a token.
func (l *sqlLexer) block() (sqlTok, bool) {
	from := l.at
	if strings.HasPrefix(l.s[from:], "/*!") {
		l.at += 3
		for l.at < len(l.s) && isDigit(l.s[l.at]) {
			l.at++
		}
		l.runs = true
		return sqlTok{}, false
	}
	end := strings.Index(l.s[from+2:], "*/")
	if end < 0 {
		l.at = len(l.s)
		return sqlTok{kind: sqlComment, from: from, to: len(l.s), text: "/*"}, true
	}
	l.at = from + 2 + end + 2
	return sqlTok{}, false
}

// line takes a comment up to the end of the line. One with more SQL after it
// is white space; one that ends the value is a token.
func (l *sqlLexer) line() (sqlTok, bool) {
	from := l.at
	end := strings.IndexByte(l.s[from:], '\n')
	if end >= 0 && strings.TrimSpace(l.s[from+end:]) != "" {
		l.at = from + end + 1
		return sqlTok{}, false
	}
	l.at = len(l.s)
	text := "--"
	if l.s[from] == '#' {
		text = "#"
	}
	return sqlTok{kind: sqlComment, from: from, to: l.at, text: text}, true
}

func (l *sqlLexer) token(c byte) sqlTok {
	from := l.at
	switch {
	case c == '\'' || c == '"' || c == '`':
		to, open := sqlQuoted(l.s, from+1, c)
		l.at = to
		return sqlTok{kind: sqlStr, from: from, to: to, open: open}
	case isDigit(c):
		l.at = sqlNumber(l.s, from)
		return sqlTok{kind: sqlNum, from: from, to: l.at}
	case c == '@':
		for l.at < len(l.s) && l.s[l.at] == '@' {
			l.at++
		}
		if end := wordEnd(l.s, l.at); end > l.at {
			l.at = end
			return sqlTok{kind: sqlVar, from: from, to: l.at}
		}
		return sqlTok{kind: sqlPunct, from: from, to: l.at, text: "@"}
	case isWord(c) || c >= 0x80:
		// a lone 0xa0 is MySQL's blank; after another high byte it is part of a letter
		for l.at < len(l.s) && (isWord(l.s[l.at]) || l.s[l.at] >= 0x80 && (l.s[l.at] != 0xa0 || l.s[l.at-1] >= 0x80) || l.s[l.at] == '$') {
			l.at++
		}
		return sqlTok{kind: sqlWord, from: from, to: l.at, kw: lookFold(sqlKeywords, l.s[from:l.at])}
	case strings.IndexByte("(),;.{}[]", c) >= 0:
		l.at++
		return sqlTok{kind: sqlPunct, from: from, to: l.at, text: l.s[from:l.at]}
	}
	l.at++
	for l.at < len(l.s) && l.at < from+3 && strings.IndexByte("=<>|&!:*", l.s[l.at]) >= 0 &&
		!strings.HasPrefix(l.s[l.at:], "*/") && !strings.HasPrefix(l.s[l.at-1:], "/*") {
		l.at++
	}
	return sqlTok{kind: sqlOp, from: from, to: l.at, text: l.s[from:l.at]}
}

// sqlQuoted returns the end of a string opened before i; open when the value ends first.
func sqlQuoted(s string, i int, q byte) (to int, open bool) {
	for ; i < len(s); i++ {
		switch {
		case s[i] == '\\' && q != '`':
			i++
		case s[i] != q:
		case i+1 < len(s) && s[i+1] == q:
			i++ // a doubled quote stays inside
		default:
			return i + 1, false
		}
	}
	return len(s), true
}

// sqlNumber returns the end of the number at i. Letters glued to digits make
// it an identifier's tail (1and is 1 then and, as MySQL reads it).
func sqlNumber(s string, i int) int {
	if s[i] == '0' && i+1 < len(s) && (s[i+1]|0x20) == 'x' {
		j := i + 2
		for j < len(s) && strings.IndexByte("0123456789abcdefABCDEF", s[j]) >= 0 {
			j++
		}
		if j > i+2 {
			return j
		}
	}
	for i < len(s) && (isDigit(s[i]) || s[i] == '.') {
		i++
	}
	if i+1 < len(s) && (s[i]|0x20) == 'e' && isDigit(s[i+1]) {
		for i++; i < len(s) && isDigit(s[i]); i++ {
		}
	}
	return i
}

// lexSQL fills dst with the tokens of s from at; the last token is sqlEnd.
func lexSQL(dst []sqlTok, s string, at int) []sqlTok {
	l := sqlLexer{s: s, at: at}
	dst = dst[:0]
	for {
		t := l.next()
		if t.kind == sqlEnd {
			break
		}
		if len(dst) == sqlTokens {
			// more follows: whatever stands last does not end the value
			dst[len(dst)-1] = sqlTok{kind: sqlPunct, from: t.from, to: t.from, text: "…"}
			break
		}
		dst = append(dst, t)
	}
	return append(dst, sqlTok{kind: sqlEnd, from: len(s), to: len(s)})
}
