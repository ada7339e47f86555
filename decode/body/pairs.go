package body

import (
	"strings"

	"spaniel/event"
)

// pairs appends the name=value pairs of a query or form: names decoded,
// values raw as sent, repeats kept. What has no name is a value of the whole.
func (k *collector) pairs(prefix string, kind event.LeafKind, s string) {
	for s != "" {
		if k.full() {
			k.rest(prefix, kind, s)
			return
		}
		var pair string
		pair, s, _ = strings.Cut(s, "&")
		if pair == "" {
			continue
		}
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			name, value = "", pair
		}
		name = formName(name)
		place := k.place(prefix, name)
		k.name(place, name)
		k.add(event.Leaf{Place: place, Key: name, Kind: kind, Value: value})
		k.insidePair(place, name, value, true)
	}
}

// formName decodes a form name once.
func formName(s string) string {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s
	}
	b, _ := appendPercent(nil, s, true)
	return string(b)
}

// headers appends header values by lower-case name; Cookie as its cookies.
func (k *collector) headers(prefix string, list []event.Header) {
	for i := range list {
		h := &list[i]
		if k.full() {
			k.rest(prefix, event.LeafHeader, h.Name+": "+h.Value)
			return
		}
		if k.see == nil {
			k.field(prefix, h)
		} else {
			k.showField(prefix, h)
		}
	}
}

// field appends what a header holds.
func (k *collector) field(prefix string, h *event.Header) {
	if strings.EqualFold(h.Name, "Cookie") {
		k.cookies(h.Value)
		return
	}
	place := k.header(prefix, h.Name)
	k.name(place, h.Name)
	k.add(event.Leaf{Place: place, Key: h.Name, Kind: event.LeafHeader, Value: h.Value})
	k.inside(place, h.Name, h.Value)
}

// header is the place of a header: its name in ASCII lower case.
func (k *collector) header(prefix, name string) string {
	if k.see != nil {
		k.see.Name(name)
		return ""
	}
	e := k.e
	e.buf = append(append(e.buf[:0], prefix...), '.')
	for i := 0; i < min(len(name), maxName); i++ {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		e.buf = append(e.buf, c)
	}
	return e.intern()
}

// cookies appends the cookies of a Cookie header.
func (k *collector) cookies(s string) {
	for s != "" {
		if k.full() {
			k.rest("cookie", event.LeafCookie, s)
			return
		}
		var pair string
		pair, s, _ = strings.Cut(s, ";")
		if pair = strings.TrimSpace(pair); pair == "" {
			continue
		}
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			name, value = "", pair
		}
		if n := len(value); n > 1 && value[0] == '"' && value[n-1] == '"' {
			value = value[1 : n-1]
		}
		place := k.place("cookie", name)
		k.name(place, name)
		k.add(event.Leaf{Place: place, Key: name, Kind: event.LeafCookie, Value: value})
		k.insidePair(place, name, value, false)
	}
}
