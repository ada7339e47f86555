package tls

import (
	"container/list"
	"strconv"
	"strings"
	"unsafe"

	"spaniel/event"
)

// AnomalyMalformed is a hello, or a record before the encryption begins, whose
// lengths contradict each other.
const AnomalyMalformed = "tls_malformed"

// maxValue is how long a value of a fact may be.
const maxValue = 512

// A Report is what the beginning of a connection said, once all of it was
// seen or no more will be.
type Report struct {
	// Fields are the parts that were there, in a fixed order.
	Fields []event.Header
	// First is the stamp of the first hello's last byte.
	First event.Stamp
	// Malformed says that something in it contradicts itself.
	Malformed bool
	// Capped says that it was given up, for want of room, before it was whole.
	Capped bool
}

// Conn reads the beginning of one connection. Its methods are those of a
// stream receiver; each byte is counted as skipped. It holds at most 64 KiB a
// direction, and nothing once the hellos are over.
type Conn struct {
	pool   *Pool
	held   int // bytes, as the pool knows
	place  *list.Element
	capped bool
	led    *event.Ledger
	report func(*Report, event.Stamp)
	half   [2]records
	client *said
	server *said
	leaf   []event.Header
	odd    bool // the certificate's lengths contradict each other
	gap    bool // bytes of a hello were lost
	first  event.Stamp
	over   bool
	last   bool // the server's hello is all it says in the clear
}

// said is what is kept of a hello, which may hold lists of thousands.
type said struct {
	fields    []event.Header
	malformed bool
}

// weight is how many bytes fields take.
func weight(fields []event.Header) (n int) {
	for _, f := range fields {
		n += int(unsafe.Sizeof(f)) + len(f.Value)
	}
	return n
}

// kept is how many bytes are kept of what was said.
func (c *Conn) kept() int {
	n := weight(c.leaf)
	for _, t := range []*said{c.client, c.server} {
		if t != nil {
			n += weight(t.fields)
		}
	}
	return n
}

// NewConn returns a reader that counts into led and calls report once, if
// either side said anything. Those that are to share a cap come from a Pool.
func NewConn(led *event.Ledger, report func(*Report, event.Stamp)) *Conn {
	return NewPool(0, led).Conn(report)
}

// Data takes the next bytes of a direction; b is borrowed.
func (c *Conn) Data(d event.Direction, b []byte, at event.Stamp) {
	c.led.SkippedBytes += uint64(len(b))
	if c.over {
		return
	}
	c.half[d].feed(b, func(kind byte, body []byte) bool { return c.message(kind, body, at) })
	c.pool.account(c)
	c.settle(at)
}

// Gap says that bytes were never seen. Before a direction's first record that
// says nothing; within one, what stands behind it is not read.
func (c *Conn) Gap(d event.Direction, _ uint64, at event.Stamp) {
	if c.half[d].begun() {
		c.gap = true
		c.End(d, at)
	}
}

// Useless returns how many of the next bytes say nothing: all, once the hellos are
// over.
func (c *Conn) Useless(event.Direction) uint64 {
	if c.over {
		return forever
	}
	return 0
}

// forever is stream.Forever.
const forever = 1 << 62

// Passed says that bytes were left out that say nothing.
func (c *Conn) Passed(event.Direction, uint64, event.Stamp) {}

// End says that a direction has no more bytes.
func (c *Conn) End(d event.Direction, at event.Stamp) {
	c.half[d].end()
	c.pool.account(c)
	c.settle(at)
}

// Close says that the connection is over.
func (c *Conn) Close(at event.Stamp) {
	c.half[0].end()
	c.half[1].end()
	c.pool.account(c)
	c.settle(at)
}

// Upgraded reports that nothing readable follows TLS.
func (c *Conn) Upgraded() (service string, ok bool) { return "", false }

// message reads a handshake message; it returns false when those that follow
// in its direction say nothing more.
func (c *Conn) message(kind byte, body []byte, at event.Stamp) bool {
	if c.client == nil && c.server == nil {
		c.first = at
	}
	switch kind {
	case msgClientHello:
		if c.client == nil {
			h := ParseClientHello(body)
			c.client = &said{h.fields(nil), h.Malformed}
		}
		return false
	case msgServerHello:
		h := ParseServerHello(body)
		if c.server == nil {
			c.server = &said{h.fields(nil), h.Malformed}
			c.last = h.Version >= 0x0304 // drafts of 1.3 have larger numbers
		}
		return !c.last
	case msgCertificate:
		c.leaf, c.odd = certificate(body)
		return false
	}
	return c.server != nil
}

// settle reports once both directions are read.
func (c *Conn) settle(at event.Stamp) {
	if c.over || !c.half[0].done || !c.half[1].done {
		return
	}
	c.over = true
	r := Report{First: c.first, Capped: c.capped, Malformed: c.half[0].odd || c.half[1].odd || c.odd}
	if old := c.half[0].old; old != 0 {
		r.Fields = add(r.Fields, "versions_offered", versionName(old))
	}
	if c.server != nil && c.client == nil && c.half[0].cut && !c.gap { // what was answered was whole
		r.Malformed = true
	}
	if c.client != nil {
		r.Malformed = r.Malformed || c.client.malformed
		r.Fields = append(r.Fields, c.client.fields...)
	}
	if c.server != nil {
		r.Malformed = r.Malformed || c.server.malformed
		r.Fields = append(r.Fields, c.server.fields...)
	}
	r.Fields = append(r.Fields, c.leaf...)
	for d, name := range []string{"client_alert", "server_alert"} {
		if h := &c.half[d]; h.hasAlert && len(r.Fields) > 0 {
			r.Fields = add(r.Fields, name, strconv.Itoa(int(h.alert)))
		}
	}
	c.client, c.server, c.leaf = nil, nil, nil
	c.pool.account(c)
	if len(r.Fields) > 0 || r.Malformed || r.Capped {
		if r.First.Frame == 0 {
			r.First = at
		}
		c.report(&r, at)
	}
}

// fields appends what a client offers.
func (h *ClientHello) fields(f []event.Header) []event.Header {
	f = add(f, "sni", h.Name)
	f = add(f, "alpn_offered", strings.Join(h.Protocols, ","))
	var offered []string
	for _, v := range h.Offered() {
		offered = append(offered, versionName(v))
	}
	f = add(f, "versions_offered", strings.Join(offered, ","))
	f = add(f, "ja3", h.JA3())
	f = add(f, "ja4", h.JA4())
	if h.Encrypted {
		f = add(f, "ech", "true")
	}
	return f
}

// fields appends what a server chose.
func (h *ServerHello) fields(f []event.Header) []event.Header {
	f = add(f, "version", versionName(h.Version))
	f = add(f, "cipher", cipherName(h.Cipher))
	f = add(f, "alpn", h.Protocol)
	return add(f, "ja3s", h.JA3S())
}

// add appends a field that has a value, cut at the cap.
func add(f []event.Header, name, value string) []event.Header {
	if value == "" {
		return f
	}
	if len(value) > maxValue {
		value = strings.Clone(value[:maxValue])
	}
	return append(f, event.Header{Name: name, Value: value})
}
