package semantics

import (
	"strings"

	"spaniel/event"
)

// failedLook is how much of a response's body is read for an error.
const failedLook = 4096

// failed reports that the operation did not succeed: by the status, or, where
// the status is 200 and the answer says otherwise, by its text. A response
// that was not seen is not a failure.
func failed(c *event.Call, kind string) bool {
	s := c.Resp.Status
	switch {
	case s == 0 || s >= 100 && s < 200:
		return false
	case s >= 400:
		return true
	case s >= 300:
		return kind == "login" && backToLogin(c.Resp.Get("Location"))
	case s == 204 || len(c.Resp.Raw) == 0:
		return false
	}
	ct := mediaType(c.Resp.Get("Content-Type"))
	body := c.RespBody()
	text := string(body[:min(len(body), failedLook)])
	switch {
	case strings.HasSuffix(ct, "json") || strings.HasPrefix(strings.TrimLeft(text, " \r\n\t"), "{"):
		return jsonSaysNo(text)
	case foldPrefix(ct, "text/html") && (kind == "login" || kind == "otp"):
		return foldContains(text, `type="password"`) || foldContains(text, "type='password'") || refusal(text)
	case foldPrefix(ct, "text/"):
		return len(text) < 512 && refusal(text)
	}
	return false
}

// backToLogin reports a redirect that sends the user back with an error.
func backToLogin(location string) bool {
	path, query, _ := strings.Cut(location, "?")
	for _, w := range []string{"error", "fail", "invalid", "denied", "wrong"} {
		if foldContains(query, w) || foldContains(path, w) {
			return true
		}
	}
	last, _ := lastSegments(path)
	return oneOf(last, "login", "signin", "sign-in", "logon") && !foldContains(query, "success") && !foldContains(query, "logged")
}

// jsonSaysNo reports a JSON answer whose own fields say that it failed. Only
// these shapes count; an "error" that is null, empty or false does not.
func jsonSaysNo(t string) bool {
	for _, k := range []string{`"success"`, `"ok"`, `"authenticated"`, `"valid"`, `"loggedIn"`, `"logged_in"`, `"isSuccess"`, `"succeeded"`} {
		if v := jsonAfter(t, k); strings.HasPrefix(v, "false") || strings.HasPrefix(v, "0,") || strings.HasPrefix(v, "0}") {
			return true
		}
	}
	for _, k := range []string{`"error"`, `"errors"`, `"error_code"`, `"errorCode"`, `"errorMessage"`, `"error_description"`} {
		v := jsonAfter(t, k)
		if v == "" || strings.HasPrefix(v, "null") || strings.HasPrefix(v, "false") || strings.HasPrefix(v, `""`) || strings.HasPrefix(v, "[]") || strings.HasPrefix(v, "{}") || strings.HasPrefix(v, "0") {
			continue
		}
		return true
	}
	for _, k := range []string{`"status"`, `"result"`, `"state"`} {
		v := jsonAfter(t, k)
		for _, w := range []string{`"error`, `"fail`, `"denied`, `"invalid`, `"unauthorized`, `"ko"`} {
			if foldPrefix(v, w) {
				return true
			}
		}
		if len(v) >= 3 && (v[0] == '4' || v[0] == '5') && digit(v[1]) && digit(v[2]) && (len(v) == 3 || !digit(v[3])) {
			return true
		}
	}
	return len(t) < 512 && refusal(t) && !strings.Contains(t, "token\":\"")
}

// jsonAfter returns the text of the value of a key, blanks passed over.
func jsonAfter(t, key string) string {
	i := strings.Index(t, key)
	if i < 0 {
		return ""
	}
	v := strings.TrimLeft(t[i+len(key):], " \t\r\n")
	if !strings.HasPrefix(v, ":") {
		return ""
	}
	return strings.TrimLeft(v[1:], " \t\r\n")
}

// refusal reports a sentence with which applications refuse.
func refusal(t string) bool {
	for _, w := range []string{"invalid credential", "invalid username", "invalid user", "invalid password", "invalid login", "invalid email", "incorrect password", "incorrect username", "incorrect login", "wrong password", "wrong username", "bad credentials", "login failed", "authentication failed", "user not found", "unknown user", "account locked",
		"account is locked", "access denied", "not authorized", "unauthorized", "invalid otp", "invalid code", "incorrect code", "wrong code", "too many attempts", "does not match", "login incorrect", "unable to log in", "login_failed", "invalid_grant", "invalid_credentials", "password is incorrect", "given username does not exist"} {
		if foldContains(t, w) {
			return true
		}
	}
	return false
}
