package body

import (
	"strings"

	"spaniel/event"
)

// A step is one way of decoding a text further: it adds what s decodes to.
type step func(r *reader, s string)

// steps in the order they are tried; commoner ones come first, since a leaf's
// readings are limited.
var steps = [...]step{
	stepPercent, stepEntity, stepEscape, stepOverlong, stepFullwidth, stepAuth, stepJWT, stepBase64, stepUTF16, stepJSON, stepForm, stepHex,
}

// reader makes the readings of one leaf.
type reader struct {
	e      *Expander
	leaf   *event.Leaf
	list   []event.Reading
	budget int
	from   int  // index of the reading that is decoded
	cut    bool // a cap kept a reading out
	deep   bool // what is decoded now has had as many steps as are made
	apart  bool // the JSON that stands in the value is leaves of its own
}

// first reports whether the value as sent is decoded, which alone may hold
// what its place allows.
func (r *reader) first() bool { return r.from == 0 }

// add appends a reading within the budget.
func (r *reader) add(name, text string) {
	if text == "" || has(r.list, text) {
		return
	}
	if r.full(len(text)) {
		r.cut = true
		return
	}
	r.budget -= len(text)
	if chain := r.list[r.from].Chain; chain != "" {
		name = chain + ">" + name
	}
	r.list = append(r.list, event.Reading{Chain: name, Text: text})
}

// addScratch appends a reading that stands in scratch memory.
func (r *reader) addScratch(name string, text []byte) {
	if !r.full(len(text)) {
		r.add(name, string(text))
		return
	}
	for i := range r.list {
		if r.list[i].Text == string(text) {
			return
		}
	}
	r.cut = r.cut || len(text) > 0
}

// full reports whether there is no room for a reading of n bytes.
func (r *reader) full(n int) bool { return r.deep || len(r.list) >= maxReadings || n > r.budget }

// readings returns the leaf's value as sent, then each distinct text that
// steps of decoding make of it, nearest first, within the budget.
func (e *Expander) readings(l *event.Leaf, apart bool) []event.Reading {
	if !mayDecode(l) {
		return e.take(1, l.Value)
	}
	r := &e.reader
	*r = reader{e: e, leaf: l, list: append(r.list[:0], event.Reading{Text: l.Value}), budget: maxReadBytes, apart: apart}
	for ; r.from < len(r.list) && (len(r.list) < maxReadings || !r.cut); r.from++ {
		if r.deep = chainLen(r.list[r.from].Chain) >= maxSteps; r.deep && r.cut {
			continue
		}
		for _, apply := range steps {
			apply(r, r.list[r.from].Text)
		}
	}
	list := e.take(len(r.list), l.Value)
	copy(list, r.list)
	clear(r.list) // which stays: its texts need not
	if l.Cut = r.cut; r.cut && l.Call != nil {
		l.Call.Mark(AnomalyDecoding)
	}
	r.leaf = nil
	return list
}

// slabText is the longest value whose readings share a piece of memory with
// others': the piece outlives the call, and would hold on to the text.
const slabText = 1 << 10

// take cuts n readings off a slab, the first of them the value as sent.
func (e *Expander) take(n int, value string) []event.Reading {
	if len(value) > slabText {
		list := make([]event.Reading, n)
		list[0].Text = value
		return list
	}
	if len(e.slab) < n {
		e.slab = make([]event.Reading, 256)
	}
	list := e.slab[:n:n]
	e.slab = e.slab[n:]
	list[0].Text = value
	return list
}

func has(list []event.Reading, text string) bool {
	for i := range list {
		if list[i].Text == text {
			return true
		}
	}
	return false
}

// chainLen is how many steps a chain has. What opens credentials is none: a
// token is where a value stands, not how it was written.
func chainLen(chain string) int {
	n := 0
	for name := range strings.SplitSeq(chain, ">") {
		switch name {
		case "", "bearer", "basic", "basic.user", "basic.password", "jwt.header", "jwt.claims":
		default:
			n++
		}
	}
	return n
}

// What a byte tells of the value it is in.
const (
	signOfCode uint8 = 1 << iota // a step may begin at it
	signOfPlus                   // a space, in queries and forms
	notBase64
	toldAll // there is nothing more to tell
)

// tells is what each byte tells.
var tells = func() (t [256]uint8) {
	for i := range t {
		c := byte(i)
		if c == '%' || c == '&' || c == '\\' || c >= 0x80 || c == 0 {
			t[i] |= signOfCode
		}
		if c == '+' {
			t[i] |= signOfPlus
		}
		if !isBase64[c] {
			t[i] |= notBase64
		}
	}
	return t
}()

// tellsOf is what the bytes of a value tell.
func tellsOf(s string) uint8 {
	told := toldAll
	for i := 0; i < len(s); i++ {
		told |= tells[s[i]]
	}
	return told
}

// mayDecode reports, in one pass, whether any step could change the value.
func mayDecode(l *event.Leaf) bool { return decodes(l, tellsOf(l.Value)) }

// decodes is mayDecode for who knows what the bytes tell.
func decodes(l *event.Leaf, told uint8) bool {
	s := l.Value
	switch {
	case told&signOfCode != 0, told&signOfPlus != 0 && (l.Kind == event.LeafQuery || l.Kind == event.LeafForm):
		return true
	case told&notBase64 == 0:
		if len(s) < minBase64 {
			return false
		}
		_, enc := plausible(s)
		return enc != nil || hexLike(s)
	}
	return told&signOfPlus != 0 && plusLike(s) || l.Kind == event.LeafHeader && authLike(s) || jsonLike(s) || jwtLike(s) || strings.Contains(s, ";base64,")
}
