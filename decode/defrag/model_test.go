package defrag

// model is the reference: one entry for each byte seen of one datagram. It knows nothing of caps and time.
type model struct {
	bytes map[int]byte
	end   int
	last  bool
	owner map[int]int // which fragment brought a byte, from 1
	count int
	ip6   bool
	next  uint8
}

type modelFate struct {
	fate Fate
	data []byte
	next uint8
	note string
	// alone: only the fragment was refused, the datagram lives
	alone bool
}

func newModel(ip6 bool) *model {
	return &model{bytes: map[int]byte{}, owner: map[int]int{}, ip6: ip6}
}

// add is what Add must do, written for the eye.
func (m *model) add(f *Fragment) modelFate {
	data := f.Data
	if f.More && len(data)%8 != 0 {
		if m.ip6 {
			return modelFate{fate: Dropped, note: AnomalyMalformed, alone: true}
		}
		data = data[:len(data)-len(data)%8]
	}
	if f.Offset+f.Before+len(f.Data) > 65535 {
		return modelFate{fate: Dropped, note: AnomalyTooLong, alone: m.ip6}
	}
	end := f.Offset + len(data)
	switch {
	case len(data) == 0 && f.Offset == 0 && m.ip6:
		return modelFate{fate: Dropped, note: AnomalyMalformed, alone: true}
	case len(data) == 0,
		f.More && m.last && end > m.end,
		!f.More && (end < m.end || m.last && end != m.end):
		return modelFate{fate: Dropped, note: AnomalyMalformed}
	}
	overlap, differ, fresh := false, false, false
	for i, c := range data {
		if have, seen := m.bytes[f.Offset+i]; seen {
			overlap = true
			differ = differ || have != c
		} else {
			fresh = true
		}
	}
	// An exact repeat: these bytes, and no more around them, came together.
	exact := m.owner[f.Offset] != 0 && m.owner[f.Offset-1] != m.owner[f.Offset] && m.owner[end] != m.owner[f.Offset]
	for i := range data {
		exact = exact && m.owner[f.Offset+i] == m.owner[f.Offset]
	}
	if overlap && fresh && (differ || m.ip6) {
		return modelFate{fate: Dropped, note: AnomalyConflict}
	}
	var out modelFate
	if differ {
		out.note = AnomalyConflict
	} else if overlap && !exact {
		out.note = AnomalyOverlap
	}
	if _, seen := m.bytes[0]; f.Offset == 0 && !seen {
		m.next = f.Next
	}
	for i, c := range data {
		if _, seen := m.bytes[f.Offset+i]; !seen { // the first one wins
			m.bytes[f.Offset+i], m.owner[f.Offset+i] = c, m.count+1
		}
	}
	m.count++
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
