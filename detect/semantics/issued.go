package semantics

import (
	"spaniel/detect/text"
	"spaniel/event"
)

// maxIssued bounds the sessions that one response gives.
const maxIssued = 3

// Issued are the keyed hashes of the sessions and tokens that the response
// gives, as Enrich makes them of the calls that carry these later: the cookie
// that is the session, and the token in a header or a JSON answer.
func Issued(c *event.Call, hash func(kind, secret string) string) (list []string) {
	add := func(kind, secret string) {
		if len(list) < maxIssued {
			list = append(list, hash(kind, secret))
		}
	}
	if v := issuedCookie(c); v != "" {
		if _, ok := text.ParseJWT(v); ok {
			add("token", v)
		} else {
			add("session", v)
		}
	}
	for _, name := range [...]string{"X-Auth-Token", "X-Subject-Token", "Token", "Access-Token"} {
		if v := c.Resp.Get(name); v != "" {
			add("token", v)
			return list
		}
	}
	if len(c.Resp.Raw) > 0 {
		b := c.RespBody()
		if t := readAnswer(b[:min(len(b), failedLook)]).given; t != "" {
			add("token", t)
		}
	}
	return list
}
