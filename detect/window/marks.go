package window

// marks are the moments of the latest alerts of other rules.
type marks struct {
	clocks []int64
}

// maxMarks is how many are remembered; more count as so many.
const maxMarks = 64

func (m *marks) mark(clock int64) {
	if len(m.clocks) == maxMarks {
		m.clocks = append(m.clocks[:0], m.clocks[1:]...)
	}
	m.clocks = append(m.clocks, clock)
}

func (m *marks) add(*Entry) {}

func (m *marks) at(_, edge int64) Value {
	n := 0
	for _, c := range m.clocks {
		if c > edge {
			n++
		}
	}
	return NumberOf(float64(n))
}
