package detect

import "strings"

// reflected reports whether the leaf, in any reading that needs escaping,
// stands as it is in an HTML response. A JSON answer that repeats it proves
// nothing: no browser runs it.
func (s *scope) reflected(l *Leaf) bool {
	if !strings.Contains(mediaType(&s.call.Resp.Message), "html") {
		return false
	}
	body := s.field(s.lang.respBody).(string)
	for _, r := range l.leaf.Readings() {
		if len(r.Text) < 4 || !strings.ContainsAny(r.Text, "<>\"'") {
			continue
		}
		if i := strings.Index(body, r.Text); i >= 0 {
			s.note(find{place: "resp.body", text: r.Text, offset: i})
			return true
		}
	}
	return false
}
