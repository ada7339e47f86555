package detect

import (
	"strings"

	"spaniel/detect/text"
)

// Token is a JSON web token as expressions see it. Nothing is verified: who
// listens has no key. Times are seconds since 1970, 0 when absent.
type Token struct {
	OK        bool   `expr:"ok"`
	Alg       string `expr:"alg"`
	Typ       string `expr:"typ"`
	Kid       string `expr:"kid"`
	Iss       string `expr:"iss"`
	Sub       string `expr:"sub"`
	Exp       int    `expr:"exp"`
	Iat       int    `expr:"iat"`
	Nbf       int    `expr:"nbf"`
	Jku       string `expr:"jku"` // where the token wants its key fetched from
	X5u       string `expr:"x5u"`
	Scope     string `expr:"scope"`
	Signed    bool   `expr:"signed"` // it has a signature part
	Encrypted bool   `expr:"encrypted"`
	Expired   bool   `expr:"expired"` // exp is before the call
}

// maxTokens bounds the tokens of one request.
const maxTokens = 16

// token reads one, with or without "Bearer " before it.
func (s *scope) token(raw string) *Token {
	j, ok := text.ParseJWT(raw)
	if !ok {
		return &Token{}
	}
	t := &Token{OK: true, Alg: j.Alg, Typ: j.Typ, Kid: j.Kid, Iss: j.Iss, Sub: j.Sub, Exp: int(j.Exp), Iat: int(j.Iat), Nbf: int(j.Nbf),
		Jku: j.JKU, X5u: j.X5U, Scope: j.Scope, Signed: j.Signed, Encrypted: j.Encrypted}
	t.Expired = j.Exp > 0 && j.Exp < s.call.Time/1e9
	return t
}

// tokens finds every token of the request: the Authorization header and all
// leaves, cookies among them.
func (s *scope) tokens() []*Token {
	var list []*Token
	seen := map[string]bool{}
	add := func(place, raw string) {
		raw = strings.TrimSpace(raw)
		if len(list) == maxTokens || seen[raw] || !strings.Contains(raw, "ey") {
			return
		}
		seen[raw] = true
		if t := s.token(raw); t.OK {
			list = append(list, t)
			s.note(find{place: place, text: raw})
		}
	}
	for _, h := range s.call.Req.Headers {
		if lowerASCII(h.Name) == "authorization" {
			add("header.authorization", h.Value)
		}
	}
	for _, l := range s.allLeaves() {
		add(l.Place, l.Value)
	}
	return list
}
