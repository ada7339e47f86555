package detect

import (
	"strings"

	"spaniel/detect/text"
)

// tokenFunctions judge the signatures of tokens, as far as can be without a key, and
// tell where a request sends its server.
func tokenFunctions() []function {
	return []function{
		{name: "weak_secret", meaning: "a JSON web token that one of the words signed that everybody tries first", example: `weak_secret(req.header("authorization"))`,
			types: []any{new(func(*scope, string) bool)},
			call:  func(s *scope, a []any) any { return s.weakSecret(a[0].(string)) }},
		{name: "signature_misfit", meaning: "a JSON web token whose signature has a length that its algorithm never gives", example: `signature_misfit(req.header("authorization"))`,
			types: []any{new(func(*scope, string) bool)},
			call:  func(_ *scope, a []any) any { return text.SignatureMisfit(a[0].(string)) }},
		{name: "fetch_host", meaning: "host of the first URL among the values of query and body that is not the call's own; an address in its usual spelling; empty without", example: `fetch_host() != ""`,
			types: []any{new(func(*scope) string)},
			call:  func(s *scope, _ []any) any { return s.fetchHost() }},
	}
}

// maxVerdicts bounds the tokens that are remembered; then it begins anew.
const maxVerdicts = 1024

// weakSecret asks of each token once: by its signature, which is no secret without the rest.
func (s *scope) weakSecret(token string) bool {
	if !strings.Contains(token, "eyJ") {
		return false
	}
	signature := token[strings.LastIndexByte(token, '.')+1:]
	if weak, known := s.weak[signature]; known {
		return weak
	}
	if s.weak == nil || len(s.weak) >= maxVerdicts {
		s.weak = make(map[string]bool)
	}
	weak := s.spend(64<<10) && text.WeakSecret(token)
	s.weak[strings.Clone(signature)] = weak
	return weak
}

// fetchHost looks at what may send a server elsewhere.
func (s *scope) fetchHost() string {
	leaves := s.call.Leaves()
	for i := range leaves {
		l := &leaves[i]
		if !sentValue(l.Kind) || len(l.Value) < 8 {
			continue
		}
		for _, r := range l.Readings() {
			if h := text.URLHost(r.Text); h != "" && h != s.call.Req.Host {
				return h
			}
		}
	}
	return ""
}
