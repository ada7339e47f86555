package http1

import "unsafe"

// maxMarks bounds the fields of a head that are marked while its end is looked
// for. Heads with more are read line by line.
const maxMarks = 64

// A mark is where in the lines behind a head's first its name begins and ends,
// and its value.
type mark struct{ name, colon, from, to uint16 }

// marks are the fields of the head that is read, where it came in one piece and
// all its lines are as nearly all are: what is found while its end is looked for
// need not be looked for again.
type marks struct {
	n   int // of them; -1 where there are none
	all [maxMarks]mark
}

// markable is up to how many bytes a mark can say.
const markable = 1<<16 - 1

// pass passes over the lines that b begins with, up to the empty one. It returns
// how many bytes they are, 0 where a line has another form or the end is not
// there.
func (m *marks) pass(b []byte) int {
	m.n = -1
	s := unsafe.String(unsafe.SliceData(b), min(len(b), markable))
	for i, n := 0, 0; i+1 < len(s); n++ {
		if s[i] == '\r' && s[i+1] == '\n' {
			m.n = n
			return i + 2
		}
		colon, from, to, size := ordinaryLine(s[i:])
		if size == 0 || n == maxMarks {
			break
		}
		m.all[n] = mark{uint16(i), uint16(i + colon), uint16(i + from), uint16(i + to)}
		i += size
	}
	return 0
}

// marked reads the fields that m marks in s.
func (r *fieldReader) marked(s string, m *marks) {
	for i := range m.all[:m.n] {
		k := &m.all[i]
		name, value := s[k.name:k.colon], s[k.from:k.to]
		r.note(name, value)
		r.keep(name, value)
	}
}
