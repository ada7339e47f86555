package semantics

import (
	"net/url"

	"spaniel/event"
)

// operation names the call's operation and, for those that carry one, the
// user it is for: by the name of what is called, then by the fields, and where
// the name says nothing by the fields and the response together.
func operation(c *event.Call, h *headers, known *segments) (kind, user string) {
	p := placeOf(c.Req.Path, c.Req.Query, known)
	hn := p.hint(c.Req.Method)
	inner, command := false, hint{}
	if c.Req.Method == "POST" && (c.Style != "rest" || hn.kind == "" || p.seg[0] == wFiller) {
		command, inner = commandOf(c, h)
	}
	switch {
	case command.kind != "":
		hn = command
		hn.command = true
	case inner && c.Style == "graphql":
		return "", "" // the document names what is done
	case hn.kind == "" && !identified(c) && mayHoldPassword(c, h): // asked last: it reads the body
		return unnamed(c)
	}
	switch hn.kind {
	case "":
		return "", ""
	case "logout", "payment":
		return hn.kind, ""
	case "login":
		return login(c, h, hn)
	}
	f := readFields(c)
	return other(c, hn, &f)
}

// login decides what a call to where one logs in is.
func login(c *event.Call, h *headers, hn hint) (kind, user string) {
	basic := c.Principal.Kind == "basic" && c.Principal.User != ""
	if c.Req.Method == "GET" && c.Req.Query == "" && !basic {
		return "", "" // the page
	}
	f := readFields(c)
	if f.ops&^(wOther|wFiller|wLogin|wUsers) != 0 {
		if o := named(f.ops, 0); o.kind != "" && o.kind != "login" && !f.password {
			return other(c, o, &f)
		}
	}
	switch {
	case f.grant == "refresh_token" || f.refresh && !f.password:
		return "refresh", f.user
	case f.grant != "" && foldContains(f.grant, "otp"):
		return "otp", f.user
	case f.grant != "" && !f.password:
		return "", "" // a code, a client's own secret
	case f.old || f.confirm && f.password && f.user == "" || f.target:
		return "", ""
	case f.confirm && f.password:
		return "signup", f.user
	case f.password:
		return "login", loginUser(c, hn, &f)
	case c.Req.Method == "GET":
		if basic {
			return "login", c.Principal.User
		}
		return "", ""
	case f.code:
		return "otp", f.user
	case f.proof && f.n <= proofMax:
		return "login", f.user
	case basic && !hn.far:
		return "login", c.Principal.User
	case hn.text:
		return "login", f.first
	case hn.sure && f.user == "" && (f.opaque || f.n == 0):
		return "login", "" // what it says is encrypted, or was not seen
	case hn.sure && hn.command:
		return "login", f.user
	}
	return "", ""
}

// proofMax is how many fields a login with another service's proof has at most.
const proofMax = 8

// loginUser is who logs in: by a field, else by the path's end.
func loginUser(c *event.Call, hn hint, f *fields) string {
	if f.user != "" || !hn.last {
		return f.user
	}
	last := lastOf(c)
	if u, err := url.PathUnescape(last); err == nil {
		last = u
	}
	return bound(last)
}

// other decides about the operations that are neither login nor logout.
func other(c *event.Call, hn hint, f *fields) (kind, user string) {
	switch hn.kind {
	case "refresh":
		if hn.sure || f.refresh {
			return "refresh", f.user
		}
	case "signup":
		known := c.Principal.Kind != "none" && c.Principal.Kind != "cookie" && c.Principal.Kind != "apikey"
		switch {
		case known && !hn.sure: // an administrator makes a user
		case f.password || f.confirm || hn.sure && (f.user != "" || f.n == 0 || f.opaque):
			return "signup", f.user
		}
	case "otp":
		if f.code || hn.sure && !f.old && (f.n == 0 || f.user != "" || f.opaque || f.proof) {
			return "otp", f.user
		}
	case "reset":
		if hn.sure || !f.old && !f.password && f.user != "" {
			return "reset", f.user
		}
	default:
		return hn.kind, f.user
	}
	return "", ""
}

// unnamed decides about a call whose name says nothing and that carries a
// password, of a client that is not known: the response must agree.
func unnamed(c *event.Call) (kind, user string) {
	f := readFields(c)
	if !f.password || f.user == "" || f.old || f.target || f.confirm || f.n > unnamedMax {
		return "", ""
	}
	if f.ops.has(wSignup | wReset | wForgot | wChange) {
		return "", ""
	}
	if f.ops.has(wLogin) || setsSession(c) || answersLogin(c) {
		return "login", f.user
	}
	return "", ""
}

// identified reports that the client says already who calls: a password in such a
// call is for something else.
func identified(c *event.Call) bool {
	return c.Principal.Kind != "none" && c.Principal.Kind != "cookie"
}

// unnamedMax is how many fields a login has at most.
const unnamedMax = 16

// answersLogin reports a response as one gets when one logs in: a token, or a
// refusal of the name or password.
func answersLogin(c *event.Call) bool {
	body := c.RespBody()
	head := body[:min(len(body), failedLook)]
	switch ct := mediaType(c.Resp.Get("Content-Type")); {
	case c.Resp.Get("Www-Authenticate") != "":
		return c.Resp.Status == 401
	case foldPrefix(ct, "text/html"):
		page := string(body[:min(len(body), pageLook)])
		return c.Resp.Status < 400 && pageRefuses(page) && refusal(page)
	default:
		a := readAnswer(head)
		return a.token || a.second || c.Resp.Status == 401 || a.said && (a.no || a.denied || c.Resp.Status >= 400)
	}
}
