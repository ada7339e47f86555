package prefilter

import (
	"spaniel/detect/text"
	"spaniel/event"
)

// Text returns how to read the textual field of that name in the rules'
// environment, or nil: the fields that a call holds ready, so that reading one
// computes nothing but a look-up. What the environment answers is the same.
func Text(name string) func(*event.Call) string {
	switch name {
	case "req.method":
		return func(c *event.Call) string { return c.Req.Method }
	case "req.host":
		return func(c *event.Call) string { return c.Req.Host }
	case "req.route":
		return func(c *event.Call) string { return c.Route }
	case "req.path":
		return func(c *event.Call) string { return c.Req.Path }
	case "req.query":
		return func(c *event.Call) string { return c.Req.Query }
	case "req.target":
		return func(c *event.Call) string { return c.Req.Target }
	case "req.uri":
		return uri
	case "req.user_agent":
		return func(c *event.Call) string { return c.Req.Get("user-agent") }
	case "call.kind":
		return func(c *event.Call) string { return c.Kind }
	case "call.style":
		return func(c *event.Call) string { return c.Style }
	case "call.proto":
		return func(c *event.Call) string { return c.Proto }
	case "principal.kind":
		return func(c *event.Call) string { return c.Principal.Kind }
	case "principal.id":
		return func(c *event.Call) string { return c.Principal.ID }
	case "principal.user":
		return func(c *event.Call) string { return c.Principal.User }
	case "principal.session":
		return func(c *event.Call) string { return c.Principal.Session }
	}
	return nil
}

// Number is Text for the numeric fields.
func Number(name string) func(*event.Call) int {
	switch name {
	case "resp.status":
		return func(c *event.Call) int { return c.Resp.Status }
	case "req.body_bytes":
		return func(c *event.Call) int { return int(c.Req.BodyBytes) }
	case "resp.body_bytes":
		return func(c *event.Call) int { return int(c.Resp.BodyBytes) }
	case "call.depth":
		return func(c *event.Call) int { return int(c.Depth) }
	}
	return nil
}

// uri is made once for each call.
func uri(c *event.Call) string {
	if q := &c.Req; q.URI == "" {
		q.URI = text.URI(q.Target, q.Path, q.Query)
	}
	return c.Req.URI
}
