package redact

import "strings"

// maxDecodings bounds how often percent signs within percent signs are
// followed.
const maxDecodings = 3

// value hides secrets in a value, also behind percent signs: one that changes
// once decoded is replaced by its hidden form, encoded again.
func (r *Redactor) value(s string) string {
	if r.mem.clean(s) {
		return s
	}
	return r.mem.recall(useValue, "", s, func() string { return r.deepValue(s, 0) })
}

func (r *Redactor) deepValue(s string, depth int) string {
	s = r.text(s)
	if depth == maxDecodings || strings.IndexByte(s, '%') < 0 {
		return s
	}
	plain := unescape(s)
	if plain == s {
		return s
	}
	if hidden := r.deepValue(plain, depth+1); hidden != plain {
		return escape(hidden)
	}
	return s
}

// unescape decodes percent signs, leaving those that encode nothing.
func unescape(s string) string {
	var b []byte
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if hi, lo := unhex(s[i+1]), unhex(s[i+2]); hi >= 0 && lo >= 0 {
				if b == nil {
					b = append(make([]byte, 0, len(s)), s[:i]...)
				}
				b = append(b, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		if b != nil {
			b = append(b, s[i])
		}
	}
	if b == nil {
		return s
	}
	return string(b)
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// escape encodes what would change the structure of a query; a marker's own
// characters stay readable.
func escape(s string) string {
	const hex = "0123456789ABCDEF"
	var b []byte
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("%&;#+?=\"'<>\\`", c) >= 0 {
			b = append(b, '%', hex[c>>4], hex[c&15])
		} else {
			b = append(b, c)
		}
	}
	return string(b)
}

// query hides secrets in a query or form: the values of telling names, and
// whatever else has the form of a secret.
func (r *Redactor) query(s string) string {
	if s == "" {
		return s
	}
	var out []byte
	changed := false
	for i := 0; i <= len(s); {
		end := i
		for end < len(s) && s[end] != '&' && s[end] != ';' {
			end++
		}
		pair := s[i:end]
		hidden := r.pair(pair)
		if !changed && hidden != pair {
			changed = true
			out = append(make([]byte, 0, len(s)+32), s[:i]...)
		}
		if changed {
			out = append(out, hidden...)
			if end < len(s) {
				out = append(out, s[end])
			}
		}
		i = end + 1
	}
	if !changed {
		return s
	}
	return string(out)
}

func (r *Redactor) pair(s string) string {
	if r.mem.asIs(s) {
		return s
	}
	hidden := r.judgePair(s)
	if hidden == s {
		r.mem.keepAsIs(s)
	}
	return hidden
}

func (r *Redactor) judgePair(s string) string {
	eq := strings.IndexByte(s, '=')
	if eq < 0 {
		return r.value(s)
	}
	name, val := s[:eq], s[eq+1:]
	kind := r.decodedKind(name)
	if kind == "" && softWord(name) != "" {
		kind = r.softKind(name, unescape(val))
	}
	if kind != "" {
		return s[:eq+1] + r.formSecret(kind, val)
	}
	n, v := r.value(name), r.value(val)
	if n == name && v == val {
		return s
	}
	return n + "=" + v
}

// formSecret hashes the value as the server decodes it, so that it joins the
// same secret sent in another container.
func (r *Redactor) formSecret(kind, s string) string {
	if markerAt(s) == len(s) {
		return s
	}
	return r.secret(kind, unescape(strings.ReplaceAll(s, "+", " ")))
}

// target hides secrets in a request target or URL: userinfo, path, query and
// fragment.
func (r *Redactor) target(s string) string {
	if at := strings.IndexByte(s, '@'); at > 0 && !strings.ContainsAny(s, "/?") {
		return r.host(s) // CONNECT user:password@host:443
	}
	head, frag, hasFrag := strings.Cut(s, "#")
	path, query, hasQuery := strings.Cut(head, "?")
	p, q, f := r.path(path), r.query(query), r.query(frag)
	if p == path && q == query && f == frag {
		return s
	}
	if hasQuery {
		p += "?" + q
	}
	if hasFrag {
		p += "#" + f
	}
	return p
}

// path hides secrets in a path, which may begin with a scheme and authority.
// Each segment is looked at by itself: a parameter ends with its segment.
func (r *Redactor) path(s string) string {
	if r.mem.clean(s) {
		return s
	}
	at := strings.Index(s, "://")
	if at < 0 {
		return r.segments(s)
	}
	if sp := r.userinfo(s, at+3); sp.end > sp.start {
		s = s[:sp.start] + r.secret(sp.kind, s[sp.start:sp.end]) + s[sp.end:]
	}
	end := authorityEnd(s, at+3)
	return s[:end] + r.segments(s[end:])
}

func (r *Redactor) segments(s string) string {
	var out []byte
	for i := 0; i <= len(s); {
		end := strings.IndexByte(s[i:], '/')
		if end < 0 {
			end = len(s) - i
		}
		out = append(out, r.value(s[i:i+end])...)
		if i += end; i < len(s) {
			out = append(out, '/')
		}
		i++
	}
	if string(out) == s {
		return s
	}
	return string(out)
}

func authorityEnd(s string, i int) int {
	if n := strings.IndexAny(s[i:], "/?#\\\"'<> \t\r\n"); n >= 0 {
		return i + n
	}
	return len(s)
}

// longUser is the size from which a URL's user without a password is taken
// for a token.
const longUser = 16

// userinfo returns where the secret of an authority lies that starts at i:
// the password, or the whole of a user that looks like a token.
func (r *Redactor) userinfo(s string, i int) span {
	auth := s[i:authorityEnd(s, i)]
	at := strings.LastIndexByte(auth, '@')
	if at <= 0 || markerAt(auth) == at {
		return span{}
	}
	colon := strings.IndexByte(auth[:at], ':')
	switch {
	case colon >= 0 && markerAt(auth[colon+1:at]) == at-colon-1:
		return span{}
	case colon >= 0:
		return span{i + colon + 1, i + at, "password"}
	case at >= longUser:
		return span{i, i + at, "token"}
	}
	return span{}
}

// host hides a user and password in front of a host.
func (r *Redactor) host(s string) string {
	if strings.IndexByte(s, '@') >= 0 {
		if sp := r.userinfo(s, 0); sp.end > sp.start {
			s = s[:sp.start] + r.secret(sp.kind, s[sp.start:sp.end]) + s[sp.end:]
		}
	}
	return r.value(s)
}
