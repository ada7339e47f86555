package tls

// A ClientHello is what a client offers.
type ClientHello struct {
	// Version is the legacy version field, 0x0303 for TLS 1.2 and 1.3.
	Version uint16
	// Ciphers, Extensions, Groups, Algorithms (of signatures) and Versions
	// (of the extension) are in the order sent, GREASE included.
	Ciphers, Extensions, Groups, Algorithms, Versions []uint16
	// Points are the formats of elliptic curve points.
	Points []byte
	// Name is the first host name asked for (SNI) and HasName whether the
	// extension is there at all.
	Name    string
	HasName bool
	// Protocols are the protocols offered (ALPN).
	Protocols []string
	// Encrypted says that the true hello is, or pretends to be, encrypted
	// (ECH, or its forerunner ESNI).
	Encrypted bool
	// Malformed says that lengths in it contradict each other; what could be
	// read is there.
	Malformed bool
}

// Numbers of the extensions that are read.
const (
	extName          = 0
	extGroups        = 10
	extPoints        = 11
	extAlgorithms    = 13
	extALPN          = 16
	extVersions      = 43
	extEncrypted     = 0xfe0d
	extEncryptedName = 0xffce
)

// ParseClientHello reads the body of a client hello, without the four bytes
// before it. Nothing of b is kept.
func ParseClientHello(b []byte) *ClientHello {
	c := cursor{b: b}
	h := &ClientHello{Version: uint16(c.uint(2))}
	c.take(32) // random
	c.vector(1)
	suites := c.vector(2)
	h.Ciphers = suites.words()
	c.vector(1) // compression
	if c.bad || suites.bad {
		h.Malformed = true
		return h
	}
	if len(c.b) == 0 { // before TLS 1.2 there need be none
		return h
	}
	all := c.vector(2)
	h.Malformed = c.bad || len(c.b) > 0
	for len(all.b) > 0 {
		kind := uint16(all.uint(2))
		body := all.vector(2)
		if all.bad {
			break
		}
		h.Extensions = append(h.Extensions, kind)
		h.extension(kind, body)
	}
	h.Malformed = h.Malformed || all.bad
	return h
}

// extension reads one extension.
func (h *ClientHello) extension(kind uint16, e cursor) {
	var list cursor
	switch kind {
	case extName:
		h.names(e)
		return
	case extGroups:
		list = e.vector(2)
		h.Groups = list.words()
	case extPoints:
		list = e.vector(1)
		h.Points = append([]byte(nil), list.b...)
	case extAlgorithms:
		list = e.vector(2)
		h.Algorithms = list.words()
	case extALPN:
		h.protocols(e)
		return
	case extVersions:
		list = e.vector(1)
		h.Versions = list.words()
	case extEncrypted, extEncryptedName:
		h.Encrypted = true
		return
	default:
		return
	}
	h.Malformed = h.Malformed || e.bad || list.bad || len(e.b) > 0
}

// names reads the server name extension; the first host name counts.
func (h *ClientHello) names(e cursor) {
	list := e.vector(2)
	had := h.HasName
	h.HasName = true
	for len(list.b) > 0 && !list.bad {
		kind := list.uint(1)
		name := list.vector(2)
		if kind == 0 && !had && !list.bad {
			h.Name, had = string(name.b), true
		}
	}
	h.Malformed = h.Malformed || e.bad || list.bad || len(e.b) > 0
}

// protocols reads the ALPN extension.
func (h *ClientHello) protocols(e cursor) {
	list := e.vector(2)
	for len(list.b) > 0 {
		name := list.vector(1)
		if list.bad {
			break
		}
		h.Protocols = append(h.Protocols, string(name.b))
	}
	h.Malformed = h.Malformed || e.bad || list.bad || len(e.b) > 0
}

// Offered returns the versions the client offers, GREASE left out.
func (h *ClientHello) Offered() []uint16 {
	if len(h.Versions) > 0 {
		return ungreased(h.Versions)
	}
	return []uint16{h.Version}
}
