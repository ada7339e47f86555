package detect

import (
	"strings"

	"spaniel/detect/prefilter"
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
		return &s.noToken
	}
	t := &Token{OK: true, Alg: j.Alg, Typ: j.Typ, Kid: j.Kid, Iss: j.Iss, Sub: j.Sub, Exp: int(j.Exp), Iat: int(j.Iat), Nbf: int(j.Nbf),
		Jku: j.JKU, X5u: j.X5U, Scope: j.Scope, Signed: j.Signed, Encrypted: j.Encrypted}
	t.Expired = j.Exp > 0 && j.Exp < s.call.Time/1e9
	return t
}

// tokenList is what tokens found in a call, with the evidence that belongs to
// it: each rule that asks notes it anew.
type tokenList struct {
	made  bool
	list  []*Token
	finds []find
	// noToken is what is no token; nobody writes to it.
	noToken Token
}

func (t *tokenList) reset() {
	clear(t.list)
	clear(t.finds)
	t.made, t.list, t.finds = false, t.list[:0], t.finds[:0]
}

// tokens finds every token of the request: the Authorization header and all
// leaves, cookies among them.
func (s *scope) tokens() []*Token {
	if t := &s.tokenList; !t.made {
		t.made = true
		s.findTokens(t)
	}
	for _, f := range s.tokenList.finds {
		s.note(f)
	}
	return s.tokenList.list
}

// newToken makes the test of a leaf that findTokens would look at.
func (l *language) newToken() uint64 {
	const name = "\x00token" // no function's
	l.filters[name] = &prefilter.Matcher{Needs: "y", Also: ".", Index: l.tests, Match: func(s string) (int, string, bool) {
		i := strings.Index(s, "ey")
		return i, "", i >= 0 && strings.Count(s, ".") >= 2
	}}
	l.tests++
	return 1 << l.filters[name].Index
}

func (s *scope) findTokens(t *tokenList) {
	add := func(place, raw string) {
		if len(t.list) == maxTokens || !strings.Contains(raw, "ey") {
			return
		}
		raw = strings.TrimSpace(raw)
		for i := range t.finds {
			if t.finds[i].text == raw {
				return
			}
		}
		if tk := s.token(raw); tk.OK {
			t.list = append(t.list, tk)
			t.finds = append(t.finds, find{place: place, text: raw})
		}
	}
	for _, h := range s.call.Req.Headers {
		if foldEqual(h.Name, "authorization") {
			add("header.authorization", h.Value)
		}
	}
	if s.view != nil && !s.view.MayHold(s.lang.tokenTest) {
		return
	}
	leaves := s.call.Leaves()
	for i := range leaves {
		add(leaves[i].Place, leaves[i].Value)
	}
}
