package tls

// A ServerHello is what a server chose.
type ServerHello struct {
	// Version is the version in force, Legacy the field that stands for it.
	Version, Legacy uint16
	Cipher          uint16
	Extensions      []uint16
	// Protocol is the protocol chosen (ALPN); TLS 1.3 encrypts it.
	Protocol string
	// Retry says that the server asked for another client hello.
	Retry     bool
	Malformed bool
}

// retryRandom is the random value that makes a server hello a request to try
// again (RFC 8446 section 4.1.3).
const retryRandom = "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c"

// lastShortDraft is the last draft of TLS 1.3 whose server hello has neither
// session id nor compression; some wrote 0x0304 instead of the draft's number,
// which the final version never does.
const lastShortDraft = 0x7f15

// ParseServerHello reads the body of a server hello, without the four bytes
// before it. Nothing of b is kept.
func ParseServerHello(b []byte) *ServerHello {
	c := cursor{b: b}
	h := &ServerHello{Legacy: uint16(c.uint(2))}
	h.Version = h.Legacy
	h.Retry = string(c.take(32)) == retryRandom
	draft := h.Legacy == 0x0304 || h.Legacy>>8 == 0x7f && h.Legacy <= lastShortDraft
	if !draft {
		c.vector(1)
	}
	h.Cipher = uint16(c.uint(2))
	if !draft {
		c.uint(1) // compression
	}
	if h.Malformed = c.bad; c.bad || len(c.b) == 0 {
		return h
	}
	all := c.vector(2)
	h.Malformed = c.bad || len(c.b) > 0
	for len(all.b) > 0 {
		kind := uint16(all.uint(2))
		e := all.vector(2)
		if all.bad {
			break
		}
		h.Extensions = append(h.Extensions, kind)
		switch kind {
		case extVersions:
			h.Version = uint16(e.uint(2))
		case extALPN:
			list := e.vector(2)
			name := list.vector(1)
			h.Protocol = string(name.b)
			e.bad = e.bad || list.bad
		}
		h.Malformed = h.Malformed || e.bad
	}
	h.Malformed = h.Malformed || all.bad
	return h
}
