package text

import "strings"

const nosqliNeeds = "$'\"|;{(="

// NoSQLiNeeds returns bytes of which a value must hold one for NoSQLi to match.
func NoSQLiNeeds() string { return nosqliNeeds }

// NoSQLi reports a value that leaves a string of a document database's
// script, or that is itself a query by operators where a plain value belongs.
//
// It knows the script of MongoDB ('; return true; var x=', ' || '1'=='1, this.x)
// and JSON objects of operators that match anything ({"$ne":null}, {"$gt":""},
// {"$regex":".*"}, {"$where":"…"}). A filter with operators and real bounds
// ({"price":{"$gte":10}}) is silent.
//
// Returns: where it begins, and its text.
//
// Example: NoSQLi(`{"$ne": null}`) = 0, `{"$ne": null}`, true; NoSQLi(`{"price":{"$gte":10}}`) is silent.
func NoSQLi(s string) (offset int, match string, ok bool) { return talk{}.unless(s, nosqli) }

// nosqli is NoSQLi wherever it stands.
func nosqli(s string) (offset int, match string, ok bool) {
	if len(s) < 5 || !strings.ContainsAny(s, nosqliNeeds) {
		return none()
	}
	s = clip(s)
	if strings.IndexByte(s, '$') >= 0 {
		if operatorName(s) {
			return found(s, 0, len(s))
		}
		if at := operatorObject(s); at >= 0 {
			return found(s, at, len(s))
		}
	}
	if at := mongoScript(s); at >= 0 {
		return found(s, at, len(s))
	}
	return none()
}

// NoSQLiPlace reports a leaf whose place holds an operator ("query.user[$ne]",
// "body.password.$gt") where the operator is there to match anything: on a
// field that names an identity or secret, or with a bound that bounds nothing.
//
// Returns: 0, the operator with its field, true.
//
// Example: NoSQLiPlace("body.password.$ne", "") = 0, "password.$ne", true; NoSQLiPlace("query.price[$gte]", "10") is silent.
func NoSQLiPlace(place, value string) (offset int, match string, ok bool) {
	d := strings.LastIndexByte(place, '$')
	if d <= 0 || len(place) > 1024 {
		return none()
	}
	end := wordEnd(place, d+1)
	op := place[d+1 : end]
	field := strings.TrimRight(place[:d], "[.")
	for { // pin[$not][$eq]: the field is what the outermost operator is of
		i := strings.LastIndexByte(field, '$')
		if i <= 0 || !operatorKnown(strings.TrimRight(field[i+1:], "]")) {
			break
		}
		field = strings.TrimRight(field[:i], "[.")
	}
	if i := strings.LastIndexAny(field, ".["); i >= 0 {
		field = field[i+1:]
	}
	field = strings.TrimRight(field, "]")
	text := place[max(0, d-1-len(field)):end]
	if operatorMatchesAll(op, value) || operatorKnown(op) && secretField(field) {
		return 0, text, true
	}
	return none()
}

// NoSQLiPlaces reports whether NoSQLiPlace can find anything in that place.
func NoSQLiPlaces(place string) bool { return strings.LastIndexByte(place, '$') > 0 }

// NoSQLiName reports a name without which, or its like, NoSQLiPlace finds nothing
// in a place.
func NoSQLiName(name string) bool { return strings.IndexByte(name, '$') >= 0 }

// operatorKnown reports an operator that compares or computes.
func operatorKnown(op string) bool {
	switch op {
	case "ne", "gt", "gte", "lt", "lte", "in", "nin", "regex", "exists", "not", "eq", "where", "expr", "function", "func", "type", "mod", "all", "size", "elemMatch", "nor", "or", "and", "jsonSchema", "accumulator", "text", "comment", "options":
		return true
	}
	return false
}

// operatorMatchesAll reports an operator with a bound that lets all through,
// or one that runs code.
func operatorMatchesAll(op, value string) bool {
	v := strings.Trim(value, " \"'")
	switch op {
	case "where", "function", "accumulator", "func":
		return value != ""
	case "ne":
		return v == "" || v == "null" || v == "-1" || v == "0" || v == "1" || v == "x" || v == "xyz" || v == "foo" || v == "undefined" || v == "toto"
	case "gt", "gte":
		return v == "" || v == "undefined"
	case "regex":
		return v == "" || v == ".*" || v == "^" || v == ".{0,}" || v == "^.*" || v == "^.*$" || v == ".+" || v == "." || strings.HasPrefix(v, "^.{")
	case "nin":
		return v == "" || v == "[]"
	}
	return false
}

// secretField reports a field that names who someone is or proves it: no
// filter API offers ranges of these.
func secretField(f string) bool {
	return foldIn(f, "user", "username", "user_name", "login", "userlogin", "email", "e-mail", "mail", "password", "passwd", "pass", "pwd", "passphrase", "token", "secret", "apikey", "api_key", "otp", "pin", "code", "resettoken", "reset_token",
		"resetpasswordtoken", "coupon", "coupon_code", "session", "sessionid", "uname", "userid", "user_id", "account", "mfa", "answer", "credential", "access_token", "refresh_token")
}

// operatorObject finds, in a value that is or holds JSON, an operator that
// matches anything.
func operatorObject(s string) int {
	for at := 0; ; {
		i := strings.IndexByte(s[at:], '$')
		if i < 0 {
			return -1
		}
		i += at
		end := wordEnd(s, i+1)
		at = i + 1
		if end == i+1 || !operatorKnown(s[i+1:end]) || i == 0 {
			continue
		}
		j := end
		if q := s[i-1]; q == '"' || q == '\'' {
			if j >= len(s) || s[j] != q {
				continue
			}
			j++
		} else if s[i-1] == '[' { // user[$ne]=x in a value that is a query
			if j+1 < len(s) && s[j] == ']' && s[j+1] == '=' {
				value, _, _ := strings.Cut(s[j+2:], "&")
				if _, _, hit := NoSQLiPlace(lastField(s[:i-1])+"[$"+s[i+1:end]+"]", value); hit {
					return i - 1
				}
			}
			continue
		} else if s[i-1] != '{' && s[i-1] != ',' && !isSpace(s[i-1]) {
			continue
		}
		if j = skipSpace(s, j); j >= len(s) || s[j] != ':' {
			continue
		}
		value := jsonScalar(s[j+1:])
		if op := s[i+1 : end]; op == "or" && strings.HasPrefix(strings.ReplaceAll(s[j+1:min(len(s), j+12)], " ", ""), "[{}") {
			return max(0, strings.LastIndexByte(s[:i], '{'))
		}
		if operatorMatchesAll(s[i+1:end], value) {
			return max(0, strings.LastIndexByte(s[:i], '{'))
		}
	}
}

// operatorName reports a value that is the name of a parameter with an operator,
// as one is that had to be decoded to be one: username[$ne].
func operatorName(s string) bool {
	i := strings.Index(s, "[$")
	if i <= 0 || len(s) > 128 || wordEnd(s, 0) != i {
		return false
	}
	end := wordEnd(s, i+2)
	if !operatorKnown(s[i+2:end]) || !strings.HasPrefix(s[end:], "]") || strings.Trim(s[end:], "[]$0123456789abcdefghijklmnopqrstuvwxyz") != "" {
		return false
	}
	op := s[i+2 : end]
	return secretField(s[:i]) || op == "where" || op == "func"
}

// lastField returns the name a query's bracket belongs to.
func lastField(s string) string {
	i := strings.LastIndexAny(s, "&?= ")
	return s[i+1:]
}

// jsonScalar returns the scalar (or empty array) JSON text s begins with.
func jsonScalar(s string) string {
	s = strings.TrimLeft(s, " \t\r\n")
	if s == "" {
		return "\x01" // cut off: no value to judge
	}
	if s[0] == '"' || s[0] == '\'' {
		if i := strings.IndexByte(s[1:], s[0]); i >= 0 {
			return s[1 : i+1]
		}
		return s[1:]
	}
	if strings.HasPrefix(s, "[]") {
		return "[]"
	}
	if i := strings.IndexAny(s, ",}] \r\n"); i >= 0 {
		s = s[:i]
	}
	if s == "" || s[0] == '{' || s[0] == '[' {
		return "\x01"
	}
	return s
}

// mongoScript finds a value that leaves a string of JavaScript in a query.
func mongoScript(s string) int {
	if len(s) > 2000 {
		return -1
	}
	own := [2]bool{} // within a literal of the value's own, by kind of quote
	_, page := indexAnyFold(s, []string{"document.", "window.", "addeventlistener", "<script"})
	whole := [2]bool{page != "" && strings.Count(s, "'")%2 == 0, page != "" && strings.Count(s, "\"")%2 == 0}
	for i := 0; i < len(s); i++ {
		if s[i] != '\'' && s[i] != '"' {
			continue
		}
		kind := boolInt(s[i] == '"')
		if own[kind] = !own[kind]; !own[kind] && whole[kind] {
			continue // it ends what it began
		}
		j := i + 1
		for j < len(s) && (isSpace(s[j]) || s[j] == ')' || s[j] == '}' || s[j] == ']') {
			j++
		}
		r := s[j:]
		switch {
		case strings.HasPrefix(r, "||") || strings.HasPrefix(r, "&&"):
			if scriptCondition(strings.TrimLeft(r[2:], " (!")) {
				return i
			}
		case strings.HasPrefix(r, ";"):
			if _, w := indexAnyFold(r[:min(len(r), 120)], []string{"return true", "return 1", "return(true)", "var date", "while(1)", "while(true)", "sleep(", "db.", "this.", "var d", "return db", "return this", "return '", "new date(", "do{", "return \"\"", "return !", "throw new error("}); w != "" {
				return i
			}
		case strings.HasPrefix(r, "+(function(") || strings.HasPrefix(r, "+this."):
			return i
		case cypher(r):
			return i
		}
	}
	if len(s) < 64 && (strings.Contains(s, "||") || strings.Contains(s, "&&")) {
		if _, r, ok := strings.Cut(s, "||"); ok && words(s[:strings.Index(s, "||")], 2) < 2 && len(r) > 3 && equalConstants(strings.TrimSpace(r)) {
			return strings.Index(s, "||")
		}
		if r := strings.TrimLeft(s, " "); prefixFold(r, "&& this.") || prefixFold(r, "|| this.") {
			return 0
		}
	}
	t := strings.TrimLeft(s, " ;{('\"0123456789)}")
	for _, w := range []string{"return true", "return this.", "sleep(5000", "db.getcollection", "db.users.", "db.injection", "this.password", "this.passwordhash", "function(){return", "function() { return", "while(true)", "true, $where", "$where", "tojson(this", "db.injection", "var date", "var d=new date", "function(){", "db.getname", "this.constructor", "while(1)", "tojsononeline(this"} {
		if prefixFold(t, w) && len(s) < 300 {
			return 0
		}
	}
	if i := strings.Index(s, "$where:"); i > 0 {
		return i
	}
	if i := strings.Index(s, "$or: ["); i > 0 && strings.ContainsAny(s[:i], "'\"") && strings.IndexByte(s[:i], '{') < 0 {
		return i
	}
	if i := strings.Index(s, "$comment:"); i > 0 && strings.ContainsAny(s[:i], "'\"}") {
		return i
	}
	return -1
}

// equalConstants reports 1==1 at the beginning of what follows an operator: two like
// numbers, as scripts compare and SQL does not.
func equalConstants(r string) bool {
	i := strings.Index(r, "==")
	if i <= 0 || !isDigits(strings.TrimSpace(r[:i])) {
		return false
	}
	return strings.HasPrefix(strings.TrimLeft(r[i:], "= "), strings.TrimSpace(r[:i]))
}

// cypher reports how a value goes on that left a string of Neo4j's language: RETURN n
// //, MATCH (n), LOAD CSV FROM, CALL db.labels().
func cypher(r string) bool {
	if len(r) > 300 || strings.IndexByte(r, '\n') >= 0 {
		return false
	}
	comment := strings.Contains(r, "//")
	switch {
	case prefixFold(r, "return "):
		return comment && len(r) < 200 && (indexFold(r, "match (") > 0 || len(r) < 24)
	case prefixFold(r, "match ("):
		return indexFold(r, "return ") > 0 || comment
	case prefixFold(r, "load csv "):
		return true
	case prefixFold(r, "detach delete"):
		return comment
	case prefixFold(r, "call "):
		return indexFold(r, " yield ") > 0
	case prefixFold(r, "with 1 as "):
		return indexFold(r, "match (") > 0
	}
	return false
}

// scriptCondition reports a condition in JavaScript, which SQL would not
// read: ==, ===, this.x, a bare true.
func scriptCondition(r string) bool {
	if prefixFold(r, "this.") || prefixFold(r, "object.keys(this)") || prefixFold(r, "typeof this") || prefixFold(r, "true") && (len(r) < 6 || strings.ContainsAny(r[4:min(len(r), 8)], "/;|&)'\"")) {
		return true
	}
	i := strings.Index(r, "==")
	if i < 0 || i > 24 {
		return i < 0 && len(r) > 1 && (r[0] == '1' && (strings.HasPrefix(r[1:], "||") || strings.HasPrefix(r[1:], "//") || strings.HasPrefix(r[1:], "%00")))
	}
	left := strings.TrimSpace(r[:i])
	return left != "" && (left[0] == '\'' || left[0] == '"' || isDigit(left[0]))
}
