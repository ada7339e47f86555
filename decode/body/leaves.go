package body

import (
	"strconv"
	"strings"

	"spaniel/event"
)

// collector appends leaves until its budget is used up.
type collector struct {
	e    *Expander
	call *event.Call
	dst  []event.Leaf
	left int // leaves the part now read may still add

	// see, if any, is shown each leaf instead of its being kept; it was of no use
	// if given up.
	see   event.Viewer
	given bool

	added   int     // leaves, or those shown
	told    uint8   // what the bytes of the value to be shown tell, 0 if they were not asked
	nested  int     // values within values
	charset charset // of the parts of a body, nil for one that is ASCII and more
	cut     bool    // a cap was met within one
}

// Leaves appends every client-controlled value of the request to dst: path
// segments, query, headers, cookies and the body by its structure, and names
// where they are odd. What lies beyond a cap is one leaf, as sent.
func (e *Expander) Leaves(c *event.Call, dst []event.Leaf) []event.Leaf {
	k := collector{e: e, call: c, dst: dst}
	k.heads()
	if b := c.ReqBody(); len(b) > 0 {
		k.body(b)
	}
	return k.dst
}

// heads appends what stands before the body, and leaves to that what is left.
func (k *collector) heads() {
	c, total := k.call, k.e.cfg.MaxLeaves
	k.left = total * sharePath / 10
	k.path(c.Req.Path)
	k.left = total * shareQuery / 10
	k.pairs("query", event.LeafQuery, c.Req.Query)
	k.left = total * shareHeader / 10
	k.headers("header", c.Req.Headers)
	k.headers("trailer", c.Req.Trailers)
	k.left = max(0, total-k.added)
}

// full reports whether the budget is used up, and then marks the call. One
// place is left for the rest.
func (k *collector) full() bool {
	if k.left > 1 {
		return false
	}
	k.capped()
	return true
}

// add appends a leaf.
func (k *collector) add(l event.Leaf) {
	if k.left <= 0 {
		k.capped()
		return
	}
	k.left--
	k.added++
	if k.see != nil {
		k.show(&l)
		return
	}
	l.Expand, l.Call = k.e.read, k.call
	k.dst = append(k.dst, l)
}

// rest appends what lies beyond a cap as one leaf.
func (k *collector) rest(place string, kind event.LeafKind, value string) {
	if value != "" {
		k.add(event.Leaf{Place: place, Kind: kind, Value: value})
	}
}

// name appends the name of a value when it is odd enough to carry something.
func (k *collector) name(place, name string) {
	if oddName(name) && !k.full() {
		k.add(event.Leaf{Place: place, Key: name, Kind: event.LeafName, Value: name})
	}
}

// longName is the shortest name that may be Base64 of something.
const longName = 12

// oddName reports a name that no program gives a value: with signs in it, or
// Base64 that says text.
func oddName(name string) bool {
	for i := 0; i < len(name); i++ {
		if !plainName[name[i]] {
			return true
		}
	}
	if len(name) < longName || strings.ContainsAny(name, ".[]") {
		return false
	}
	s, enc := plausible(name)
	if enc == nil {
		return false
	}
	var probe [longName]byte
	n, err := enc.Decode(probe[:], []byte(s[:min(len(s), longName)&^3]))
	for _, c := range probe[:n] {
		if c < ' ' && c != '\n' && c != '\r' || c > '~' {
			return false // words of letters say bytes beyond ASCII
		}
	}
	return err == nil && n > 0
}

// plainName marks the bytes of ordinary parameter names.
var plainName = func() (t [256]bool) {
	for _, c := range "0123456789_.-[]" {
		t[c] = true
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = true, true
	}
	return t
}()

// place joins prefix and name; repeated places share one string.
func (e *Expander) place(prefix, name string) string {
	if name == "" || len(prefix) > maxPlace {
		return prefix
	}
	p := e.recent.at(prefix, name)
	if p.prefix == prefix && p.name == name {
		return p.place
	}
	e.buf = append(append(append(e.buf[:0], prefix...), '.'), name[:min(len(name), maxName)]...)
	place := e.intern()
	if len(name) <= maxName && len(place) <= 64 {
		*p = joined{prefix: prefix, name: place[len(place)-len(name):], place: place}
	}
	return place
}

// numbered is place with a number for a name.
func (e *Expander) numbered(prefix string, n int) string {
	if len(prefix) > maxPlace {
		return prefix
	}
	e.buf = strconv.AppendInt(append(append(e.buf[:0], prefix...), '.'), int64(n), 10)
	return e.intern()
}

// maxPlaces bounds the places remembered: 4,096 of at most 64 bytes.
const maxPlaces = 4096

// intern returns buf as a string.
func (e *Expander) intern() string {
	if s, ok := e.places[string(e.buf)]; ok {
		return s
	}
	s := string(e.buf)
	if len(s) <= 64 {
		if len(e.places) >= maxPlaces {
			clear(e.places)
		}
		e.places[s] = s
	}
	return s
}

// path appends the segments, their matrix parameters, and the whole path when
// it may mean something else than its segments do.
func (k *collector) path(path string) {
	if strings.ContainsAny(path, "%\\") || strings.Contains(path, "..") || strings.Contains(path, "//") {
		k.add(event.Leaf{Place: "path", Kind: event.LeafPath, Value: path})
	}
	n := 0
	for rest := path; rest != ""; {
		if k.full() {
			k.rest("path", event.LeafPath, rest)
			return
		}
		var segment string
		segment, rest, _ = strings.Cut(rest, "/")
		if segment == "" {
			continue
		}
		n++
		place := k.numbered("path", n)
		k.add(event.Leaf{Place: place, Key: strconv.Itoa(n), Kind: event.LeafPath, Value: segment})
		k.matrix(place, segment)
	}
}

// matrix appends the ;name=value parameters of a path segment.
func (k *collector) matrix(place, segment string) {
	_, rest, more := strings.Cut(segment, ";")
	for more && !k.full() {
		var pair string
		pair, rest, more = strings.Cut(rest, ";")
		if name, value, ok := strings.Cut(pair, "="); ok {
			at := k.place(place, name)
			k.name(at, name)
			k.add(event.Leaf{Place: at, Key: name, Kind: event.LeafPath, Value: value})
		}
	}
}
