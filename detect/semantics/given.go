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
// the values that are called ids. What lies deeper than four levels is not
// told; the texts are copies.
func Given(c *event.Call) (names, ids []string) {
	if len(c.Resp.Raw) == 0 || !strings.HasSuffix(mediaType(c.Resp.Get("Content-Type")), "json") {
		return nil, nil
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
				ids = append(ids, string(id))
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

// idMin is how long an id is that is told from other ids: a short number is
// that of many things.
const idMin = 5

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
	if len(v) < idMin || len(v) > 64 || bytes.IndexByte(v, ' ') >= 0 {
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
// some object's, and values of parameters called ids.
func Asked(c *event.Call) (ids []string) {
	path, route := c.Req.Path, c.Route
	for path != "" && route != "" && len(ids) < MaxGiven {
		var p, r string
		p, path, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
		r, route, _ = strings.Cut(strings.TrimPrefix(route, "/"), "/")
		if (strings.HasPrefix(r, "{id}") || strings.HasPrefix(r, "{uuid}")) && len(p) >= idMin && len(p) <= 64 {
			p, _, _ = strings.Cut(p, ".")
			ids = append(ids, p)
		}
	}
	for rest := c.Req.Query; rest != "" && len(ids) < MaxGiven; {
		var pair string
		pair, rest, _ = strings.Cut(rest, "&")
		if k, v, _ := strings.Cut(pair, "="); len(v) >= idMin && len(v) <= 64 && idName([]byte(k)) {
			ids = append(ids, v)
		}
	}
	return ids
}
