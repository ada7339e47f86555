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

// Given returns what a JSON response holds: the names of its members, with those
// they stand in before them, items of lists not told apart ("items.sku"), and
// hashes of the ids: of values that are called so, and of that of the object
// that was made, by Location. What lies deeper than four levels is not told.
// The shape is nil where there are no names; the ids are r's own, until it
// reads another response.
//
// A short id is hashed with what it is of ("order 17"): a number is that of
// many things.
func (r *Reader) Given(c *event.Call) (*Shape, []uint64) {
	r.ids = r.ids[:0]
	if c.Resp.Status == 201 {
		r.made(c.Resp.Get("Location"))
	}
	if len(c.Resp.Raw) == 0 || !strings.HasSuffix(mediaType(c.Resp.Get("Content-Type")), "json") {
		return nil, r.ids
	}
	body := c.RespBody()
	r.begin(MaxGiven)
	r.read(body[:min(len(body), givenLook)], c.Route)
	return r.shape(), r.ids
}

// made adds the ids in the place of what was made.
func (r *Reader) made(at string) {
	if at == "" {
		return
	}
	if _, rest, absolute := strings.Cut(at, "://"); absolute {
		_, at, _ = strings.Cut(rest, "/")
	}
	at, _, _ = strings.Cut(at, "?")
	var t template
	t.of("/" + strings.TrimPrefix(at, "/"))
	r.ids = pathIDs(r.ids, t.path, string(t.text))
}

// read goes through JSON. A member is where a text stands before a colon;
// whatever else is wrong is no matter.
func (r *Reader) read(b []byte, route string) {
	// base is what the members of each depth are in, open the latest of them.
	var base, open [givenDepth + 1]*member
	open[0] = &r.given
	depth := 0
	for i := 0; i < len(b); {
		switch b[i] {
		case '{', '[':
			if depth++; depth <= givenDepth {
				if base[depth] = open[depth-1]; base[depth] == nil {
					base[depth] = base[depth-1]
				}
				open[depth] = nil
			}
			i++
		case '}', ']':
			depth = max(depth-1, 0)
			i++
		case '"':
			if depth == 0 || depth > givenDepth {
				i = skipText(b, i)
				continue
			}
			var m *member
			if m, i = r.member(b, i, base[depth], open[depth], depth); m == nil {
				continue
			}
			open[depth] = m
			r.meet(m)
			if m.id && len(r.ids) < MaxGiven {
				if id := idValue(b, i); id != nil {
					r.ids = append(r.ids, hashID(id, m.kindAt(id, route)))
				}
			}
			if i < len(b) && b[i] == '"' {
				i = skipText(b, i)
			}
		default:
			for i++; i < len(b) && b[i] > '"' && b[i]|0x20 < '{'; { // numbers and words
				i++
			}
		}
	}
}

// member reads the key that begins at i, of a member within base that follows
// after, and returns where its value begins; nil and where to go on if the text
// is no key.
func (r *Reader) member(b []byte, i int, base, after *member, depth int) (*member, int) {
	if m := follows(b[i:], base, after); m != nil {
		if i += len(m.literal); i < len(b) && b[i] <= ' ' {
			i = skipBlank(b, i)
		}
		return m, i
	}
	key, next := jsonText(b, i)
	v := skipBlank(b, next)
	if v >= len(b) || b[v] != ':' {
		return nil, next
	}
	m := r.kid(base, key, depth)
	expect(m, base, after)
	return m, skipBlank(b, v+1)
}

// follows is the member that came the last time where b begins, if it comes
// again: within base, behind another or first. nil if it does not.
func follows(b []byte, base, after *member) *member {
	guess := base.first
	if after != nil {
		guess = after.after
	}
	if guess == nil || guess.within != base || guess.literal == "" || len(b) < len(guess.literal) || string(b[:len(guess.literal)]) != guess.literal {
		return nil
	}
	return guess
}

// expect notes that m came within base, behind another or first.
func expect(m, base, after *member) {
	switch {
	case m.raw != nil:
	case after == nil:
		base.first = m
	default:
		after.after = m
	}
}

// kindAt is what an id that m holds is of, "" for one that is told alone.
func (m *member) kindAt(id []byte, route string) string {
	if len(id) >= idAlone {
		return ""
	}
	kind := m.kind
	if m.raw != nil {
		kind = m.kindOf()
	}
	if kind == "" {
		kind = placeKind(route)
	}
	return kind
}

// hashID is the hash of an id; a short one has before it what it is of.
func hashID[T string | []byte](id T, kind string) uint64 {
	h := uint64(fnvOffset)
	if len(id) < idAlone {
		h = hashText(hashText(h, kind), " ")
	}
	return hashText(h, id)
}

// idAlone is how long an id is that needs no kind: what is as long is told from
// other ids.
const (
	idAlone = 5
	idMax   = 64
)

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
func idName[T string | []byte](k T) bool {
	n := len(k)
	switch {
	case n < 2 || k[n-1]|0x20 != 'd':
		return false
	case n == 2:
		return k[0]|0x20 == 'i'
	case n == 4 && strings.EqualFold(string(k), "uuid"):
		return true
	}
	return k[n-2] == 'I' || k[n-2] == 'i' && k[n-1] == 'd' && (k[n-3] == '_' || k[n-3] == '-')
}

// Asked returns hashes of the ids that the request names: segments of its path
// that are some object's, and values of parameters called ids; as Given does.
// They are r's own, until it is asked again.
func (r *Reader) Asked(c *event.Call) []uint64 {
	ids := pathIDs(r.asked[:0], c.Req.Path, c.Route)
	for rest := c.Req.Query; rest != "" && len(ids) < MaxGiven; {
		var pair string
		pair, rest, _ = strings.Cut(rest, "&")
		k, v, _ := strings.Cut(pair, "=")
		if v == "" || len(v) > idMax || !idName(k) {
			continue
		}
		kind := ""
		if len(v) < idAlone {
			if kind = namedKind(k); kind == "" {
				kind = placeKind(c.Route)
			}
		}
		ids = append(ids, hashID(v, kind))
	}
	r.asked = ids
	return ids
}

// pathIDs appends the ids in a path, which the route, its template, names.
func pathIDs(ids []uint64, path, route string) []uint64 {
	before := "" // the segment that is a place
	for path != "" && route != "" && len(ids) < MaxGiven {
		var p, r string
		p, path, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
		r, route, _ = strings.Cut(strings.TrimPrefix(route, "/"), "/")
		switch {
		case strings.HasPrefix(r, "{id}") || strings.HasPrefix(r, "{uuid}"):
			if p, _, _ = strings.Cut(p, "."); p == "" || len(p) > idMax {
				continue
			}
			kind := ""
			if len(p) < idAlone {
				kind = singular(before)
			}
			ids = append(ids, hashID(p, kind))
		case r != "" && r[0] != '{':
			before = r
		}
	}
	return ids
}
