package semantics

import "spaniel/event"

// Enrich fills the call's Route, APIVer, Style, Principal, Kind and Failed.
//
// hash makes the keyed hash of a secret of that kind (token, session, apikey);
// it is called for credentials only and its result alone is kept. routes is
// where the caller remembers them. Leaves and bodies are opened only where path
// and method say that the call may be a login or another named operation, so
// that most calls stay unopened.
func Enrich(c *event.Call, hash func(kind, secret string) string, routes *Routes) {
	h := readHeaders(c)
	c.Route, c.APIVer = routes.of(c.Req.Path)
	if c.APIVer == "" {
		c.APIVer = h.version
	}
	c.Style = style(c, &h)
	c.Principal = principal(c, &h, hash)
	kind, user := operation(c, &h)
	c.Kind = kind
	if user != "" {
		c.Principal.User = user
	}
	c.Failed = kind != "" && failed(c, kind)
}
