package stream

// answerBytes is how much is kept of the beginning of an answer.
const answerBytes = 128

// An answer is how the server's latest answer began: the first bytes of the
// first segment behind bytes of the client. Who injects an answer comes before
// the server's own, which then is a retransmission with other bytes; the client
// has long acknowledged, and nothing else of the answer is kept.
type answer struct {
	pos    uint64
	n      uint8
	behind bool // the client spoke last
	b      [answerBytes]byte
}

// begins keeps the beginning of b, delivered at pos, if it is one of an answer.
func (a *answer) begins(pos uint64, b []byte) {
	if a.behind {
		a.pos, a.n, a.behind = pos, uint8(copy(a.b[:], b)), false
	}
}

// differs reports whether b, seen before at pos, is not what was kept.
func (a *answer) differs(pos uint64, b []byte) bool {
	end := a.pos + uint64(a.n)
	if pos+uint64(len(b)) <= a.pos || pos >= end || len(b) == 1 { // one byte is a keep-alive probe's
		return false
	}
	if pos < a.pos {
		b, pos = b[a.pos-pos:], a.pos
	}
	kept := a.b[pos-a.pos : a.n]
	n := min(len(kept), len(b))
	return string(kept[:n]) != string(b[:n])
}
