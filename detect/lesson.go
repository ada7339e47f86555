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

// wireName is a name with its texts as on the wire.
type wireName struct{ method, host, route string }

// endpointNames remembers the names of endpoints, redacted: an API has few.
type endpointNames struct {
	known map[wireName]*learned.Name
}

// of is the name of c's endpoint, as it may leave the shard.
func (n *endpointNames) of(c *event.Call, s *scope) *learned.Name {
	asked := wireName{c.Req.Method, c.Req.Host, c.Route}
	if c.Style == "graphql" || c.Style == "jsonrpc" {
		// One place for all that the API does: what it is asked to do is the
		// endpoint.
		if op, ok := operation(s).(string); ok && op != "" {
			asked.route += "/(" + strings.ReplaceAll(cut(op, maxText), "/", "|") + ")"
		}
	}
	if name := n.known[asked]; name != nil {
		return name
	}
	if n.known == nil || len(n.known) >= maxNames {
		n.known = make(map[wireName]*learned.Name)
	}
	// Clones: a name must not hold on to a whole head.
	asked.method, asked.host, asked.route = strings.Clone(asked.method), strings.Clone(asked.host), strings.Clone(asked.route)
	name := &learned.Name{Method: cut(s.redact("req.method", asked.method), 32), Host: cut(s.redact("req.host", asked.host), maxName), Route: cut(s.redact("req.route", asked.route), maxName)}
	n.known[asked] = name
	return name
}

// lesson is what the call teaches, nil if that is nothing: no rule of the set
// asks for learned facts, and nobody logged in.
func (j *Judge) lesson(c *event.Call, out *Findings) *learned.Lesson {
	issued := j.issued(c)
	need := j.set.learns
	if j.cfg.Learn {
		need |= needAll
	}
	if need == 0 && issued == nil {
		return nil
	}
	l := out.nextLesson()
	l.Clock, l.Status, l.Auth = c.Order.Clock, c.Resp.Status, learned.AuthOf(c.Principal.Kind)
	if issued != nil {
		l.User = strings.Clone(cut(j.scope.outgoing("principal.user", c.Principal.User, false), maxName))
		l.Issued = append(l.Issued, issued...)
	}
	if need != 0 && c.Req.Seen {
		l.Name = j.names.of(c, j.scope)
		j.detail(l, c, need)
	}
	return l
}

// detail adds what only some rules ask for.
func (j *Judge) detail(l *learned.Lesson, c *event.Call, need needs) {
	if need&needFields != 0 {
		j.fieldsOf(l, c)
	}
	if need&needSize != 0 {
		l.Bytes = c.Resp.BodyBytes
	}
	if need&needToken != 0 {
		j.tokenOf(l, c)
	}
	if need&needPieces != 0 {
		j.piecesOf(l, c)
	}
	if need&needRole != 0 {
		l.Role = roleOf(c)
	}
	if need&needCaller != 0 {
		j.callerOf(l, c)
	}
	if need&needIDs == 0 || l.Owner == 0 {
		need &^= needIDs
	}
	if need&needIDs != 0 {
		host := learned.HashID(c.Req.Host)
		for _, id := range j.bodies.Asked(c) {
			l.Asked = append(l.Asked, learned.IDOf(host, id))
		}
	}
	j.answer(l, c, need)
}

// answer notes what the response holds, where that is learned.
func (j *Judge) answer(l *learned.Lesson, c *event.Call, need needs) {
	if l.Name.SkipIDs(l.Clock) {
		need &^= needIDs
	}
	if need&needEachAnswer == 0 && l.Name.SkipNames(l.Role, l.Clock) {
		need &^= needReturned
	}
	if need&(needReturned|needIDs) == 0 {
		return
	}
	shape, given := j.bodies.Given(c)
	if need&needReturned != 0 && shape != nil {
		l.Returned = j.shapes.of(shape, j.scope)
	}
	if need&needIDs != 0 {
		host := learned.HashID(c.Req.Host)
		for _, id := range given {
			l.Given = append(l.Given, learned.IDOf(host, id))
		}
	}
}

// bodyNames remembers the names that bodies hold, redacted: those of a shape are
// one list, which lessons share.
type bodyNames struct{ known map[*semantics.Shape][]string }

// of is the names of a shape as they may leave the shard.
func (n *bodyNames) of(shape *semantics.Shape, s *scope) []string {
	if names, ok := n.known[shape]; ok {
		return names
	}
	if n.known == nil || len(n.known) >= maxNames {
		n.known = make(map[*semantics.Shape][]string)
	}
	names := make([]string, len(shape.Names))
	for i, name := range shape.Names {
		names[i] = strings.Clone(cut(s.redact("resp.body", name), maxName))
	}
	n.known[shape] = names
	return names
}

// callerOf notes who calls, by what the call says of it.
func (j *Judge) callerOf(l *learned.Lesson, c *event.Call) {
	p := &c.Principal
	if p.ID == "" {
		if l.User != "" {
			l.Owner = learned.UserID(l.User) // who logs in gets the answer
		}
		return
	}
	l.Owner, l.Session = learned.HashID(p.ID), p.Session
	if p.Kind == "bearer" {
		l.Session = p.ID
	}
	if p.User != "" {
		l.Owner = learned.UserID(cut(j.scope.outgoing("principal.user", p.User, false), maxName))
	}
}

// fieldsOf notes the types of what stands in query and body.
func (j *Judge) fieldsOf(l *learned.Lesson, c *event.Call) {
	l.Fields = j.bodies.Sent(c, l.Fields)
	for i := range l.Fields {
		l.Fields[i].Place = j.places.of(l.Fields[i].Place, j.scope)
	}
}

// fieldPlaces remembers the places of fields, redacted: an API has few.
type fieldPlaces struct {
	known map[string]string // by the text as on the wire
}

// of is the place of a leaf as that of a field.
func (p *fieldPlaces) of(place string, s *scope) string {
	if shown, ok := p.known[place]; ok {
		return shown
	}
	if p.known == nil || len(p.known) >= maxNames {
		p.known = make(map[string]string)
	}
	shown := strings.Clone(cut(s.redact("name", place), maxName))
	if len(place) <= maxName {
		p.known[strings.Clone(place)] = shown
	}
	return shown
}

// roleOf is in what role the caller is, as far as the wire tells: what its
// token says, else how it is authenticated.
func roleOf(c *event.Call) string {
	if c.Principal.Role != "" {
		return c.Principal.Kind + " " + c.Principal.Role
	}
	return c.Principal.Kind
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
	for _, m := range f.samples {
		*m = sample{} // what is in it was not redacted
	}
	f.Alerts, f.Observations, f.Lessons, f.samples = f.Alerts[:0], f.Observations[:0], f.Lessons[:0], f.samples[:0]
}
