package semantics

import (
	"bytes"
	"strings"

	"spaniel/event"
)

// How much of a response's body is read for an error: of an answer to a
// program, and of a page.
const (
	failedLook = 4096
	pageLook   = 32 << 10
	shortText  = 1024
)

// failed reports that the operation did not succeed: by the status, or, where
// the status is 200 and the answer says otherwise, by its text. A response
// that was not seen is not a failure.
func failed(c *event.Call, kind string) bool {
	s := c.Resp.Status
	switch {
	case s == 0 || s >= 100 && s < 200:
		return false
	case s >= 400:
		return !(kind == "login" && s < 404 && asksSecond(c))
	case s >= 300:
		return guarded(kind) && sentBack(c)
	case s == 204 || len(c.Resp.Raw) == 0:
		return false
	}
	ct := mediaType(c.Resp.Get("Content-Type"))
	body := c.RespBody()
	head := body[:min(len(body), failedLook)]
	first := bytes.TrimLeft(head, " \r\n\t")
	switch {
	case strings.HasSuffix(ct, "json") || len(first) > 0 && first[0] == '{':
		return saysNo(head, kind)
	case foldPrefix(ct, "text/html"):
		return guarded(kind) && pageRefuses(string(body[:min(len(body), pageLook)]))
	case strings.HasSuffix(ct, "xml"):
		return xmlRefuses(string(head), kind)
	case foldPrefix(ct, "text/"):
		return len(body) < shortText && (refusal(string(head)) || foldPrefix(string(first), "fail") || foldPrefix(string(first), "error"))
	}
	return false
}

// guarded reports the kinds whose refusal comes as a page or a redirect.
func guarded(kind string) bool { return kind == "login" || kind == "otp" || kind == "signup" }

// saysNo reports a JSON answer whose own fields say that it failed. An "error"
// that is null, empty or false does not.
func saysNo(head []byte, kind string) bool {
	a := readAnswer(head)
	switch {
	case a.denied:
		return true
	case a.token || a.second && kind == "login":
		return false
	}
	return a.no || a.said && kind != "payment"
}

// asksSecond reports a refusal that only asks for a further factor.
func asksSecond(c *event.Call) bool {
	if len(c.Resp.Raw) == 0 {
		return false
	}
	b := c.RespBody()
	return readAnswer(b[:min(len(b), failedLook)]).second
}

func pageRefuses(t string) bool {
	for _, quote := range [...]string{`type="password"`, "type='password'", "type=password"} {
		if foldContains(t, quote) {
			return true
		}
	}
	return refusal(t)
}

func xmlRefuses(t, kind string) bool {
	for _, w := range [...]string{":fault>", "<fault>", "<fault/>", ">error<", ">fail", ">failed<"} {
		if foldContains(t, w) {
			return true
		}
	}
	return guarded(kind) && (foldContains(t, ">false<") || len(t) < shortText && refusal(t))
}

// sentBack reports a redirect that sends the user back to where they log in,
// or to an error.
func sentBack(c *event.Call) bool {
	location := c.Resp.Get("Location")
	path, query, _ := strings.Cut(location, "?")
	if i := strings.Index(path, "://"); i >= 0 {
		path = path[i+3:]
		if j := strings.IndexByte(path, '/'); j >= 0 {
			path = path[j:]
		} else {
			path = "/"
		}
	}
	for _, w := range [...]string{"error", "fail", "invalid", "denied", "wrong"} {
		if foldContains(query, w) {
			return true
		}
	}
	p := placeOf(path, query, nil)
	s0, s1 := p.seg[0], p.seg[1]
	switch {
	case s0.has(wFailed), path == c.Req.Path && path != "/" && !setsSession(c):
		return true
	case foldContains(query, "success") || foldContains(query, "logged") || s0.has(wOTP|wVerify|wCommit):
		return false
	case s0.has(wLogin) && !s0.has(wOther), s0&^wFiller == 0 && s1.has(wLogin), s0 == wCreate && s1.has(wSession|wLogin), p.ops.has(wLogin):
		return true
	}
	return false
}

// setsSession reports that the response gives the client a cookie that
// carries who it is.
func setsSession(c *event.Call) bool { return issuedCookie(c) != "" }

// issuedCookie is the value of the first cookie by which the response lets its
// client be known again; "" if it sets none.
func issuedCookie(c *event.Call) string {
	for i := range c.Resp.Headers {
		f := &c.Resp.Headers[i]
		if len(f.Name) != 10 || !foldEqual(f.Name, "set-cookie") {
			continue
		}
		pair, rest, _ := strings.Cut(f.Value, ";")
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		if len(value) < 8 || oneOf(value, "deleted") || foldContains(rest, "max-age=0") || foldContains(rest, "1970") {
			continue
		}
		if sessionName(name) || identityName(name) || foldContains(value, "logged_in") {
			return value
		}
	}
	return ""
}

// identityName reports what a cookie may be called that only a login sets.
func identityName(n string) bool {
	for _, w := range [...]string{"auth", "sess", "token", "login", "logged", "identity", "remember", "jwt", "sso", "ticket"} {
		if foldContains(n, w) {
			return !foldContains(n, "csrf") && !foldContains(n, "xsrf")
		}
	}
	return false
}
