package semantics

import (
	"bytes"
	"encoding/json"
	"strings"
)

// An answer is what a response's JSON says of the operation.
type answer struct {
	token  bool   // it gives a token or the like
	given  string // the first of them
	no     bool   // a field of its own says that it failed
	denied bool   // a flag such as success says no
	second bool   // a further factor is asked for: the password was right
	said   bool   // a message refuses
}

// readAnswer reads the names and values of the first bytes of JSON; what
// breaks off or is none says nothing.
func readAnswer(b []byte) answer {
	var a answer
	depth := 0
	for i := 0; i < len(b); {
		switch b[i] {
		case '{', '[':
			depth++
			i++
		case '}', ']':
			depth--
			i++
		case '"':
			text, next := jsonText(b, i)
			i = next
			v := skipBlank(b, next)
			if v < len(b) && b[v] == ':' && depth <= 4 {
				i = a.member(b, text, skipBlank(b, v+1))
			}
		default:
			i++
		}
	}
	return a
}

func skipBlank(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// member reads a member whose value begins at i, and returns where to go on:
// behind a value of its own, at the start of one that holds others.
func (a *answer) member(b, name []byte, i int) int {
	if i >= len(b) {
		return i
	}
	var buf [24]byte
	key := answerName(buf[:0], name)
	switch b[i] {
	case '"':
		text, next := jsonText(b, i)
		a.text(key, text)
		return next
	case '{', '[':
		if e := skipBlank(b, i+1); e < len(b) && b[e] != '}' && b[e] != ']' && errorName(key) {
			a.no = true
		}
		return i
	}
	end := i
	for end < len(b) && strings.IndexByte(",}] \r\n\t", b[end]) < 0 {
		end++
	}
	a.plain(key, b[i:end])
	return max(end, i+1)
}

// answerName is a name in small letters without signs.
func answerName(dst, name []byte) string {
	for _, c := range name {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if (lower(c) || digit(c)) && len(dst) < cap(dst) {
			dst = append(dst, c)
		}
	}
	return string(dst)
}

func errorName(key string) bool {
	return strings.HasSuffix(key, "error") || strings.HasSuffix(key, "errors") || key == "fault" || key == "exception"
}

func flagName(key string) bool {
	switch key {
	case "success", "ok", "authenticated", "valid", "loggedin", "issuccess", "succeeded", "loginyn", "loginresult", "authorized", "isauthenticated", "successful", "result", "status":
		return true
	}
	return false
}

// codeName is 2 where any number but 0 is an error, 1 where those of HTTP are.
func codeName(key string) int {
	switch key {
	case "errcode", "errno", "errorcode", "ret", "retcode":
		return 2
	case "code", "status", "statuscode", "resultcode", "returncode", "rc", "responsecode", "state", "result", "error":
		return 1
	}
	return 0
}

func (a *answer) plain(key string, v []byte) {
	switch {
	case string(v) == "null":
	case string(v) == "true":
		a.no = a.no || errorName(key)
		a.second = a.second || secondName(key)
	case string(v) == "false":
		a.denied = a.denied || flagName(key)
	case len(v) == 1 && v[0] == '0':
		a.denied = a.denied || key == "ok" || key == "success"
	case len(v) > 0 && (digit(v[0]) || v[0] == '-'):
		a.no = a.no || errorName(key)
		switch codeName(key) {
		case 2:
			a.no = a.no || string(v) != "200"
		case 1:
			a.no = a.no || v[0] == '-' || len(v) == 3 && (v[0] == '4' || v[0] == '5')
		}
	}
}

func (a *answer) text(key string, v []byte) {
	if len(v) == 0 {
		return
	}
	if len(v) >= 8 && tokenName(key) {
		if !a.token {
			a.given = string(v)
		}
		a.token = true
		return
	}
	if codeName(key) > 0 || flagName(key) || errorName(key) {
		w := string(v[:min(len(v), 64)])
		a.word(key, w)
		a.said = a.said || refusal(strings.ReplaceAll(w, "_", " "))
	}
	if messageName(key) || errorName(key) {
		s := v
		if bytes.IndexByte(v, '\\') >= 0 {
			var plain string
			if json.Unmarshal([]byte(`"`+string(v)+`"`), &plain) == nil {
				s = []byte(plain)
			}
		}
		a.said = a.said || refusal(string(s))
	}
}

// word reads a state or code that is a word.
func (a *answer) word(key, v string) {
	for _, w := range [...]string{"mfa", "2fa", "two_factor", "otp_required", "sms_required"} {
		if foldPrefix(v, w) {
			a.second = true
			return
		}
	}
	for _, w := range [...]string{"error", "fail", "denied", "invalid", "unauthor", "bad_", "wrong", "locked", "rejected", "refused", "declined", "e4"} {
		if foldPrefix(v, w) {
			a.no = true
			return
		}
	}
	switch {
	case oneOf(v, "ko", "ng", "n", "no", "false", "nok"):
		a.denied = true
	case len(v) == 3 && (v[0] == '4' || v[0] == '5') && digit(v[1]) && digit(v[2]):
		a.no = true
	case errorName(key) || codeName(key) == 2:
		a.no = a.no || !oneOf(v, "0", "00", "0000", "none", "ok", "success", "null", "200")
	}
}

func secondName(key string) bool {
	return oneOf(key, "mfarequired", "requires2fa", "requiremfa", "twofactorrequired", "otprequired", "requirestwofactor", "requiresotp")
}

// tokenName reports a member that is given to those who got in.
func tokenName(key string) bool {
	switch key {
	case "token", "accesstoken", "jwt", "idtoken", "sessiontoken", "authtoken", "sessionid", "access", "ticket", "clienttoken", "bearer", "authenticationtoken", "apikey", "apitoken", "usertoken", "key", "refreshtoken", "loginticket", "session":
		return true
	}
	return false
}

func messageName(key string) bool {
	switch key {
	case "message", "msg", "errmsg", "errormessage", "errormsg", "mensaje", "mensagem", "nachricht", "reason", "detail", "details", "description", "errordescription", "text", "statustext", "resultmsg", "errorsummary", "statusmessage", "warning", "info", "faultstring":
		return true
	}
	return false
}
