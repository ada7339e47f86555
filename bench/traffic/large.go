package traffic

import "fmt"

// load is a download under way.
type load struct {
	call    Call
	left    int // of the body
	chunked bool
	inChunk int // bytes to the end of the chunk
}

// chunkSize of a chunked download, burst how many segments come in a train.
const (
	chunkSize = 64 << 10
	burst     = 16
	blockSize = 1 << 20
)

// openLarge prepares one download of 1 to 10 MiB.
func (m *maker) openLarge(c *conn) {
	if m.block == nil {
		m.block = make([]byte, blockSize)
		for i := range m.block {
			m.block[i] = byte(m.rnd.Uint32())
		}
	}
	c.load = &load{left: 1<<20 + m.rnd.IntN(9<<20), chunked: m.rnd.IntN(4) == 0}
}

// playLarge sends the head, then the next train of the body; the client
// acknowledges every second segment.
func (m *maker) playLarge(c *conn) (ended bool) {
	l := c.load
	var out []byte
	if l.call.Method == "" {
		l.call = Call{Method: "GET", Target: fmt.Sprintf("/files/%d.bin", m.sum.Conns), Status: 200, RespBytes: l.left}
		m.send(c, 0, fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: files.example\r\nUser-Agent: curl/8.5.0\r\n\r\n", l.call.Target))
		framing := fmt.Sprintf("Content-Length: %d", l.left)
		if l.chunked {
			framing = "Transfer-Encoding: chunked"
		}
		out = fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n%s\r\n\r\n", framing)
	}
	for len(out) < burst*mss && l.left > 0 {
		out = m.body(out, l, burst*mss-len(out))
	}
	for n := 1; len(out) > 0; n++ {
		k := min(len(out), mss)
		m.send(c, 1, out[:k])
		out = out[k:]
		if n%2 == 0 || len(out) == 0 {
			m.segment(c, 0, ack, nil)
		}
	}
	m.flush(true)
	if l.left > 0 {
		return false
	}
	m.call(c, l.call)
	return true
}

// body appends at most about room bytes of a body and its framing.
func (m *maker) body(out []byte, l *load, room int) []byte {
	if l.chunked && l.inChunk == 0 {
		l.inChunk = min(chunkSize, l.left)
		out = fmt.Appendf(out, "%x\r\n", l.inChunk)
	}
	n := min(room, l.left)
	if l.chunked {
		n = min(n, l.inChunk)
	}
	at := m.rnd.IntN(blockSize - n)
	out = append(out, m.block[at:at+n]...)
	l.left -= n
	if l.chunked {
		if l.inChunk -= n; l.inChunk == 0 {
			out = append(out, "\r\n"...)
		}
		if l.left == 0 {
			out = append(out, "0\r\n\r\n"...)
		}
	}
	return out
}
