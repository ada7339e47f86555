package semantics

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"spaniel/event"

	"pgregory.net/rapid"
)

// slowGiven says what Given should, name by name and text by text: it remembers
// nothing.
func slowGiven(c *event.Call) (names, ids []string) {
	if c.Resp.Status == 201 {
		if at := c.Resp.Get("Location"); at != "" {
			if _, rest, absolute := strings.Cut(at, "://"); absolute {
				_, at, _ = strings.Cut(rest, "/")
			}
			at, _, _ = strings.Cut(at, "?")
			var t template
			t.of("/" + strings.TrimPrefix(at, "/"))
			ids = slowPathIDs(ids, t.path, string(t.text))
		}
	}
	if len(c.Resp.Raw) == 0 || !strings.HasSuffix(mediaType(c.Resp.Get("Content-Type")), "json") {
		return nil, ids
	}
	body := c.RespBody()
	b := body[:min(len(body), givenLook)]
	var at [givenDepth + 1][]byte // the member that is open at each depth
	depth := 0
	met := map[string]bool{}
	var name, path []byte
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
			name, path = name[:0], path[:0]
			nameless := false
			for _, k := range at[1 : depth+1] {
				if k == nil {
					continue // a list
				}
				if len(name) > 0 {
					name = append(name, '.')
				}
				name = append(name, k...)
				path = append(append(path, k...), '"') // no key has a bare quote
				nameless = nameless || len(k) > maxKey // and so has what stands in it
			}
			if n := string(name); !nameless && len(met) < MaxGiven && !met[string(path)] {
				// {"a.b":…} and {"a":{"b":…}} are two members of one name.
				if met[string(path)] = true; !slices.Contains(names, n) {
					names = append(names, n)
				}
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

// slowAsked lists the ids that the request names: segments of its path that are
// some object's, and values of parameters called ids; as Given does.
func slowAsked(c *event.Call) (ids []string) {
	ids = slowPathIDs(nil, c.Req.Path, c.Route)
	for rest := c.Req.Query; rest != "" && len(ids) < MaxGiven; {
		var pair string
		pair, rest, _ = strings.Cut(rest, "&")
		if k, v, _ := strings.Cut(pair, "="); v != "" && len(v) <= idMax && idName(k) {
			ids = append(ids, idOf(v, func() string { return memberKind(k, nil, c.Route) }))
		}
	}
	return ids
}

// slowPathIDs appends the ids in a path, which the route, its template, names.
func slowPathIDs(ids []string, path, route string) []string {
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

// sameAsModel compares a reader with the model on one call.
func sameAsModel(t interface{ Fatalf(string, ...any) }, r *Reader, c *event.Call) {
	names, ids := slowGiven(c)
	shape, given := r.Given(c)
	var got []string
	if shape != nil {
		got = shape.Names
	}
	if !slices.Equal(got, names) {
		t.Fatalf("%s: names %q, want %q", c.Resp.Raw, got, names)
	}
	if !slices.Equal(given, hashes(ids)) {
		t.Fatalf("%s: ids %v, want those of %q", c.Resp.Raw, given, ids)
	}
	if want := slowAsked(c); !slices.Equal(r.Asked(c), hashes(want)) {
		t.Fatalf("%s?%s: asked %v, want those of %q", c.Req.Path, c.Req.Query, r.Asked(c), want)
	}
}

// hashes are those of ids as the model tells them.
func hashes(ids []string) (h []uint64) {
	for _, id := range ids {
		h = append(h, hashText(fnvOffset, id))
	}
	return h
}

// TestGivenIsAsTheModelSays: whatever bodies came before, and in whichever
// order their members stand.
func TestGivenIsAsTheModelSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r Reader
		for range rapid.IntRange(1, 12).Draw(t, "bodies") {
			c, _ := shape("GET /orders/17?user_id=4&id=abcdef", "200 {")
			c.Route, _ = Route(c.Req.Path)
			c.Resp.Raw = []byte(drawJSON(t, 0))
			if cut := rapid.IntRange(0, 4*len(c.Resp.Raw)).Draw(t, "cut"); cut < len(c.Resp.Raw) {
				c.Resp.Raw = c.Resp.Raw[:cut]
			}
			sameAsModel(t, &r, c)
		}
	})
}

// drawJSON is a value of few names in any order, odd spaces and texts.
func drawJSON(t *rapid.T, depth int) string {
	kind := rapid.IntRange(0, 9).Draw(t, "kind")
	if depth > 5 {
		kind = 7
	}
	space := rapid.SampledFrom([]string{"", "", " ", "\n\t"}).Draw(t, "space")
	switch {
	case kind < 4:
		var members []string
		for range rapid.IntRange(0, 5).Draw(t, "members") {
			key := rapid.SampledFrom([]string{"id", "ID", "uuid", "order_id", "items", "data", "name", "user", "productId", "näme", `q\"uote`, `back\\`, "paid"}).Draw(t, "key")
			members = append(members, `"`+key+`"`+space+":"+space+drawJSON(t, depth+1))
		}
		return "{" + space + strings.Join(members, ","+space) + "}"
	case kind < 6:
		var items []string
		for range rapid.IntRange(0, 4).Draw(t, "items") {
			items = append(items, drawJSON(t, depth+1))
		}
		return "[" + strings.Join(items, space+",") + "]"
	case kind < 8:
		return rapid.SampledFrom([]string{"1", "17", "12345", "-3", "1.5", "true", "null", "123456789012"}).Draw(t, "bare")
	}
	return rapid.SampledFrom([]string{`""`, `"x"`, `"abcdefgh"`, `"a b"`, `"17"`, `"esc\"aped \\"`, `"\u0041bcdefghij"`, `"{\"id\":5}"`, `"12345678-1234"`}).Draw(t, "text")
}

// TestManyNames: what is beyond the bounds of a body, or of the memory, is as
// the model says too.
func TestManyNames(t *testing.T) {
	var r Reader
	for i := range 300 {
		var b strings.Builder
		for k := range 100 {
			fmt.Fprintf(&b, `,"k%d":{"order_id":%d,"v":{"id":"%d"}}`, i*37+k, k, k+10_000)
		}
		c, _ := shape("GET /orders", "200 {")
		c.Route = "/orders"
		c.Resp.Raw = []byte("{" + b.String()[1:] + "}")
		sameAsModel(t, &r, c)
		if r.n > 2*maxMembers || len(r.shapes) > maxShapes {
			t.Fatalf("%d members, %d shapes are remembered", r.n, len(r.shapes))
		}
	}
}
