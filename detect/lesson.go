package detect

import (
	"strings"

	"spaniel/detect/learned"
	"spaniel/detect/semantics"
	"spaniel/event"
)

// maxNames bounds the endpoints' names that a judge remembers, maxName the
// bytes of a host or route in one.
const (
	maxNames = 4096
	maxName  = 256
)

// names remembers the names of endpoints, redacted: an API has few.
type endpointNames struct {
	known map[learned.Name]*learned.Name // by the texts as on the wire
}

// of is the name of c's endpoint, as it may leave the shard.
func (n *endpointNames) of(c *event.Call, s *scope) *learned.Name {
	asked := learned.Name{Method: c.Req.Method, Host: c.Req.Host, Route: c.Route}
	if name := n.known[asked]; name != nil {
		return name
	}
	if n.known == nil || len(n.known) >= maxNames {
		n.known = make(map[learned.Name]*learned.Name)
	}
	// Clones: a name must not hold on to a whole head.
	asked.Method, asked.Host, asked.Route = strings.Clone(asked.Method), strings.Clone(asked.Host), strings.Clone(asked.Route)
	name := &learned.Name{Method: cut(s.redact("req.method", asked.Method), 32), Host: cut(s.redact("req.host", asked.Host), maxName), Route: cut(s.redact("req.route", asked.Route), maxName)}
	n.known[asked] = name
	return name
}

// lesson is what the call teaches, nil if that is nothing: no rule of the set
// asks for learned facts, and nobody logged in.
func (j *Judge) lesson(c *event.Call, out *Findings) *learned.Lesson {
	issued := j.issued(c)
	all := j.set.learns || j.cfg.Learn
	if !all && issued == nil {
		return nil
	}
	l := out.nextLesson()
	l.Clock, l.Status, l.Auth = c.Order.Clock, c.Resp.Status, learned.AuthOf(c.Principal.Kind)
	if all && c.Req.Seen && !c.Flags.Has(event.FlagCapped) {
		l.Name = j.names.of(c, j.scope)
	}
	if issued != nil {
		l.User = strings.Clone(cut(j.scope.outgoing("principal.user", c.Principal.User, false), maxName))
		l.Issued = append(l.Issued, issued...)
	}
	return l
}

// issued are the sessions that the response gives to who logged in.
func (j *Judge) issued(c *event.Call) []string {
	switch c.Kind {
	case "login", "signup", "otp":
		if !c.Failed && c.Resp.Status >= 200 && c.Resp.Status < 400 && c.Principal.User != "" {
			return semantics.Issued(c, j.hash)
		}
	}
	return nil
}

// nextLesson adds a lesson that keeps the memory of an old one.
func (f *Findings) nextLesson() *learned.Lesson {
	n := len(f.Lessons)
	if n < cap(f.Lessons) {
		f.Lessons = f.Lessons[:n+1]
	} else {
		f.Lessons = append(f.Lessons, nil)
	}
	if f.Lessons[n] == nil {
		f.Lessons[n] = &learned.Lesson{}
	}
	f.Lessons[n].Reset()
	return f.Lessons[n]
}

// Reset empties f, keeping its memory.
func (f *Findings) Reset() {
	f.Alerts, f.Observations, f.Lessons = f.Alerts[:0], f.Observations[:0], f.Lessons[:0]
}
