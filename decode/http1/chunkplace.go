package http1

import (
	"math"
	"strconv"

	"spaniel/event"
)

// A chunkMark is where the data of a chunk begins: on the wire, counted from the
// body's first byte, and in the body as it is kept.
type chunkMark struct{ wire, raw uint32 }

const (
	// maxChunkMarks bounds the chunks of a body whose places are known.
	maxChunkMarks = 32
	// chunkCost is what the mark of one takes.
	chunkCost = 8
	// maxFraming is how long what stands between two chunks may be.
	maxFraming = 1 << 10
)

// chunkAt notes that the data of a chunk begins at pos, so that what is sent for
// its place otherwise finds it.
func (h *half) chunkAt(pos uint64) {
	c := h.conn
	if h.call == nil {
		return
	}
	e, p := h.beingRead()
	if e.call != h.call {
		return
	}
	m := h.message(h.call)
	at := pos - p.body
	if h.again || p.start == nowhere || at > math.MaxUint32 || m.RawCut || m.RawGap || len(p.chunks) == maxChunkMarks {
		p.lost = true
		return
	}
	p.chunks = append(p.chunks, chunkMark{uint32(at), uint32(len(m.Raw))})
	e.texts += chunkCost
	c.texts += chunkCost
}

// beingRead returns the entry of the call that h reads, and where its message stands.
func (h *half) beingRead() (*entry, *place) {
	c := h.conn
	if h.dir == event.ToServer {
		e := c.newest()
		return e, &e.place
	}
	return c.at(c.answered), &c.replied.place
}

// whole returns the message that stands there as it came, m being what was read of
// it; ok is false, and only the head there, where the places of the body are not
// known. Of the framing of chunks only the length is known: sizes have as many zeros
// before them as fill it.
func (p *place) whole(m *event.Message) (b []byte, ok bool) {
	b = append(make([]byte, 0, len(p.text)+len(m.Raw)+64), p.text...)
	if p.linear {
		return append(b, m.Raw...), true
	}
	if p.lost || len(p.chunks) == 0 || m.RawCut || m.RawGap {
		return b, false
	}
	for i, k := range p.chunks {
		data := m.Raw[k.raw:]
		if i+1 < len(p.chunks) {
			data = m.Raw[k.raw:p.chunks[i+1].raw]
		}
		if len(data) == 0 {
			break
		}
		n := int64(p.body-p.start) + int64(k.wire) - int64(len(b))
		if b, ok = appendSize(b, n, i > 0, len(data)); !ok {
			return b[:len(p.text)], false
		}
		b = append(b, data...)
	}
	return append(b, "\r\n0\r\n\r\n"...), true
}

// appendSize appends n bytes of framing before a chunk of size bytes; after says
// that they stand behind another one. ok is false where n has no room for it.
func appendSize(b []byte, n int64, after bool, size int) (_ []byte, ok bool) {
	hex := strconv.FormatInt(int64(size), 16)
	for _, end := range [...]string{"\r\n", "\n"} {
		lead := ""
		if after {
			lead = end
		}
		zeros := n - int64(len(lead)+len(hex)+len(end))
		if zeros < 0 || n > maxFraming {
			continue
		}
		b = append(b, lead...)
		for range zeros {
			b = append(b, '0')
		}
		return append(append(b, hex...), end...), true
	}
	return b, false
}
