package learned

// sessions knows whose a session is, by its keyed hash; at the cap the one
// that was told first goes.
type sessions struct {
	user    map[string]string
	order   []string
	max     int
	evicted uint64
}

func (s *sessions) put(session, user string) {
	if session == "" || user == "" {
		return
	}
	if s.user == nil {
		s.user = map[string]string{}
	}
	if _, known := s.user[session]; !known {
		if len(s.order) >= s.max {
			delete(s.user, s.order[0])
			s.order = s.order[1:]
			s.evicted++
		}
		s.order = append(s.order, session)
	}
	s.user[session] = user
}

// UserOf is who logged in with the session of that keyed hash, "" if that was
// not seen.
func (f *Facts) UserOf(session string) string { return f.sessions.user[session] }
