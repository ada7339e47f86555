package semantics

import (
	"math"
	"slices"
	"strings"

	"spaniel/detect/learned"
)

// A member is a name within JSON, below those that it stands in. Members are a
// memory of bodies seen before: an API says the same names again and again,
// mostly in the same order.
type member struct {
	key     string
	literal string // the key as it mostly stands, with quotes and colon; "" of one with escapes
	name    string // with those of the members around it
	hash    uint64 // of the name
	within  *member
	// kids are the members within this one; after is the one that last followed
	// it in its object, first the one that last began the object within.
	kids         map[string]*member
	first, after *member
	id           bool // it is called as ids are
	kind         string
	seen         uint32 // the body in which it was met last
	types        uint32 // of its values there, a bit each
	// raw is the key of one that is not remembered, and has no name.
	raw []byte
}

// Bounds of what is remembered: some 300 bytes a member, 64 bytes a shape and
// 24 for each of its members.
const (
	maxMembers = 4096
	maxShapes  = 1024
	// maxKey is how long a key is at most that has a name.
	maxKey = 128
)

// A Shape is the set of names that a body holds, in the order in which they
// came. It is shared by bodies, and nobody changes it.
type Shape struct {
	// Names are those of members with what they stand in before them:
	// "items.sku".
	Names   []string
	members []*member
}

// A Reader reads bodies for the names and ids in them, and remembers names. It
// belongs to one goroutine; the zero value is ready. What it returns does not
// depend on what it remembers.
type Reader struct {
	given, sent, query member // the roots: of responses, of requests' bodies and queries
	n                  int    // members
	body               uint32
	list               []*member // met in this body, of at most so many names
	names              int
	shapes             map[uint64]*Shape
	ids, asked         []uint64
	fields             []learned.FieldSeen
	text               []byte
	others             [sentDepth + 1]member // stand for members that are not remembered
}

// begin turns r to another body, of which so many names count. Where too much is remembered it is forgotten
// as a whole; the shapes that were given away live on.
func (r *Reader) begin(names int) {
	if r.body == 0 || r.body == math.MaxUint32 || r.n > maxMembers || len(r.shapes) >= maxShapes {
		r.given, r.sent, r.query, r.shapes, r.n, r.body = member{}, member{name: "body"}, member{name: "query"}, nil, 0, 0
	}
	r.body++
	r.list, r.names = r.list[:0], names
}

// kid is the member called key within m, made if need be. Where a body holds
// more names than are told it is one that stands for any.
func (r *Reader) kid(m *member, key []byte, depth int) *member {
	if k := m.kids[string(key)]; k != nil {
		return k
	}
	if m.raw != nil || len(key) > maxKey || len(r.list) >= r.names {
		o := &r.others[depth]
		*o = member{raw: key, within: m, id: idName(key)}
		return o
	}
	k := &member{key: string(key), within: m, id: idName(key)}
	if !strings.ContainsAny(k.key, `"\`) {
		k.literal = `"` + k.key + `":`
	}
	k.name = k.key
	if m.name != "" {
		k.name = m.name + "." + k.key
	}
	k.hash = hashText(fnvOffset, k.name)
	k.kind = k.kindOf()
	if m.kids == nil {
		m.kids = map[string]*member{}
	}
	m.kids[k.key] = k
	r.n++
	return k
}

// meet notes that m is in this body.
func (r *Reader) meet(m *member) {
	if m.seen == r.body || m.raw != nil {
		return
	}
	if len(r.list) < r.names {
		m.seen, m.types = r.body, 0
		r.list = append(r.list, m)
	}
}

// kindOf is what an id called so is of: by its own name, else by that of the
// nearest member around it; "" where none says.
func (m *member) kindOf() string {
	if !m.id {
		return ""
	}
	if kind := namedKind(m.text()); kind != "" {
		return kind
	}
	for p := m.within; p != nil; p = p.within {
		if k := singular(p.text()); k != "" && !wrapper(k) {
			return k
		}
	}
	return ""
}

func (m *member) text() string {
	if m.raw != nil {
		return string(m.raw)
	}
	return m.key
}

// shape is the shape of this body, nil for one without names.
func (r *Reader) shape() *Shape {
	if len(r.list) == 0 {
		return nil
	}
	h := uint64(fnvOffset)
	for _, m := range r.list {
		h = (h ^ m.hash) * fnvPrime
	}
	if s := r.shapes[h]; s != nil && slices.Equal(s.members, r.list) {
		return s
	}
	s := &Shape{members: slices.Clone(r.list)}
	for _, m := range r.list {
		if !slices.Contains(s.Names, m.name) { // "a.b" is what {"a.b"} and {"a":{"b"}} hold
			s.Names = append(s.Names, m.name)
		}
	}
	if r.shapes == nil {
		r.shapes = map[uint64]*Shape{}
	}
	r.shapes[h] = s
	return s
}

// What FNV-1a begins with and multiplies by.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// hashText goes on with a hash over a text.
func hashText[T string | []byte](h uint64, s T) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * fnvPrime
	}
	return h
}
