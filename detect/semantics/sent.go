package semantics

import (
	"bytes"
	"encoding/json"
	"net/url"

	"spaniel/detect/learned"
	"spaniel/event"
)

// sentDepth is how deep fields of a JSON request are told, sentNames how many
// names are looked at, those that others stand in among them.
const (
	sentDepth = 16
	sentNames = 4 * MaxGiven
)

// Sent appends the fields of the request's query and body to dst, each once
// with each type that it has: "query.page", "body.items.*.sku". A body that is
// not surely JSON or a form, by its type and its first bytes, is asked for its
// leaves. No more than MaxGiven fields are told.
func (r *Reader) Sent(c *event.Call, dst []learned.FieldSeen) []learned.FieldSeen {
	if c.Req.Query == "" && len(c.Req.Raw) == 0 {
		return dst
	}
	r.begin(sentNames)
	r.fields = dst
	if c.Req.Query != "" {
		r.text = append(r.text[:0], c.Req.Query...)
		r.pairs(&r.query, r.text)
	}
	if len(c.Req.Raw) > 0 {
		switch body := c.ReqBody(); sentAs(c, body) {
		case sentJSON:
			if n := len(r.fields); !r.sentJSON(body) {
				r.begin(sentNames)
				r.fields = r.fields[:n]
				r.sentLeaves(c.Leaves())
			}
		case sentForm:
			r.pairs(&r.sent, body)
		default:
			r.sentLeaves(c.Leaves())
		}
	}
	dst, r.fields = r.fields, nil
	return dst
}

// How a body is read.
const (
	sentOtherwise = iota
	sentJSON
	sentForm
)

// sentAs is sure of its answer: what may be read in more than one way is read
// otherwise.
func sentAs(c *event.Call, body []byte) int {
	media := mediaType(c.Req.Get("Content-Type"))
	head := bytes.TrimLeft(body, " \t\r\n")
	if len(head) < 2 || head[1] == 0 {
		return sentOtherwise
	}
	switch head[0] {
	case '{', '[':
		if foldEqual(media, "application/json") {
			return sentJSON
		}
	case '<', '-', '"', '\'', 0, 0xef, 0xfe, 0xff:
	default:
		if foldEqual(media, "application/x-www-form-urlencoded") {
			return sentForm
		}
	}
	return sentOtherwise
}

// pairs notes the fields of a query or a form.
func (r *Reader) pairs(root *member, s []byte) {
	for len(s) > 0 {
		var pair []byte
		pair, s, _ = bytes.Cut(s, []byte("&"))
		name, value, ok := bytes.Cut(pair, []byte("="))
		if !ok || len(name) == 0 {
			continue // a value of the whole
		}
		if bytes.IndexByte(name, '%') >= 0 || bytes.IndexByte(name, '+') >= 0 {
			if plain, err := url.QueryUnescape(string(name)); err == nil {
				name = []byte(plain)
			}
		}
		m := r.field(root, name, 1)
		r.meet(m)
		r.value(m, learned.TypeOf("", value))
	}
}

// field is the member called key; numbers are items, which are one.
func (r *Reader) field(m *member, key []byte, depth int) *member {
	for i := 0; i < len(key); i++ {
		if !digit(key[i]) {
			return r.kid(m, key, depth)
		}
	}
	if len(key) == 0 {
		return r.kid(m, key, depth)
	}
	return r.kid(m, []byte("*"), depth)
}

// value notes a value of m.
func (r *Reader) value(m *member, t learned.Type) {
	if m.raw != nil || m.seen != r.body || m.types>>t&1 != 0 || len(r.fields) >= MaxGiven {
		return
	}
	m.types |= 1 << t
	r.fields = append(r.fields, learned.FieldSeen{Place: m.name, Type: t})
}

// sentJSON notes the fields of JSON; false where there is something that only
// some take for JSON: comments, single quotes.
func (r *Reader) sentJSON(b []byte) bool {
	// at is what the values of each depth are of: the latest member of an object,
	// the items of a list.
	var base, at [sentDepth + 1]*member
	var list [sentDepth + 1]bool
	at[0] = &r.sent
	depth := 0
	for i := 0; i < len(b); {
		switch b[i] {
		case '{', '[':
			end := skipBlank(b, i+1)
			empty := end < len(b) && b[end] == b[i]+2
			if depth <= sentDepth && empty && at[depth] != nil {
				r.value(at[depth], learned.TypeOf("object", ""))
			}
			if depth++; depth <= sentDepth {
				if base[depth] = at[depth-1]; base[depth] == nil {
					base[depth] = base[depth-1]
				}
				at[depth], list[depth] = nil, b[i] == '['
				if list[depth] {
					at[depth] = r.kid(base[depth], []byte("*"), depth)
					r.meet(at[depth])
					base[depth] = at[depth]
				}
			}
			i++
		case '}', ']':
			depth = max(depth-1, 0)
			i++
		case '"':
			if depth > sentDepth {
				i = skipText(b, i)
				continue
			}
			if depth > 0 && !list[depth] {
				if m := follows(b[i:], base[depth], at[depth]); m != nil {
					at[depth] = m
					r.meet(m)
					i += len(m.literal)
					continue
				}
			}
			text, next := jsonText(b, i)
			v := skipBlank(b, next)
			if v < len(b) && b[v] == ':' && depth > 0 {
				m := r.field(base[depth], unescaped(text), depth)
				expect(m, base[depth], at[depth])
				at[depth] = m
				r.meet(m)
				i = v + 1
				continue
			}
			if at[depth] != nil {
				r.value(at[depth], learned.TypeOf("string", unescaped(text)))
			}
			i = next
		case ' ', '\t', '\r', '\n', ',', ':':
			i++
		case '/', '\'', '#':
			return false
		default:
			from := i
			for i++; i < len(b) && b[i] > '"' && b[i] != ',' && b[i] != ':' && b[i]|0x20 < '{'; {
				i++
			}
			if depth <= sentDepth && at[depth] != nil {
				r.value(at[depth], learned.TypeOf(bareType(b[from]), b[from:i]))
			}
		}
	}
	return true
}

// unescaped is a JSON text with its escapes resolved.
func unescaped(text []byte) []byte {
	if bytes.IndexByte(text, '\\') < 0 {
		return text
	}
	var plain string
	if json.Unmarshal(append(append([]byte{'"'}, text...), '"'), &plain) != nil {
		return text
	}
	return []byte(plain)
}

// bareType is what JSON calls the type of a value that is no text, by its first
// byte; "" of what is none.
func bareType(c byte) string {
	switch {
	case c == 'n':
		return "null"
	case c == 't' || c == 'f':
		return "bool"
	case digit(c) || c == '-':
		return "number"
	}
	return ""
}

// sentLeaves notes the fields that leaves tell of.
func (r *Reader) sentLeaves(leaves []event.Leaf) {
	for i := range leaves {
		leaf := &leaves[i]
		switch leaf.Kind {
		case event.LeafForm, event.LeafJSON, event.LeafMultipart, event.LeafXML:
			if len(r.fields) < MaxGiven {
				m := r.placed(leaf.Place)
				r.meet(m)
				r.value(m, learned.TypeOf(leaf.Type, leaf.Value))
			}
		}
	}
}

// placed is the member at a place of the body.
func (r *Reader) placed(place string) *member {
	r.text = append(r.text[:0], place...)
	m, rest := &r.sent, r.text
	for depth := 0; ; depth = min(depth+1, sentDepth) {
		var part []byte
		part, rest, _ = bytes.Cut(rest, []byte("."))
		if depth > 0 {
			m = r.field(m, part, depth)
		}
		if len(rest) == 0 {
			return m
		}
	}
}
