package semantics

import (
	"hash/maphash"
	"strings"

	"spaniel/detect/text"
	"spaniel/event"
)

// Memory is what Enrich remembers from call to call. It changes nothing that
// Enrich says. The zero value is ready; it belongs to one goroutine.
type Memory struct {
	routes   Routes
	tokens   tokens
	segments segments
}

// tokens remembers who sent a JWT: a client sends the same with every call, and
// taking it apart costs more than all else about a principal. A place is chosen
// by a seeded hash, and the latest token has it.
type tokens struct {
	seed  maphash.Seed
	slots []token
}

// A token is who a text names, if it is a JWT at all.
type token struct {
	text string
	jwt  bool
	who  event.Principal
}

// maxTokens bounds the tokens that are remembered, maxToken the bytes of each:
// 2 MiB in all. What is shorter than minToken is no JWT.
const (
	maxTokens = 1024
	maxToken  = 2048
	minToken  = 16
)

// principal takes over into p whom a JWT names; false if the text is none.
func (m *tokens) principal(p *event.Principal, s string, hash func(kind, secret string) string) bool {
	if len(s) < minToken || s[0] != 'e' && s[0]|0x20 != 'b' && s[0] > ' ' && s[0] < 0x80 {
		return false // neither a brace encoded, nor "Bearer " or space before it
	}
	if len(s) > maxToken {
		return jwtPrincipal(p, s, hash)
	}
	if m.slots == nil {
		m.seed, m.slots = maphash.MakeSeed(), make([]token, maxTokens)
	}
	t := &m.slots[maphash.String(m.seed, s)%maxTokens]
	if t.text != s {
		*t = token{text: strings.Clone(s)}
		t.jwt = jwtPrincipal(&t.who, s, hash)
	}
	if !t.jwt {
		return false
	}
	*p = t.who
	return true
}

// jwtPrincipal is principal, of a text that is not remembered.
func jwtPrincipal(p *event.Principal, s string, hash func(kind, secret string) string) bool {
	t, ok := text.ParseJWT(s)
	if !ok {
		return false
	}
	*p = event.Principal{Kind: "jwt", User: t.User, Role: t.Scope, Session: hash("token", s)}
	if len(p.Role) > roleMax {
		p.Role = strings.ToValidUTF8(p.Role[:roleMax], "")
	}
	switch {
	case t.Sub != "":
		p.ID = hash("user", t.Iss+"\x00"+t.Sub)
	case t.User != "":
		p.ID = hash("user", t.Iss+"\x00"+t.User)
	default:
		p.ID = p.Session
	}
	return true
}
