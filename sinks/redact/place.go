package redact

import (
	"strings"

	"spaniel/event"
)

// Text hides the secrets of a piece of evidence or of a sample: all of it
// where its place holds secrets (header.authorization, cookie.sid,
// query.token, body.user.password), else what has the form of a secret.
func (r *Redactor) Text(place, text string) string {
	if text == "" {
		return text
	}
	place = strings.TrimPrefix(strings.TrimPrefix(place, "req."), "resp.")
	root, rest, _ := strings.Cut(place, ".")
	switch root {
	case "cookie", "cookies":
		return r.secret("cookie", text)
	case "header", "headers":
		return r.header(rest, text)
	case "target", "url":
		return r.target(text)
	case "query", "form":
		if rest == "" {
			return r.query(text)
		}
	}
	kind := r.placeKind(rest)
	if kind == "" {
		kind = r.softKind(rest, text)
	}
	if kind != "" {
		return r.secret(kind, text)
	}
	return r.value(text)
}

// placeKind judges every name on the way to a value: a member of a member
// called secret is one.
func (r *Redactor) placeKind(names string) string {
	for names != "" {
		name, rest, _ := strings.Cut(names, ".")
		if kind := r.decodedKind(name); kind != "" {
			return kind
		}
		names = rest
	}
	return ""
}

// leaf returns the leaf's value as it is stored.
func (r *Redactor) leaf(l *event.Leaf) string {
	switch l.Kind {
	case event.LeafCookie:
		return r.secret("cookie", l.Value)
	case event.LeafHeader:
		return r.header(l.Key, l.Value)
	case event.LeafPath:
		if kind := r.decodedKind(l.Key); kind != "" { // a matrix parameter: ;jsessionid=
			return r.secret(kind, l.Value)
		}
		return r.value(l.Value)
	case event.LeafName, event.LeafBody:
		return r.value(l.Value)
	}
	if l.Type == "bool" || l.Type == "null" {
		return l.Value
	}
	_, names, _ := strings.Cut(l.Place, ".")
	kind := r.decodedKind(l.Key)
	if kind == "" {
		kind = r.placeKind(names)
	}
	if kind == "" && softWord(l.Key) != "" {
		kind = r.softKind(l.Key, unescape(l.Value))
	}
	switch {
	case kind == "":
		return r.value(l.Value)
	case l.Kind == event.LeafQuery || l.Kind == event.LeafForm:
		return r.formSecret(kind, l.Value)
	}
	return r.secret(kind, l.Value)
}

// maxLeaves and maxLeafBytes bound req_leaves of one record: 256 × 1 KiB is
// four times the cap on a body, far more than any API call holds.
const (
	maxLeaves    = 256
	maxLeafBytes = 1024
)

// leaves appends the redacted leaves, and reports whether it cut any off.
func (r *Redactor) leaves(dst event.ValueMap, all []event.Leaf) (event.ValueMap, bool) {
	cut := false
	for i := range all {
		if len(dst) == maxLeaves {
			return dst, true
		}
		var v string
		if kind := r.besideKind(all, i); kind != "" {
			v = r.secret(kind, all[i].Value)
		} else {
			v = r.leaf(&all[i])
		}
		if len(v) > maxLeafBytes {
			v, cut = strings.Clone(v[:maxLeafBytes]), true // the record waits, and would hold all of the body
		}
		dst = append(dst, event.Header{Name: r.value(all[i].Place), Value: v})
	}
	return dst, cut
}
