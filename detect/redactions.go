package detect

import "strings"

// redactions remembers what became of texts that were redacted lately: one call
// shows its target in an alert and in several windows, and calls share hosts,
// routes and agents. A newer text takes the place of an older one.
type redactions struct {
	list [1024]redaction
}

type redaction struct{ place, text, shown string }

// maxRedaction bounds the texts remembered.
const maxRedaction = 512

// of is by(place, text).
func (r *redactions) of(place, text string, by func(place, text string) string) string {
	n := len(text)
	if n > maxRedaction {
		return by(place, text)
	}
	h := uint(n)*31 + uint(len(place))*7 + uint(text[n-1])*131 + uint(text[n/2])*17 + uint(text[n/3])*67
	e := &r.list[(h^h>>6)%uint(len(r.list))]
	if e.text != text || e.place != place {
		// A clone: a text is a part of its message's head, which must not stay.
		*e = redaction{place: place, text: strings.Clone(text)}
		e.shown = by(place, e.text)
	}
	return e.shown
}
