package semantics

import (
	"bytes"
	"strings"

	"spaniel/event"
)

// How much of a JSON response is looked through for what it gives.
const (
	givenLook  = 64 << 10
	givenDepth = 4
	// MaxGiven bounds the names, and the ids, that Given returns of one response.
	MaxGiven = 64
)

// Given lists what a JSON response holds: the names of its members, with those
// they stand in before them, items of lists not told apart ("items.sku"), and
// the ids: values that are called so, and that of the object that was made, by
// Location. What lies deeper than four levels is not told; the texts are
// copies.
//
// A short id has before it of what it is ("order 17"): a number is that of many
// things.
func Given(c *event.Call) (names, ids []string) {
	if c.Resp.Status == 201 {
		if at := c.Resp.Get("Location"); at != "" {
			if _, rest, absolute := strings.Cut(at, "://"); absolute {
				_, at, _ = strings.Cut(rest, "/")
			}
			at, _, _ = strings.Cut(at, "?")
			var t template
			t.of("/" + strings.TrimPrefix(at, "/"))
			ids = pathIDs(ids, t.path, string(t.text))
		}
	}
	if len(c.Resp.Raw) == 0 || !strings.HasSuffix(mediaType(c.Resp.Get("Content-Type")), "json") {
		return nil, ids
	}
	body := c.RespBody()
	b := body[:min(len(body), givenLook)]
	var at [givenDepth + 1][]byte // the member that is open at each depth
	depth := 0
	seen := map[string]bool{}
	var name []byte
	for i := 0; i < len(b); {
		switch b[i] {
		case '{', '[':
			if depth++; depth <= givenDepth {
				at[depth] = nil
			}
			i++
		case '}', ']':
			depth = max(depth-1, 0)
			i++
		case '"':
			key, next := jsonText(b, i)
			i = next
			v := skipBlank(b, next)
			if v >= len(b) || b[v] != ':' || depth == 0 || depth > givenDepth {
				continue
			}
			at[depth] = key
			name = name[:0]
			for _, k := range at[1 : depth+1] {
				if k == nil {
					continue // a list
				}
				if len(name) > 0 {
					name = append(name, '.')
				}
				name = append(name, k...)
			}
			if len(seen) < MaxGiven && !seen[string(name)] {
				n := string(name)
				seen[n], names = true, append(names, n)
			}
			i = skipBlank(b, v+1)
			if id := idValue(b, i); id != nil && len(ids) < MaxGiven && idName(key) {
				ids = append(ids, idOf(string(id), func() string { return memberKind(string(key), at[1:depth], c.Route) }))
			}
			if i < len(b) && b[i] == '"' {
				_, i = jsonText(b, i)
			}
		default:
			i++
		}
	}
	return names, ids
}

// idAlone is how long an id is that needs no kind: what is as long is told from
// other ids.
const (
	idAlone = 5
	idMax   = 64
)

// idOf is how an id is told: a short one with its kind, "" where it has none.
func idOf(id string, kind func() string) string {
	if len(id) >= idAlone {
		return id
	}
	return kind() + " " + id
}

// memberKind is what a member called key is the id of: by its own name, by that
// of the object it stands in, else by the place that was asked.
func memberKind(key string, within [][]byte, route string) string {
	if kind := namedKind(key); kind != "" {
		return kind
	}
	for i := len(within) - 1; i >= 0; i-- {
		if k := singular(string(within[i])); k != "" && !wrapper(k) {
			return k
		}
	}
	return placeKind(route)
}

// namedKind is what order_id, orderId and order-id are of; "" of a bare id.
func namedKind(key string) string {
	k := strings.ToLower(key)
	if k == "uuid" || len(k) <= 2 {
		return ""
	}
	return singular(strings.TrimRight(k[:len(k)-2], "_-"))
}

// placeKind is what a route is about: its last segment that is a place.
func placeKind(route string) (kind string) {
	for seg := range strings.SplitSeq(route, "/") {
		if seg != "" && seg[0] != '{' {
			kind = singular(seg)
		}
	}
	if oneOf(kind, "me", "self", "profile", "account", "whoami", "userinfo", "login", "session", "signup", "register") {
		return "user"
	}
	return kind
}

// singular is one name for one thing and many.
func singular(s string) string {
	s = strings.ToLower(s)
	switch {
	case strings.HasSuffix(s, "ies"):
		return s[:len(s)-3] + "y"
	case strings.HasSuffix(s, "s") && !strings.HasSuffix(s, "ss"):
		return s[:len(s)-1]
	}
	return s
}

// wrapper reports the name of a member that only wraps what was asked for.
func wrapper(k string) bool {
	return oneOf(k, "data", "item", "result", "content", "record", "row", "list", "value", "payload", "response", "object", "node", "edge", "entry", "attribute", "_embedded", "hit", "page", "body")
}

// idValue is the text or whole number that begins at i, nil if there is none of
// an id's length.
func idValue(b []byte, i int) []byte {
	if i >= len(b) {
		return nil
	}
	v := b[i:]
	if b[i] == '"' {
		if v, _ = jsonText(b, i); i+1+len(v) >= len(b) {
			return nil // cut off
		}
	} else {
		n := 0
		for n < len(v) && digit(v[n]) {
			n++
		}
		v = v[:n]
	}
	if len(v) == 0 || len(v) > idMax || bytes.IndexByte(v, ' ') >= 0 {
		return nil
	}
	return v
}

// idName reports the name of a member that holds an id.
func idName(k []byte) bool {
	n := len(k)
	switch {
	case n < 2:
		return false
	case n == 2:
		return bytes.EqualFold(k, []byte("id"))
	case bytes.EqualFold(k, []byte("uuid")):
		return true
	}
	end := string(k[n-2:])
	return end == "Id" || end == "ID" || (end == "id") && (k[n-3] == '_' || k[n-3] == '-')
}

// Asked lists the ids that the request names: segments of its path that are
// some object's, and values of parameters called ids; as Given does.
func Asked(c *event.Call) (ids []string) {
	ids = pathIDs(nil, c.Req.Path, c.Route)
	for rest := c.Req.Query; rest != "" && len(ids) < MaxGiven; {
		var pair string
		pair, rest, _ = strings.Cut(rest, "&")
		if k, v, _ := strings.Cut(pair, "="); v != "" && len(v) <= idMax && idName([]byte(k)) {
			ids = append(ids, idOf(v, func() string { return memberKind(k, nil, c.Route) }))
		}
	}
	return ids
}

// pathIDs appends the ids in a path, which the route, its template, names.
func pathIDs(ids []string, path, route string) []string {
	kind := ""
	for path != "" && route != "" && len(ids) < MaxGiven {
		var p, r string
		p, path, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
		r, route, _ = strings.Cut(strings.TrimPrefix(route, "/"), "/")
		switch {
		case strings.HasPrefix(r, "{id}") || strings.HasPrefix(r, "{uuid}"):
			if p, _, _ = strings.Cut(p, "."); p != "" && len(p) <= idMax {
				ids = append(ids, idOf(p, func() string { return kind }))
			}
		case r != "" && r[0] != '{':
			kind = singular(r)
		}
	}
	return ids
}
