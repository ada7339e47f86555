package text

import "strings"

// sqlErrors are words of the messages of database engines, lower case, each
// with the engine that writes it. Order: the more telling first.
var sqlErrors = []struct{ engine, text string }{
	{"mysql", "you have an error in your sql syntax"}, {"mysql", "check the manual that corresponds to your mysql"}, {"mysql", "check the manual that corresponds to your mariadb"}, {"mysql", "mysqlsyntaxerrorexception"}, {"mysql", "com.mysql.jdbc"}, {"mysql", "com.mysql.cj"},
	{"mysql", "valid mysql result"}, {"mysql", "unknown column '"}, {"mysql", "mysql_fetch_"}, {"mysql", "mysqli_fetch_"}, {"mysql", "mysql server version for the right syntax"}, {"mysql", "xpath syntax error: '"}, {"mysql", "er_parse_error"},
	{"postgres", "unterminated quoted string at or near"}, {"postgres", "pg::syntaxerror"}, {"postgres", "org.postgresql.util.psqlexception"}, {"postgres", "pg_query():"}, {"postgres", "pg_exec():"}, {"postgres", "syntax error at or near \""}, {"postgres", "npgsql."}, {"postgres", "psycopg2.errors"}, {"postgres", "invalid input syntax for integer"}, {"postgres", "invalid input syntax for type"},
	{"mssql", "unclosed quotation mark after the character string"}, {"mssql", "microsoft ole db provider for sql server"}, {"mssql", "microsoft sql native client error"}, {"mssql", "[sql server]"}, {"mssql", "system.data.sqlclient.sqlexception"}, {"mssql", "incorrect syntax near"}, {"mssql", "conversion failed when converting the"}, {"mssql", "odbc sql server driver"}, {"mssql", "com.microsoft.sqlserver.jdbc"}, {"mssql", "mssql_query()"},
	{"oracle", "quoted string not properly terminated"}, {"oracle", "ora-00933"}, {"oracle", "ora-01756"}, {"oracle", "ora-00936"}, {"oracle", "ora-00921"}, {"oracle", "ora-01722"}, {"oracle", "ora-00942"}, {"oracle", "oracle.jdbc"}, {"oracle", "ora-0"}, {"oracle", "ora-1"}, {"oracle", "pls-00306"}, {"oracle", "oci_parse()"},
	{"sqlite", "sqlite3::sqlexception"}, {"sqlite", "sqlite3.operationalerror"}, {"sqlite", "sqlite_error"}, {"sqlite", "sqlite error"}, {"sqlite", "unrecognized token: \""}, {"sqlite", "near \"union\": syntax error"}, {"sqlite", "\": syntax error"}, {"sqlite", "system.data.sqlite.sqliteexception"}, {"sqlite", "org.sqlite.sqliteexception"}, {"sqlite", "sqlite3::query"},
	{"db2", "cli driver][db2"}, {"db2", "db2 sql error"}, {"db2", "com.ibm.db2.jcc"}, {"db2", "sqlcode=-"},
	{"access", "microsoft jet database engine"}, {"access", "microsoft access driver"}, {"access", "jet.oledb"}, {"access", "syntax error (missing operator) in query expression"},
	{"sybase", "sybase message"}, {"sybase", "com.sybase.jdbc"}, {"informix", "com.informix.jdbc"}, {"informix", "warning: ibase_"}, {"firebird", "dynamic sql error"}, {"interbase", "org.firebirdsql.jdbc"}, {"ingres", "ingres sqlstate"}, {"ingres", "com.ingres.gcf.jdbc"}, {"frontbase", "exception (condition )"}, {"maxdb", "sql error: pos "}, {"maxdb", "com.sap.dbtech"},
	{"hsqldb", "org.hsqldb.jdbc"}, {"hsqldb", "unexpected end of command in statement"}, {"hsqldb", "unexpected token: "}, {"h2", "org.h2.jdbc"}, {"monetdb", "[monetdb]"}, {"derby", "org.apache.derby"}, {"vertica", "com.vertica"}, {"presto", "com.facebook.presto"}, {"clickhouse", "db::exception: syntax error"}, {"clickhouse", "code: 62. db::exception"}, {"cassandra", "no viable alternative at input"}, {"mckoi", "com.mckoi.jdbcdriver"}, {"emc", "[dm_query_e_syntax]"}, {"cubrid", "cubrid_error"}, {"virtuoso", "sq074: line "}, {"snowflake", "sql compilation error:"},
	{"db2", "sqlcode: -"}, {"db2", "[ibm][cli driver]"}, {"informix", "informix odbc driver"}, {"informix", "exception: informix"}, {"firebird", "ibase_query"}, {"firebird", "sql error code = -104"}, {"sybase", "sybase.data.aseclient"}, {"sybase", "adaptive server"}, {"ingres", "warning: ingres_"}, {"hsqldb", "hsqldb exception"}, {"mariadb", "mariadb server version for the right syntax"}, {"mysql", "warning: mysql_"}, {"mysql", "er_bad_field_error"}, {"mysql", "er_no_such_table"}, {"postgres", "psycopg2.programmingerror"}, {"postgres", "pdoexception: sqlstate"}, {"mssql", "microsoft.data.sqlclient"}, {"mssql", "odbc driver 17 for sql server"}, {"mssql", "odbc driver 18 for sql server"}, {"oracle", "oracle error"}, {"sqlite", "sqlite_constraint"}, {"sqlite", "no such column: "}, {"sqlite", "no such table: "}, {"sqlite", "sqlite3.warning"}, {"cockroach", "pq: syntax error"}, {"postgres", "pq: invalid input syntax"}, {"trino", "io.trino.sql"}, {"sql", "prismaclientknownrequesterror"}, {"sql", "queryfailederror"}, {"sql", "unclosed quotation mark"},
	{"sql", "sqlstate["}, {"sql", "sqlstate: "}, {"sql", "supplied argument is not a valid "}, {"sql", "pdoexception"}, {"sql", "java.sql.sqlexception"}, {"sql", "java.sql.sqlsyntaxerrorexception"}, {"sql", "sqlalchemy.exc."}, {"sql", "sequelizedatabaseerror"}, {"sql", "activerecord::statementinvalid"}, {"sql", "org.hibernate.queryexception"}, {"sql", "org.hibernate.exception.sqlgrammarexception"}, {"sql", "badsqlgrammarexception"}, {"sql", "zend_db_statement"}, {"sql", "system.data.oledb.oledbexception"}, {"sql", "django.db.utils"}, {"sql", "quoted identifier must not contain"},
}

// sqlErrorTexts finds any of the messages in one pass over a body.
var sqlErrorTexts = func() *phrases {
	var texts []string
	for _, e := range sqlErrors {
		texts = append(texts, e.text)
	}
	p := newPhrases(texts)
	p.screen = newScreen(SQLErrorWords()...)
	return p
}()

// SQLErrorWords is LeakFileWords for SQLError.
func SQLErrorWords() (words []string) {
	for _, e := range sqlErrors {
		if len(e.text) >= screenMin {
			words = append(words, e.text)
			continue
		}
		for n := range 100 { // ora-0 and ora-1, which count before five digits
			words = append(words, e.text+string(rune('0'+n/10))+string(rune('0'+n%10)))
		}
	}
	return words
}

// SQLError reports the error message of a database in a response's text.
//
// Returns: where it is, and the message's text from there, 160 bytes at most.
//
// Example: SQLError("You have an error in your SQL syntax; check …") = 0, that text, true.
func SQLError(s string) (offset int, match string, ok bool) {
	at, _ := sqlErrorAt(s)
	if at < 0 {
		return none()
	}
	return found(s, at, at+160)
}

// SQLErrorEngine names the engine whose message SQLError found, "sql" where
// only a layer above it shows, "" if there is none.
func SQLErrorEngine(s string) string {
	_, engine := sqlErrorAt(s)
	return engine
}

func sqlErrorAt(s string) (at int, engine string) {
	s = clip(s)
	for from := 0; from < len(s); {
		i, text := sqlErrorTexts.find(s[from:])
		if i < 0 {
			break
		}
		i += from
		from = i + 1
		if !sqlErrorHolds(s, i, text) {
			continue
		}
		for _, e := range sqlErrors {
			if e.text == text {
				return i, e.engine
			}
		}
	}
	return -1, ""
}

// sqlErrorHolds asks more of the texts that are also words of other messages.
func sqlErrorHolds(s string, i int, text string) bool {
	switch text {
	case "ora-0", "ora-1":
		return i+9 <= len(s) && isDigits(s[i+4:i+9]) && (i == 0 || !isWord(s[i-1]))
	case "unexpected token: ":
		return indexFold(s, "sql") >= 0
	case "supplied argument is not a valid ":
		return indexFold(s, "result") >= 0
	case "\": syntax error":
		return indexFold(s, "near \"") >= 0
	}
	return true
}

// stackMarks are pieces of stack traces by language.
var stackMarks = newPhrases([]string{"traceback (most recent call last)", "goroutine 1 [", "goroutine running", " [running]:\n", "[running]: ", "com.mongodb.mongo", "mongoservererror", "mongoerror:", "cast to objectid failed", "redis.exceptions.", "' panicked at ", "org.elasticsearch.", "at object.<anonymous>", "system.argumentexception", "system.invalidoperationexception", "java.lang.illegalargumentexception", "java.io.filenotfoundexception", "java.lang.classcastexception", "java.lang.arrayindexoutofbounds", "</b> on line <b>", "jinja2.exceptions", "flask.app", "rails.root:", "application trace", "com.sun.faces", "javax.servlet.servletexception", "microsoft.aspnetcore.", "twig\\error", "pymongo.errors", "illuminate\\", "panic: runtime error", "system.nullreferenceexception", "   at system.", "java.lang.nullpointerexception", "exception in thread \"", "caused by: java", "caused by: org", "org.springframework.web.util.nestedservletexception",
	"fatal error: uncaught", "stack trace:\n#0", "uncaught exception '", "<b>warning</b>:", "<b>fatal error</b>:", "<b>parse error</b>:", "werkzeug debugger", "actioncontroller::", "actionview::template::error", "nomethoderror", "whitelabel error page", "django.core.exceptions", "unhandled exception rejection", "microsoft vbscript runtime error", "server error in '/' application", "laravel\\framework", "symfony\\component\\"})

// StackTraceWords is LeakFileWords for StackTrace. What is no word of its own
// is a frame, which has a bracket.
func StackTraceWords() []string { return append(stackMarks.words(), "(") }

// StackTrace reports a stack trace or a framework's debug page in a response.
//
// Returns: where it begins, and its text.
//
// Example: StackTrace("Traceback (most recent call last):\n  File …") = 0, that text, true.
func StackTrace(s string) (offset int, match string, ok bool) {
	s = clip(s)
	if at, w := stackMarks.find(s); w != "" {
		return found(s, at, len(s))
	}
	// two frames in a row: "\tat com.x.Y.z(Y.java:42)", "    at f (/srv/a.js:1:2)"
	for _, frame := range []string{"at "} {
		for at, n := 0, 0; ; {
			i := strings.Index(s[at:], frame)
			if i < 0 || n > 200 {
				break
			}
			n++
			i += at
			at = i + len(frame)
			end := strings.IndexByte(s[i:], '\n')
			if end < 0 {
				end = len(s) - i
			}
			if l := s[i : i+min(end, 300)]; strings.IndexByte(l, '(') > 0 && (strings.Contains(l, ".java:") || strings.Contains(l, ".jsx:") || strings.Contains(l, ".mjs:") || strings.Contains(l, ".js:") || strings.Contains(l, ".ts:") || strings.Contains(l, ".kt:") || strings.Contains(l, ".scala:") || strings.Contains(l, ".cs:line")) {
				return found(s, i, i+len(l))
			}
		}
	}
	return none()
}
