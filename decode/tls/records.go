package tls

// Types of records and of handshake messages.
const (
	recordAlert     = 21
	recordHandshake = 22

	msgClientHello = 1
	msgServerHello = 2
	msgCertificate = 11
)

// Bounds: a record by RFC 8446 with room for old expansions, and all the
// handshake bytes of a direction that are gathered.
const (
	maxRecord    = 1<<14 + 2048
	maxHandshake = 64 << 10
)

// records takes one direction's records apart and gathers the handshake
// messages in them.
type records struct {
	head [5]byte
	have int // bytes of head
	left int // bytes of the record to come
	buf  []byte
	// alert is the description of an alert in the clear, level its level:
	// while one is read, 0 and then what the first byte said.
	alert, level byte
	hasAlert     bool
	done         bool // nothing further is looked for
	odd          bool // it is malformed
	cut          bool // it ended within a message
	// old is the version asked for by a hello in the form of SSL 2.
	old uint16
}

// feed takes the next bytes; message is called with each whole message, and
// returns false when no more are wanted.
func (r *records) feed(b []byte, message func(kind byte, body []byte) bool) {
	for len(b) > 0 && !r.done {
		if r.left == 0 {
			n := copy(r.head[r.have:], b)
			b = b[n:]
			if r.have += n; r.have == len(r.head) {
				r.begin()
			}
			continue
		}
		if r.head[0] == recordAlert {
			r.alarm(b[0])
			b = b[1:]
			continue
		}
		n := min(len(b), r.left, maxHandshake-len(r.buf))
		r.buf = append(r.buf, b[:n]...)
		b = b[n:]
		r.left -= n
		r.messages(message)
	}
}

// begun reports whether any byte of a record came.
func (r *records) begun() bool { return r.have > 0 || r.left > 0 || len(r.buf) > 0 }

// begin reads a record's head.
func (r *records) begin() {
	r.have = 0
	r.left = int(r.head[3])<<8 | int(r.head[4])
	switch {
	case r.head[0]&0x80 != 0 && r.head[2] == msgClientHello:
		r.old = uint16(r.left)
		r.stop()
		return
	case r.head[0] == recordAlert && r.left == 2 && len(r.buf) == 0:
	case r.head[0] != recordHandshake: // encrypted from here on
		r.stop()
		return
	}
	if r.head[1] != 3 || r.left > maxRecord {
		r.odd = true
		r.stop()
	}
}

// alarm reads a byte of an alert in the clear. A warning may stand before a
// hello; after any other nothing follows.
func (r *records) alarm(b byte) {
	const warning = 1
	if r.left--; r.left == 1 {
		r.level = b
		return
	}
	if r.alert, r.hasAlert = b, true; r.level != warning {
		r.stop()
	}
}

// messages hands on the whole messages gathered.
func (r *records) messages(message func(kind byte, body []byte) bool) {
	for off := 0; !r.done; {
		rest := r.buf[off:]
		if len(rest) < 4 {
			r.keep(off)
			return
		}
		n := int(rest[1])<<16 | int(rest[2])<<8 | int(rest[3])
		if len(rest) == maxHandshake { // of a longer message, its beginning
			n = min(n, maxHandshake-4)
		}
		if len(rest) < 4+n {
			r.keep(off)
			return
		}
		if !message(rest[0], rest[4:4+n]) {
			break
		}
		off += 4 + n
	}
	r.stop()
}

// keep drops what is gathered before off. Where that is nothing, nothing is
// moved: a message may come a byte at a time.
func (r *records) keep(off int) {
	if off > 0 {
		r.buf = append(r.buf[:0], r.buf[off:]...)
	}
}

// end says that no bytes follow.
func (r *records) end() {
	r.cut = r.cut || !r.done && len(r.buf) > 0
	r.stop()
}

// stop lets go of the memory.
func (r *records) stop() { r.done, r.buf = true, nil }
