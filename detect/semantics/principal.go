package semantics

import (
	"encoding/base64"
	"strings"

	"spaniel/event"
)

// principal says who makes the call, by its credentials: the Authorization
// field first, then an API key, then a session cookie.
//
// A JWT's ID is that of its subject, so that a renewed token is the same
// principal; its Session is the token's. A Basic ID is that of the user, so
// that a guessed password is no new principal.
func principal(c *event.Call, h *headers, hash func(kind, secret string) string, known *tokens) event.Principal {
	p := event.Principal{Kind: "none"}
	if s := sessionCookie(h.cookie); s != "" {
		p.Kind = "cookie"
		p.Session = hash("session", s)
		p.ID = p.Session
		if strings.HasPrefix(s, "ey") {
			known.principal(&p, s, hash)
		}
	}
	if h.apiKey != "" {
		p.Kind, p.ID = "apikey", hash("apikey", h.apiKey)
		known.principal(&p, h.apiKey, hash)
	}
	if p.Kind == "none" && c.Req.Query != "" {
		if key := queryKey(c.Req.Query); key != "" {
			p.Kind, p.ID = "apikey", hash("apikey", key)
		}
	}
	if h.authorization != "" {
		authorization(&p, h.authorization, hash, known)
	}
	return p
}

// queryKey is the value of the first parameter that carries an API key or a
// token; "" if none does.
func queryKey(query string) string {
	for rest := query; len(rest) > queryKeyMin; {
		pair := rest
		if i := strings.IndexByte(rest, '&'); i >= 0 {
			pair, rest = rest[:i], rest[i+1:]
		} else {
			rest = ""
		}
		eq := strings.IndexByte(pair, '=')
		if eq < 3 || eq > 16 || len(pair)-eq-1 < queryKeyMin {
			continue
		}
		k, v := pair[:eq], pair[eq+1:]
		if oneOf(k, "api_key", "apikey", "api-key", "x-api-key", "access_token", "auth_token", "subscription-key", "appid", "app_key") || foldEqual(k, "key") && len(v) >= 20 && strings.ContainsAny(v, "0123456789") {
			return v
		}
	}
	return ""
}

// queryKeyMin is how long a key in a query is at least.
const queryKeyMin = 8

// authorization reads the Authorization field.
func authorization(p *event.Principal, v string, hash func(kind, secret string) string, known *tokens) {
	scheme, cred, _ := strings.Cut(strings.TrimSpace(v), " ")
	cred = strings.TrimSpace(cred)
	switch {
	case foldEqual(scheme, "basic"):
		p.Kind = "basic"
		user, password, ok := basic(cred)
		if ok && password != "" && password != "x-oauth-basic" {
			p.User, p.ID = user, hash("user", user)
		} else { // a name alone is a key: Stripe and GitHub send theirs so
			p.ID = hash("token", cred)
		}
	case foldEqual(scheme, "bearer") || cred == "":
		if cred == "" {
			cred = scheme
		}
		if known.principal(p, cred, hash) {
			return
		}
		p.Kind, p.ID = "bearer", hash("token", cred)
	case foldEqual(scheme, "apikey") || foldEqual(scheme, "token") || foldEqual(scheme, "key"):
		p.Kind, p.ID = "apikey", hash("apikey", cred)
	case foldEqual(scheme, "digest"):
		p.Kind = "basic"
		if p.User = digestUser(cred); p.User != "" {
			p.ID = hash("user", p.User)
		}
	case foldEqual(scheme, "negotiate") || foldEqual(scheme, "ntlm"):
		p.Kind, p.ID = "bearer", "" // each of its tokens is another
	default: // AWS4-HMAC-SHA256, Hawk, Signature, OAuth: signed anew each time, by a key that has a name
		if id := signingKey(cred); id != "" {
			p.Kind, p.ID = "apikey", hash("apikey", id)
			return
		}
		p.Kind, p.ID = "bearer", hash("token", cred)
	}
}

// signingKey is the name of the key that signed a request, by the parameter
// that carries it; of AWS without the date that follows.
func signingKey(cred string) string {
	for part := range strings.SplitSeq(cred, ",") {
		k, v, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok || !oneOf(k, "credential", "keyid", "id", "oauth_consumer_key", "oauth_token", "client_id") {
			continue
		}
		v = strings.Trim(v, `"`)
		if foldEqual(k, "credential") {
			v, _, _ = strings.Cut(v, "/")
		}
		return bound(v)
	}
	return ""
}

// roleMax bounds the bytes of a role: some tokens list a hundred scopes.
const roleMax = 64

// basic decodes the credentials of Basic authentication.
func basic(cred string) (user, password string, ok bool) {
	raw, err := base64.StdEncoding.DecodeString(cred)
	if err != nil {
		if raw, err = base64.RawStdEncoding.DecodeString(cred); err != nil {
			return "", "", false
		}
	}
	user, password, ok = strings.Cut(string(raw), ":")
	return bound(user), password, ok
}

func digestUser(cred string) string {
	i := strings.Index(cred, `username="`)
	if i < 0 {
		return ""
	}
	user, _, _ := strings.Cut(cred[i+10:], `"`)
	return bound(user)
}

// userMax bounds a user's name.
const userMax = 256

func bound(s string) string {
	if len(s) > userMax {
		s = s[:userMax]
	}
	return s
}

// sessionCookie returns the value of the cookie that carries the session, by
// the names frameworks and people give it.
func sessionCookie(cookies string) string {
	for rest := cookies; rest != ""; {
		var pair string
		pair, rest, _ = strings.Cut(rest, ";")
		name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if ok && len(value) >= 8 && sessionName(name) {
			return value
		}
	}
	return ""
}

// sessionName reports the name of a session's cookie.
func sessionName(n string) bool {
	if foldPrefix(n, "__host-") || foldPrefix(n, "__secure-") {
		_, n, _ = strings.Cut(n, "-")
	}
	switch {
	case oneOf(n, "sid", "session", "sessionid", "session_id", "jsessionid", "phpsessid", "asp.net_sessionid", ".aspxauth", ".aspnetcore.cookies", ".aspnetcore.session", "connect.sid", "laravel_session", "ci_session", "rack.session", "sess", "sessid",
		"auth", "auth_token", "authtoken", "access_token", "accesstoken", "token", "jwt", "id_token", "cfid", "cftoken", "sessiontoken", "session_token", "remember_token", "user_session", "logged_in_token", "play_session", "symfony", "frontend", "grafana_session", "sails.sid", "koa.sess", "_forum_session"):
		return true
	case foldContains(n, "session") && !foldContains(n, "storage") && !foldContains(n, "count") && !foldContains(n, "start"):
		return true
	case foldPrefix(n, "wordpress_logged_in") || foldPrefix(n, "sess_") || foldPrefix(n, "aspsessionid") || foldPrefix(n, "next-auth.session"):
		return true
	}
	return len(n) > 4 && (foldEqual(n[len(n)-4:], ".sid") || foldEqual(n[len(n)-4:], "_sid") || foldEqual(n[len(n)-4:], "sess"))
}
