package semantics

import "spaniel/event"

// Enrich fills the call's Route, APIVer, Style, Principal, Kind and Failed.
//
// hash makes the keyed hash of a secret of that kind (token, session, apikey);
// it is called for credentials only, and is the same in all calls with one
// memory. Leaves and bodies are opened only where path and method say that the
// call may be a login or another named operation, so that most calls stay
// unopened.
func Enrich(c *event.Call, hash func(kind, secret string) string, known *Memory) {
	h := readHeaders(c)
	c.Route, c.APIVer = known.routes.of(c.Req.Path)
	if c.APIVer == "" {
		c.APIVer = h.version
	}
	c.Style = style(c, &h)
	c.Principal = principal(c, &h, hash, &known.tokens)
	kind, user := operation(c, &h, &known.segments)
	c.Kind = kind
	if user != "" {
		c.Principal.User = user
	}
	c.Failed = kind != "" && failed(c, kind)
}

// Failed reports that an operation of that kind did not succeed, by the
// response.
func Failed(c *event.Call, kind string) bool { return failed(c, kind) }

// UserAt is the user's name that stands at a place of the request, bounded;
// "" if nothing does.
func UserAt(c *event.Call, place string) string {
	leaves := c.Leaves()
	for i := range leaves {
		if leaves[i].Place == place {
			return bound(value(&leaves[i]))
		}
	}
	return ""
}
