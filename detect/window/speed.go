package window

// A speed tells how fast one would have to travel to make the calls of a window
// from where they came: of the latest step between two places that are far
// apart. What comes from nowhere is passed over.
type speed struct {
	arg  int
	far  func(from, to string) (km float64)
	from string
	when int64
	// kmh is that of the latest far step, at the clock at.
	kmh   float64
	clock int64
}

// Bounds of a speed: what is nearer than farKm is one place, since databases of
// addresses know no better, and a step takes a second at least.
const (
	farKm  = 500
	hourNs = 3600e9
)

func (s *speed) add(e *Entry) {
	at := e.Values[s.arg].Str
	if at == "" {
		return
	}
	if s.from != "" && s.from != at {
		if km := s.far(s.from, at); km >= farKm {
			s.kmh, s.clock = km/(float64(max(e.Clock-s.when, 1e9))/hourNs), e.Clock
		}
	}
	s.from, s.when = at, max(s.when, e.Clock)
}

func (s *speed) at(_, edge int64) Value {
	if s.clock <= edge {
		return NumberOf(0)
	}
	return NumberOf(s.kmh)
}
