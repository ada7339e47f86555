package http1

import "spaniel/event"

// chunk is where a chunk-size line stands.
type chunk struct {
	size   uint64
	digits int
	lead   int  // bytes before the size
	ext    int  // bytes after the size
	cr     bool // the byte before was a CR
	// quoted: within the quotes of an extension; escaped: behind a backslash.
	quoted, escaped bool
	unnamed         bool // an extension has begun and has no name yet
}

// size reads a chunk-size line: hex digits, an extension, a line end. The
// first one of a body is kept until it is whole: when it turns out that the
// body is not chunked, it is read as what it is.
func (h *half) size(b []byte, at event.Stamp) int {
	n, verdict := 0, more
	for n < len(b) && verdict == more {
		if verdict = h.sizeByte(b[n]); verdict != refuse {
			n++
		}
	}
	h.touch(n, at)
	if h.opening {
		h.collect(b[:n])
	}
	switch verdict {
	case whole:
		if h.sized(at); h.state == stChunk {
			h.chunkAt(h.pos + uint64(n))
		}
	case refuse:
		h.badChunk(at)
	}
	return n
}

// verdict on a byte of a chunk-size line.
type verdict uint8

const (
	more   verdict = iota
	whole          // the line ends with it
	refuse         // it cannot stand there
)

// maxLead is how much white space before a chunk size is passed over.
const maxLead = 16

// sizeByte reads one byte of a chunk-size line. What browsers let pass is let
// pass here, with a mark; a body of doubtful framing must be exact.
func (h *half) sizeByte(c byte) verdict {
	k := &h.chunk
	switch {
	case k.digits == 0 && hexValue(c) > 15:
		if k.lead++; k.lead > maxLead || h.looking || c != '\v' && c != '\f' && c != '\r' && c != '\n' && !isBlank(c) {
			return refuse
		}
		h.mark(AnomalyChunk)
	case c == '\n':
		return whole
	case k.cr:
		h.mark(AnomalyBareCR)
		k.cr = c == '\r'
		k.ext++
	case c == '\r':
		k.cr = true
	case k.ext == 0 && hexValue(c) < 16:
		if k.digits++; k.size >= 1<<59 {
			return refuse
		}
		k.size = k.size<<4 | uint64(hexValue(c))
	default:
		return h.extByte(c)
	}
	return more
}

// extByte reads a byte behind the size.
func (h *half) extByte(c byte) verdict {
	k := &h.chunk
	if k.ext++; k.ext == 1 && c != ';' && !isBlank(c) {
		if h.looking || k.size == 0 && lower(c) == 'x' {
			return refuse // 0x10 may be 16 or nothing
		}
		h.mark(AnomalyChunk)
	}
	if k.ext > maxChunkExt || !k.extension(c) {
		h.mark(AnomalyChunkExtension)
	}
	return more
}

// extension reads a byte of a chunk's extension and reports whether it may
// stand there: each has a name, and what is no token is quoted.
func (k *chunk) extension(c byte) bool {
	switch {
	case k.escaped:
		k.escaped = false
	case k.quoted && c == '\\':
		k.escaped = true
	case c == '"':
		k.quoted = !k.quoted
	case k.quoted:
		return c >= 0x20 && c != 0x7f || c == '\t'
	case c == ';':
		again := k.unnamed
		k.unnamed = true
		return !again
	case c == '=':
		return !k.unnamed
	default:
		k.unnamed = false
		return tokenBytes[c]
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
	if h.looking {
		h.mark(AnomalySmuggling)
	}
	h.chunk, h.opening, h.looking = chunk{}, false, false
	h.drop()
	if !k.cr {
		h.mark(AnomalyBareLF)
	}
	if k.digits > 16 {
		h.mark(AnomalyChunk)
	}
	if k.quoted || k.unnamed { // a reader of quotes reads on, one of names refuses
		h.mark(AnomalyChunkExtension)
	}
	if k.size > 0 {
		h.state, h.remain = stChunk, k.size
		return
	}
	h.state = stTrail
	h.begin(at)
}

// badChunk gives up a body whose framing broke. One that was never chunked is
// read by what else its head says.
func (h *half) badChunk(at event.Stamp) {
	if !h.looking {
		h.mark(AnomalyChunk)
	}
	if !h.opening || len(h.buf) >= h.conn.pool.cfg.HeadCap {
		h.mark(AnomalyDesync)
		h.lose(at)
		return
	}
	if !h.looking {
		h.mark(AnomalySmuggling)
	}
	held := append([]byte(nil), h.buf...)
	h.drop()
	h.opening, h.looking = false, false
	h.conn.led.HeadBytes -= uint64(len(held))
	h.enter(h.other, h.otherLen, at)
	h.feed(held, at)
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
	whole := h.soFar(b[:n])
	if len(whole) == 1 {
		h.mark(AnomalyBareLF)
	}
	if h.call != nil && len(whole) > 2 {
		if h.seen > uint64(h.conn.pool.cfg.HeadCap) {
			h.call.Mark(AnomalyHeadCap)
			h.call.Flags |= event.FlagCapped
		}
		h.fields(&h.message(h.call).Trailers, "", string(whole), true)
	}
	h.drop()
	h.done(true, at)
	return n
}
