package detect

import (
	"encoding/binary"
	"math/bits"
	"strconv"

	"spaniel/detect/window"
)

// An argMark says whether a mark of an argument's text will do: where a window
// only counts how many different ones came. A mark needs no redaction, and takes
// no memory.
type argMark struct {
	may, asked, other bool
	id                int // among the values of all rules
}

// newArgMark is that of an argument that no aggregate asks for yet. Of clients'
// addresses redaction may make fewer; so they stay texts.
func newArgMark(l *language, src string, prog *program) argMark {
	if valueType(prog.typ) != "string" || src == "client.ip" || src == "client.real_ip" || src == "req.user" || src == "principal.user" {
		return argMark{}
	}
	return argMark{may: true, id: l.valueID("a mark of " + src)}
}

// use notes what an aggregate asks its argument for.
func (p *plan) use(m window.Aggregate) {
	if m.Arg < 0 || m.Arg >= len(p.argMarks) {
		return
	}
	if m.Op == window.Distinct || m.Op == window.Bucket && m.Different {
		p.argMarks[m.Arg].asked = true
	} else {
		p.argMarks[m.Arg].other = true
	}
}

// will reports that the mark will do.
func (m *argMark) will() bool { return m.may && m.asked && !m.other }

// A marker makes marks of texts: two different ones have the same in one of 2^52
// cases, which nobody can bring about who does not know the key.
type marker struct{ a, b uint64 }

// newMarker takes its key from the hash of secrets, so that equal traffic has equal
// marks, and those of sketches are the same in every run.
func newMarker(hash func(kind, secret string) string) marker {
	m := marker{0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9}
	if hash != nil {
		key := hash("mark", strconv.Itoa(len("mark")))
		m.a, m.b = m.sum([]byte("a"+key)), m.sum([]byte("b"+key))
	}
	return m
}

// of is the mark of a text, a whole number.
func (m marker) of(text []byte) window.Value { return window.NumberOf(float64(m.sum(text) >> 12)) }

// sum hashes a text by products of 128 bits, as wyhash does.
func (m marker) sum(text []byte) uint64 {
	h := m.a ^ uint64(len(text))*0x94d049bb133111eb
	for ; len(text) >= 16; text = text[16:] {
		h = fold(binary.LittleEndian.Uint64(text)^m.b, binary.LittleEndian.Uint64(text[8:])^h)
	}
	var rest [16]byte
	copy(rest[:], text)
	h = fold(binary.LittleEndian.Uint64(rest[:])^m.b, binary.LittleEndian.Uint64(rest[8:])^h)
	return fold(h^m.a, m.b)
}

// fold is the product of two numbers, its halves joined.
func fold(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return high ^ low
}
