package stream

import "spaniel/decode/frame"

const (
	// answerBytes is how much is kept of the beginning of an answer.
	answerBytes = 128
	// answerEchoes is of how many of its segments the sum is kept.
	answerEchoes = 8
)

// An answer is what is known of the server's latest answer, which begins with the
// first segment behind bytes of the client: its first bytes, and the sums of its
// first segments. Who injects an answer comes before the server's own, which then
// is a retransmission with other bytes; the client has long acknowledged, and
// nothing else of the answer is kept. Its bytes would cost a copy of each.
type answer struct {
	pos    uint64
	n      uint8
	sums   uint8
	behind bool // the client spoke last
	b      [answerBytes]byte
	echoes [answerEchoes]echo // the first sums of them
}

// An echo is what is known of a segment: the lower half of its position, its
// length and its sum.
type echo struct {
	pos    uint32
	n, sum uint16
}

// note keeps what is to be known of b, delivered at pos; p is the segment whose
// payload it is, nil if it is none's.
func (a *answer) note(pos uint64, b []byte, p *frame.Packet) {
	if a.behind {
		a.pos, a.n, a.sums, a.behind = pos, uint8(copy(a.b[:], b)), 0, false
	}
	if a.sums < answerEchoes && len(b) <= 0xffff {
		e := echo{pos: uint32(pos), n: uint16(len(b))}
		if p != nil {
			e.sum = p.Sum()
		} else {
			e.sum = frame.Sum(b)
		}
		a.echoes[a.sums] = e
		a.sums++
	}
}

// differs reports whether b, seen before at pos, is not what was delivered, as far
// as that is known: of the beginning that is kept, and of whole segments.
func (a *answer) differs(pos uint64, b []byte) bool {
	if len(b) <= 1 { // a keep-alive probe's
		return false
	}
	for _, e := range a.echoes[:a.sums] {
		i := int(int32(e.pos - uint32(pos)))
		if j := i + int(e.n); i >= 0 && j <= len(b) && frame.Sum(b[i:j]) != e.sum {
			return true
		}
	}
	if pos+uint64(len(b)) <= a.pos || pos >= a.pos+uint64(a.n) {
		return false
	}
	if pos < a.pos {
		b, pos = b[a.pos-pos:], a.pos
	}
	kept := a.b[pos-a.pos : a.n]
	n := min(len(kept), len(b))
	return string(kept[:n]) != string(b[:n])
}
