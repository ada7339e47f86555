package body

import (
	"unsafe"

	"spaniel/event"
)

// Outline implements event.Outliner. It takes apart what nearly all requests
// are made of, a form or JSON in which nothing stands that is a structure in
// itself; it gives up at whatever would leave a mark on the call.
func (e *Expander) Outline(c *event.Call, to event.Viewer) bool {
	if codings, odd := codingsOf(&c.Req.Message); odd || len(codings) > 0 {
		return false
	}
	k := &e.outlined
	*k = collector{e: e, call: c, see: to}
	k.heads()
	if b := c.ReqBody(); len(b) > 0 && !k.given {
		k.outline(b)
	}
	whole := !k.given
	*k, e.shown = collector{}, event.Leaf{} // the call's
	return whole
}

// showField shows what a header holds, if the like was not shown before.
func (k *collector) showField(prefix string, h *event.Header) {
	if n := k.see.Header(h.Name, h.Value); n > 0 {
		k.left -= n
		k.added += n
		k.given = k.given || k.left <= 1 // where no place may be left for the last of them
		return
	}
	before := k.added
	if k.field(prefix, h); !k.given {
		k.see.Shown(k.added - before)
	}
}

// outline shows the leaves of a request body.
func (k *collector) outline(raw []byte) {
	declared := k.call.Req.Get("Content-Type")
	if !asciiBegins(raw) || parameter(declared, "charset") != "" && !utf8Charset(parameter(declared, "charset")) || k.contentTypes() != "" {
		k.given = true
		return
	}
	text := unsafe.String(unsafe.SliceData(raw), len(raw))
	switch formatOf(declared, text) {
	case formatPlain, formatForm, formatJSON:
		k.content("body", event.LeafBody, declared, text, 0)
	default:
		k.given = true
	}
}

// asciiBegins reports text that no byte order mark and no zero bytes give out
// for one of wider units, and that is no XML.
func asciiBegins(raw []byte) bool {
	for _, c := range raw[:min(len(raw), 4)] {
		if c == 0 || c >= 0x80 || c == '<' {
			return false
		}
	}
	return true
}

func utf8Charset(name string) bool {
	c, known := charsetOf(name)
	return known && c == nil
}

// maxShownDepth and maxShownName bound what is shown of names, so that places
// are never cut short.
const (
	maxShownDepth = 8
	maxShownName  = 48
)

// show shows a leaf.
func (k *collector) show(l *event.Leaf) {
	k.e.shown = *l
	k.e.shown.Expand = k.e.read
	k.showIt()
}

// showIt shows the leaf that stands where all are shown in turn.
func (k *collector) showIt() {
	s := &k.e.shown
	told := k.told
	if k.told = 0; told == 0 {
		told = tellsOf(s.Value)
	}
	if k.see.Leaf(s, !decodes(s, told)); s.Cut {
		k.given = true
	}
}

// place is that of a name below prefix; where leaves are only shown, the name is.
func (k *collector) place(prefix, name string) string {
	if k.see == nil {
		return k.e.place(prefix, name)
	}
	if len(name) > maxShownName {
		k.given = true
	}
	k.see.Name(name)
	return ""
}

// numbered is place with a number for a name.
func (k *collector) numbered(prefix string, n int) string {
	if k.see == nil {
		return k.e.numbered(prefix, n)
	}
	return ""
}
