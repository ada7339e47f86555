package detect

import "spaniel/event"

// A Leaf is a client-controlled value as expressions see it: `#.place`,
// `#.key`, `#.kind`, `#.type`, `#.value`. Expression functions that take a
// leaf look at all its readings.
type Leaf struct {
	Place string `expr:"place"`
	Key   string `expr:"key"`
	Kind  string `expr:"kind"`
	Type  string `expr:"type"`
	Value string `expr:"value"`

	leaf *event.Leaf
}

// A HeaderField is one header as expressions see it: `.name`, `.value`.
type HeaderField struct {
	Name  string `expr:"name"`
	Value string `expr:"value"`
}

// byteSet is a set of byte values.
type byteSet [4]uint64

func (b *byteSet) add(s string) {
	for i := 0; i < len(s); i++ {
		b[s[i]>>6] |= 1 << (s[i] & 63)
	}
}

func (b *byteSet) meets(o *byteSet) bool {
	return b[0]&o[0]|b[1]&o[1]|b[2]&o[2]|b[3]&o[3] != 0
}

// maxEvidence bounds the reasons kept for one verdict, maxText the bytes of
// text in each.
const (
	maxEvidence = 8
	maxText     = 256
)

// find is one reason found while an expression ran; its text still is as on
// the wire and is redacted when an alert is made of it.
type find struct {
	place, chain, text string
	offset             int
	// whole is what text was found in: a secret's name may stand before the
	// part that matched.
	whole string
}

// note keeps a reason, once per place and chain.
func (s *scope) note(f find) {
	if len(s.finds) == maxEvidence {
		return
	}
	for i := range s.finds {
		if s.finds[i].place == f.place && s.finds[i].chain == f.chain && s.finds[i].offset == f.offset {
			return
		}
	}
	if len(f.text) > maxText {
		f.text = f.text[:maxText]
	}
	s.finds = append(s.finds, f)
}

// match runs test over x, which is a leaf (every reading), a list of leaves
// or a string, and notes where it first holds.
func (s *scope) match(x any, test func(string) (int, string, bool), needs *byteSet) bool {
	switch x := x.(type) {
	case *Leaf:
		return s.matchLeaf(x.leaf, test, needs)
	case []*Leaf:
		for _, l := range x {
			if s.matchLeaf(l.leaf, test, needs) {
				return true
			}
		}
	case string:
		return s.matchText(x, test)
	}
	return false
}

func (s *scope) matchText(x string, test func(string) (int, string, bool)) bool {
	if !s.spend(len(x)) {
		return false
	}
	off, text, ok := test(x)
	if ok {
		s.note(find{place: s.placeOf(x), text: text, offset: off, whole: x})
	}
	return ok
}

// matchAgain is matchText for a text that was searched before, as likely as not.
func (s *scope) matchAgain(x string, test func(string) (int, string, bool), search int) bool {
	if !s.spend(len(x)) {
		return false
	}
	off, text, ok := s.answers.of(search, test, x)
	if ok {
		s.note(find{place: s.placeOf(x), text: text, offset: off, whole: x})
	}
	return ok
}

func (s *scope) matchLeaf(l *event.Leaf, test func(string) (int, string, bool), needs *byteSet) bool {
	for _, r := range l.Readings() {
		if !s.spend(len(r.Text)) {
			return false
		}
		if needs != nil {
			var have byteSet
			have.add(r.Text)
			if !have.meets(needs) {
				continue
			}
		}
		if off, text, ok := test(r.Text); ok {
			s.note(find{place: l.Place, chain: r.Chain, text: text, offset: off, whole: r.Text})
			return true
		}
	}
	return false
}

// matchPlace runs a test of places and values over a leaf or a list of them.
func (s *scope) matchPlace(x any, test func(place, value string) (int, string, bool)) bool {
	switch x := x.(type) {
	case *Leaf:
		return s.matchLeafPlace(x.leaf, test)
	case []*Leaf:
		for _, l := range x {
			if s.matchPlace(l, test) {
				return true
			}
		}
	}
	return false
}

func (s *scope) matchLeafPlace(l *event.Leaf, test func(place, value string) (int, string, bool)) bool {
	for _, r := range l.Readings() {
		if !s.spend(len(r.Text)) {
			return false
		}
		if off, text, ok := test(l.Place, r.Text); ok {
			s.note(find{place: l.Place, chain: r.Chain, text: text, offset: off, whole: r.Text})
			return true
		}
	}
	return false
}

// placeOf names the string a matcher was given, when it is one of the large
// parts of the call; strings carry no place of their own.
func (s *scope) placeOf(x string) string {
	c := s.call
	switch {
	case x == "":
		return ""
	case x == c.Req.Target:
		return "req.target"
	case x == c.Req.Path:
		return "req.path"
	case x == c.Req.Query:
		return "req.query"
	case x == c.Req.URI:
		return "req.uri"
	case s.has[s.lang.reqBody] && x == s.box[s.lang.reqBody]:
		return "req.body"
	case s.has[s.lang.respBody] && x == s.box[s.lang.respBody]:
		return "resp.body"
	}
	for i := range c.Req.Headers {
		if c.Req.Headers[i].Value == x {
			return "header." + lowerASCII(c.Req.Headers[i].Name)
		}
	}
	return "value"
}
