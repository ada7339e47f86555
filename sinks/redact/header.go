package redact

import "strings"

// header hides the secrets of one header field's value.
func (r *Redactor) header(name, val string) string {
	_, val = r.field(name, val)
	return val
}

// field returns a header field as it is stored.
func (r *Redactor) field(name, val string) (shown, hidden string) {
	known := r.known(name)
	return known[1:], r.fieldValue(own(name, known[1:]), val, known[0] == 'o')
}

// own is a name in memory that may be kept: that of the name as it is stored,
// where the two are equal.
func own(name, shown string) string {
	if name == shown {
		return shown
	}
	return strings.Clone(name)
}

// known is what is known of a field by its name: an o where nothing but the
// value's form could tell of a secret, and the name as it is stored.
func (r *Redactor) known(name string) string {
	return r.mem.recall(useField, "", name, func() string {
		if fieldClass(name) == fieldOrdinary && r.headerKind(name) == "" {
			return "o" + r.text(name)
		}
		return " " + r.text(name)
	})
}

// fieldValue is the value of the field called name, as it is stored. The name
// may be kept.
func (r *Redactor) fieldValue(name, val string, ordinary bool) string {
	if ordinary && r.mem.clean(val) {
		return val
	}
	return r.mem.recall(useHeader, name, val, func() string { return r.headerValue(name, val) })
}

func (r *Redactor) headerValue(name, val string) string {
	switch fieldClass(name) {
	case fieldCredentials:
		return r.credentials(val)
	case fieldCookies:
		return r.cookies(val)
	case fieldSetCookie:
		return r.setCookie(val)
	case fieldTarget:
		return r.target(val)
	case fieldHost:
		return r.host(val)
	case fieldProtocols:
		return r.protocols(val)
	}
	if kind := r.headerKind(name); kind != "" {
		return r.secret(kind, val)
	}
	return r.value(val)
}

// class says what form a field's value has.
type class uint8

const (
	fieldOrdinary class = iota
	fieldCredentials
	fieldCookies
	fieldSetCookie
	fieldTarget
	fieldHost
	fieldProtocols
)

func fieldClass(name string) class {
	switch {
	case fold(name, "authorization"), fold(name, "proxy-authorization"), fold(name, "authentication"),
		fold(name, "authentication-info"), fold(name, "proxy-authentication-info"):
		return fieldCredentials
	case fold(name, "cookie"), fold(name, "cookie2"):
		return fieldCookies
	case fold(name, "set-cookie"), fold(name, "set-cookie2"):
		return fieldSetCookie
	case fold(name, "referer"), fold(name, "location"), fold(name, "content-location"), fold(name, "x-original-url"),
		fold(name, "x-rewrite-url"), fold(name, "x-forwarded-uri"), fold(name, "destination"), fold(name, "origin"):
		return fieldTarget
	case fold(name, "host"), fold(name, "x-forwarded-host"):
		return fieldHost
	case fold(name, "sec-websocket-protocol"):
		return fieldProtocols
	}
	return fieldOrdinary
}

func (r *Redactor) headerKind(name string) string {
	if len(r.headers) > 0 && r.headers[string(normal(nil, name))] {
		return "secret"
	}
	switch {
	case fold(name, "x-functions-key"):
		return "apikey"
	case fold(name, "dpop"):
		return "token"
	}
	return r.nameKind(name)
}

// schemes are the authentication schemes whose name may stay; anything else
// before the first space may be the secret itself.
var schemes = []string{"basic", "bearer", "digest", "negotiate", "ntlm", "token", "apikey", "hawk", "mac", "oauth", "dpop", "signature", "jwt", "aws4-hmac-sha256"}

func (r *Redactor) credentials(val string) string {
	scheme, rest, ok := strings.Cut(val, " ")
	if !ok || markerAt(val) == len(val) {
		return r.secret("token", val)
	}
	switch knownScheme(scheme) {
	case "":
		return r.secret("token", val)
	case "basic":
		return r.behind(val[:len(scheme)+1], "basic", strings.TrimLeft(rest, " "))
	}
	return r.behind(val[:len(scheme)+1], "token", strings.TrimLeft(rest, " "))
}

// knownScheme returns the scheme that the word names, "" if none.
func knownScheme(word string) string {
	for _, known := range schemes {
		if fold(word, known) {
			return known
		}
	}
	return ""
}

// protocols hides a token among the protocols a WebSocket may speak: browsers
// can send none in another field. Names of protocols are no keys.
func (r *Redactor) protocols(val string) string {
	list := strings.Split(val, ",")
	told := "" // the kind that the name before announces
	for i, p := range list {
		word := strings.TrimLeft(p, " \t")
		dot := strings.LastIndexByte(word, '.') + 1 // base64url.bearer.authorization.k8s.io.…
		kind := r.nameKind(word)
		if kind == "" && knownScheme(word) != "" {
			kind = "token"
		}
		switch {
		case told != "":
			list[i], kind = p[:len(p)-len(word)]+r.secret(told, word), ""
		case looksRandom(word[dot:], 16):
			list[i] = p[:len(p)-len(word)] + word[:dot] + r.secret("token", word[dot:])
		default:
			list[i] = r.value(p)
		}
		told = kind
	}
	return strings.Join(list, ",")
}

// cookies hides every value; what has no name is all value.
func (r *Redactor) cookies(val string) string {
	var out []byte
	for i, c := range strings.Split(val, ";") {
		if i > 0 {
			out = append(out, ';')
		}
		out = append(out, r.cookie(c)...)
	}
	return string(out)
}

func (r *Redactor) cookie(c string) string {
	body := strings.TrimLeft(c, " \t")
	lead := c[:len(c)-len(body)]
	eq := strings.IndexByte(body, '=')
	if eq <= 0 || markerAt(body) == len(body) {
		return lead + r.secret("cookie", body)
	}
	return lead + r.text(body[:eq]) + "=" + r.secret("cookie", body[eq+1:])
}

// setCookie hides the value of the cookie and leaves its attributes.
func (r *Redactor) setCookie(val string) string {
	c, attrs, ok := strings.Cut(val, ";")
	c = r.cookie(c)
	if ok {
		c += ";" + r.value(attrs)
	}
	return c
}

// fold compares a header's name to one in lower case.
func fold(name, want string) bool {
	if len(name) != len(want) {
		return false
	}
	for i := 0; i < len(name); i++ {
		c := name[i]
		if upper(c) {
			c += 'a' - 'A'
		}
		if c != want[i] {
			return false
		}
	}
	return true
}
