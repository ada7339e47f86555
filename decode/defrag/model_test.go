package defrag

// model is the reference: one entry for each byte seen of one datagram. It knows nothing of caps and time.
type model struct {
	bytes  map[int]byte
	end    int
	last   bool
	ranges map[[2]int]bool // fragments taken
	ip6    bool
	next   uint8
}

type modelFate struct {
	fate Fate
	data []byte
	next uint8
	note string
}

func newModel(ip6 bool) *model {
	return &model{bytes: map[int]byte{}, ranges: map[[2]int]bool{}, ip6: ip6}
}

// add is what Add must do, written for the eye.
func (m *model) add(f *Fragment) modelFate {
	data := f.Data
	if f.More && len(data)%8 != 0 {
		if m.ip6 {
			return modelFate{fate: Dropped, note: AnomalyMalformed}
		}
		data = data[:len(data)-len(data)%8]
	}
	if f.Offset+f.Before+len(f.Data) > 65535 {
		return modelFate{fate: Dropped, note: AnomalyTooLong}
	}
	end := f.Offset + len(data)
	switch {
	case len(data) == 0,
		f.More && m.last && end > m.end,
		!f.More && (end < m.end || m.last && end != m.end):
		return modelFate{fate: Dropped, note: AnomalyMalformed}
	}
	overlap, differ := false, false
	for i, c := range data {
		if have, seen := m.bytes[f.Offset+i]; seen {
			overlap = true
			differ = differ || have != c
		}
	}
	exact := m.ranges[[2]int{f.Offset, end}]
	if differ || overlap && m.ip6 && !exact {
		return modelFate{fate: Dropped, note: AnomalyConflict}
	}
	var out modelFate
	if overlap && !exact {
		out.note = AnomalyOverlap
	}
	if _, seen := m.bytes[0]; f.Offset == 0 && !seen {
		m.next = f.Next
	}
	for i, c := range data {
		m.bytes[f.Offset+i] = c
	}
	m.ranges[[2]int{f.Offset, end}] = true
	m.end, m.last = max(m.end, end), m.last || !f.More
	if !m.last || len(m.bytes) < m.end {
		return out
	}
	whole := make([]byte, m.end)
	for i := range whole {
		whole[i] = m.bytes[i]
	}
	out.fate, out.data, out.next = Complete, whole, m.next
	return out
}
