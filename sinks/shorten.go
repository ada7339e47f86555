package sinks

import (
	"slices"
	"strings"
	"unicode/utf8"

	"spaniel/event"
)

// A part of an alert that may be cut: a text to so many bytes, a list to so
// many entries. It reports whether it was longer.
type part struct {
	name string
	cut  func(a *event.Alert, most int) bool
}

// parts lists them, those that are missed least first. What names the alert, its
// rule, its client and its verdict is not among them.
func parts() []part {
	text := func(name string, of func(*event.Alert) *string) part {
		return part{name, func(a *event.Alert, most int) bool { return cutText(of(a), most) }}
	}
	return []part{
		text("links.query", func(a *event.Alert) *string { return &a.Links.Query }),
		{"calls", func(a *event.Alert, most int) bool { return cutList(&a.Calls, most/16) }},
		text("req.user_agent", func(a *event.Alert) *string { return &a.Req.UserAgent }),
		{"evidence.place", func(a *event.Alert, most int) bool {
			return cutEach(a, most, func(e *event.Evidence) *string { return &e.Place })
		}},
		text("req.target", func(a *event.Alert) *string { return &a.Req.Target }),
		text("req.route", func(a *event.Alert) *string { return &a.Req.Route }),
		{"evidence.chain", func(a *event.Alert, most int) bool {
			return cutEach(a, most, func(e *event.Evidence) *string { return &e.Chain })
		}},
		{"evidence.text", func(a *event.Alert, most int) bool {
			return cutEach(a, most, func(e *event.Evidence) *string { return &e.Text })
		}},
		text("message", func(a *event.Alert) *string { return &a.Message }),
		text("req.method", func(a *event.Alert) *string { return &a.Req.Method }),
		text("req.host", func(a *event.Alert) *string { return &a.Req.Host }),
		text("principal.user", func(a *event.Alert) *string { return &a.Principal.User }),
		{"evidence", func(a *event.Alert, most int) bool { return cutList(&a.Evidence, max(1, most/64)) }},
	}
}

// lengths are tried one after the other.
var lengths = [...]int{16384, 4096, 1024, 256, 64, 16}

// Shorten returns a copy of an alert that is too large for its destination, cut
// no further than until fits says that it is small enough. The copy names what
// was cut, in Cut and at the end of its message. ok is false when nothing helps.
func Shorten(a *event.Alert, fits func(*event.Alert) bool) (short *event.Alert, ok bool) {
	if fits(a) { // what is too large is nothing of what this version knows
		return nil, false
	}
	c := *a
	c.Evidence, c.Cut = slices.Clone(a.Evidence), slices.Clone(a.Cut)
	c.Message = strings.TrimSuffix(a.Message, told(a.Cut)) // it was cut before
	for _, most := range lengths {
		for _, p := range parts() {
			if !p.cut(&c, most) {
				continue
			}
			if !slices.Contains(c.Cut, p.name) {
				c.Cut = append(c.Cut, p.name)
			}
			said := c
			said.Message += told(c.Cut)
			if fits(&said) {
				return &said, true
			}
		}
	}
	return nil, false
}

// told is what the message says of it: for forms that have no place for Cut.
func told(cut []string) string {
	if len(cut) == 0 {
		return ""
	}
	return " (cut to fit: " + strings.Join(cut, ", ") + ")"
}

// cutText cuts s to at most so many bytes, of which the last three say so.
func cutText(s *string, most int) bool {
	if len(*s) <= most {
		return false
	}
	n := most - len("…")
	for n > 0 && !utf8.RuneStart((*s)[n]) {
		n--
	}
	*s = (*s)[:n] + "…"
	return true
}

// A Shortener is a Writer that cuts alerts to what its destination takes.
// Shortened returns how many of the batch that was written last it has cut.
type Shortener interface{ Shortened() int }

// Cuts is a Shortener to embed.
type Cuts struct{ n int }

// Shortened returns what CountCuts counted last.
func (c *Cuts) Shortened() int { return c.n }

// CountCuts counts the alerts of a batch that were cut.
func (c *Cuts) CountCuts(items []event.Item) {
	c.n = 0
	for i := range items {
		if a := items[i].Alert; a != nil && len(a.Cut) > 0 {
			c.n++
		}
	}
}

func cutEach(a *event.Alert, most int, of func(*event.Evidence) *string) (cut bool) {
	for i := range a.Evidence {
		cut = cutText(of(&a.Evidence[i]), most) || cut
	}
	return cut
}

// cutList keeps the first entries; the list itself is not changed.
func cutList[T any](list *[]T, most int) bool {
	if len(*list) <= most {
		return false
	}
	*list = slices.Clip((*list)[:most])
	return true
}
