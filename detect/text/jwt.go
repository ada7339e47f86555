package text

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// jwtMax bounds what is parsed as a token.
const jwtMax = 16 << 10

// A JWT is what a compact JSON Web Token says of itself; nothing of it is
// verified, since a passive sensor holds no keys.
type JWT struct {
	Alg, Typ, Kid string
	// JKU and X5U are addresses the token wants its key fetched from.
	JKU, X5U string
	Iss, Sub string
	// User is the first of preferred_username, username, user_name, email,
	// name, login, sub that is a string.
	User string
	// Exp, Nbf and Iat are seconds since 1970, 0 if absent.
	Exp, Nbf, Iat int64
	// Signed says that there is a signature part.
	Signed bool
	// Scope is scope, scp, role or roles, joined by blanks.
	Scope string
	// Encrypted says that it is a JWE of five parts: no claims to be seen.
	Encrypted bool
}

// ParseJWT reads a compact token, with or without "Bearer " before it; ok is
// false for anything else.
//
// Example: ParseJWT("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.") = JWT{Alg: "none", Sub: "a", User: "a"}, true.
func ParseJWT(s string) (t JWT, ok bool) {
	s = strings.TrimSpace(s)
	if prefixFold(s, "bearer ") {
		s = strings.TrimSpace(s[7:])
	}
	if len(s) < 16 || len(s) > jwtMax || !strings.HasPrefix(s, "ey") && !strings.HasPrefix(s, "ew") {
		return t, false
	}
	dots := strings.Count(s, ".")
	if dots != 2 && dots != 4 {
		return t, false
	}
	head, rest, _ := strings.Cut(s, ".")
	var h struct {
		Alg any `json:"alg"`
		Typ any `json:"typ"`
		Kid any `json:"kid"`
		JKU any `json:"jku"`
		X5U any `json:"x5u"`
	}
	if !jwtPart(head, &h) || h.Alg == nil {
		return t, false
	}
	t.Alg, t.Typ, t.Kid, t.JKU, t.X5U = asText(h.Alg), asText(h.Typ), asText(h.Kid), asText(h.JKU), asText(h.X5U)
	if dots == 4 {
		t.Encrypted, t.Signed = true, true
		return t, true
	}
	body, sig, _ := strings.Cut(rest, ".")
	t.Signed = sig != ""
	var c map[string]any
	if !jwtPart(body, &c) {
		return t, false
	}
	t.claims(c)
	return t, true
}

// claims takes over what is known by name.
func (t *JWT) claims(c map[string]any) {
	t.Iss, t.Sub = asText(c["iss"]), asText(c["sub"])
	t.Exp, t.Nbf, t.Iat = asSeconds(c["exp"]), asSeconds(c["nbf"]), asSeconds(c["iat"])
	for _, k := range []string{"preferred_username", "username", "user_name", "email", "login", "user", "name", "sub"} {
		if v, is := c[k].(string); is && v != "" {
			t.User = v
			break
		}
	}
	for _, k := range []string{"scope", "scp", "role", "roles"} {
		if v := asText(c[k]); v != "" {
			t.Scope = v
			break
		}
	}
}

// jwtPart decodes base64url (padded or not) and JSON.
func jwtPart(part string, into any) bool {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(part, "="))
	if err != nil {
		if raw, err = base64.RawStdEncoding.DecodeString(strings.TrimRight(part, "=")); err != nil {
			return false
		}
	}
	return json.Unmarshal(raw, into) == nil
}

// asText makes a claim's text: a string, a number, or a list joined by blanks.
func asText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		b, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		return string(b)
	case []any:
		var parts []string
		for _, e := range v {
			if s := asText(e); s != "" {
				parts = append(parts, s)
			}
		}
		return strings.Join(parts, " ")
	}
	return ""
}

// asSeconds reads a numeric date; a fraction is cut, nonsense is 0.
func asSeconds(v any) int64 {
	f, ok := v.(float64)
	if !ok || f < 0 || f > 1<<52 {
		return 0
	}
	return int64(f)
}
