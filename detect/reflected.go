package detect

import (
	"strings"

	"spaniel/detect/outcome"
	"spaniel/event"
)

// reflected reports whether the leaf, in any reading, stands unescaped in an
// HTML response.
func (s *scope) reflected(l *event.Leaf) bool {
	if !strings.Contains(s.makeText(respTypeText), "html") {
		return false
	}
	page, ok := s.field(s.lang.respBody).(string)
	if !ok {
		return false
	}
	for _, r := range l.Readings() {
		if at, text, ok := outcome.Reflected(page, r.Text); ok {
			s.note(find{place: "resp.body", text: text, offset: at, whole: page})
			return true
		}
	}
	return false
}
