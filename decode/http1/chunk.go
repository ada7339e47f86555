package http1

import "spaniel/event"

// chunk is where a chunk-size line stands.
type chunk struct {
	size   uint64
	digits int
	ext    int  // bytes after the size
	cr     bool // the byte before was a CR
}

// size reads a chunk-size line: hex digits, an extension, a line end.
func (h *half) size(b []byte, at event.Stamp) int {
	for i, c := range b {
		if c == '\n' {
			h.touch(i+1, at)
			h.sized(at)
			return i + 1
		}
		if !h.sizeByte(c) {
			h.touch(i, at)
			h.badChunk(at)
			return i
		}
	}
	h.touch(len(b), at)
	return len(b)
}

// sizeByte reads one byte of a chunk-size line, false when it cannot be one.
func (h *half) sizeByte(c byte) bool {
	k := &h.chunk
	switch {
	case k.cr:
		h.mark(AnomalyBareCR)
		k.cr = c == '\r'
		k.ext++
	case c == '\r':
		k.cr = true
	case k.ext == 0 && hexValue(c) < 16:
		if k.digits++; k.size >= 1<<59 {
			return false
		}
		k.size = k.size<<4 | uint64(hexValue(c))
	case k.digits == 0:
		return false
	case k.ext == 0 && c != ';' && !isBlank(c):
		return false
	default:
		if k.ext++; k.ext > maxChunkExt || k.ext == 1 && isBlank(c) || c < 0x20 && c != '\t' || c == 0x7f {
			h.mark(AnomalyChunkExtension)
		}
	}
	return true
}

// hexValue returns the value of a hex digit, 16 and more for another byte.
func hexValue(c byte) byte {
	switch {
	case isDigit(c):
		return c - '0'
	case 'a' <= lower(c) && lower(c) <= 'f':
		return lower(c) - 'a' + 10
	}
	return 16
}

// sized goes on after a chunk-size line.
func (h *half) sized(at event.Stamp) {
	k := h.chunk
	h.chunk = chunk{}
	if !k.cr {
		h.mark(AnomalyBareLF)
	}
	if k.digits > 16 {
		h.mark(AnomalyChunk)
	}
	switch {
	case k.digits == 0:
		h.badChunk(at)
	case k.size == 0:
		h.state = stTrail
		h.begin(at)
	default:
		h.state, h.remain = stChunk, k.size
	}
}

// badChunk gives up a body whose framing broke.
func (h *half) badChunk(at event.Stamp) {
	h.mark(AnomalyChunk)
	h.lose(at)
}

// tail reads the line end after a chunk.
func (h *half) tail(b []byte, at event.Stamp) int {
	switch {
	case b[0] == '\r' && !h.chunk.cr:
		h.chunk.cr = true
	case b[0] == '\n':
		if !h.chunk.cr {
			h.mark(AnomalyBareLF)
		}
		h.state, h.chunk = stSize, chunk{}
	default:
		h.badChunk(at)
		return 0
	}
	h.touch(1, at)
	return 1
}

// trailers reads the fields after the last chunk.
func (h *half) trailers(b []byte, at event.Stamp) int {
	n, end, _ := h.scan(b, false)
	h.touch(n, at)
	if !end {
		h.collect(b[:n])
		return n
	}
	if whole := h.soFar(b[:n]); h.call != nil && len(whole) > 2 {
		if h.seen > uint64(h.conn.pool.cfg.HeadCap) {
			h.call.Mark(AnomalyHeadCap)
			h.call.Flags |= event.FlagCapped
		}
		h.fields(&h.message(h.call).Trailers, string(whole), true)
	}
	h.drop()
	h.done(true, at)
	return n
}
