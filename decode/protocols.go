package decode

import (
	"bytes"
	"slices"

	"spaniel/decode/http1"
	"spaniel/decode/tls"
	"spaniel/event"
)

// protocol is one line of the table of protocols.
type protocol struct {
	// service is what Flow.Service says.
	service string
	// sniff judges the first bytes of a direction: 1 it is this protocol, -1
	// it is not, 0 more bytes are needed.
	sniff func(d event.Direction, b []byte) int8
	// parse makes the flow's parser; nil counts its bytes as skipped.
	parse func(c *conn) parser
}

// protocols lists what is recognised. The first that says yes has the flow, so
// those with the longest signature come first.
func protocols() []protocol {
	return []protocol{
		{"http2", prefix("PRI * HTTP/2.0\r\n"), nil},
		{"ssh", sniffSSH, nil},
		{"tls", sniffTLS, newTLS},
		{"smtp", sniffGreeting("SMTP"), newText},
		{"ftp", sniffGreeting("FTP"), newText},
		{"http", sniffHTTP, newHTTP1},
	}
}

// sniffHTTP recognises HTTP/1.
func sniffHTTP(_ event.Direction, b []byte) int8 { return http1.Sniff(b) }

// protocol returns the one with that service; it must be in the table.
func (p *Partition) protocol(service string) *protocol {
	return &p.protocols[slices.IndexFunc(p.protocols, func(x protocol) bool { return x.service == service })]
}

func newHTTP1(c *conn) parser {
	c.http = c.p.http.Conn(c.flow, c.emitCall)
	c.http.Count(c.depth)
	c.http.Lost = c.lostBytes
	return c.http
}

// lost says how many bytes of a direction of HTTP/1 began no message.
func (c *conn) lost(d event.Direction, n uint64, from, at event.Stamp) {
	if d ^= c.flip; c.guess != nil {
		c.wrong(d, n, from)
		return
	}
	c.lose(d, lost{n, from}, at)
}

func newTLS(c *conn) parser {
	return c.p.tls.Conn(func(r *tls.Report, at event.Stamp) {
		if r.Capped {
			c.flow.Flags |= event.FlagCapped
		}
		if len(r.Fields) > 0 {
			c.p.fact(event.Fact{Order: cause(c.flow, at), Time: r.First.Time, Frame: r.First.Frame, Kind: "tls",
				FlowID: c.flow.ID, Key: c.flow.FlowKey, Fields: r.Fields})
		}
		if r.Malformed {
			c.p.anomaly(event.Anomaly{Order: cause(c.flow, at), Time: r.First.Time, Frame: r.First.Frame, Name: tls.AnomalyMalformed,
				FlowID: c.flow.ID, Key: c.flow.FlowKey})
		}
	})
}

// prefix recognises bytes that begin with s.
func prefix(s string) func(event.Direction, []byte) int8 {
	return func(_ event.Direction, b []byte) int8 {
		n := min(len(b), len(s))
		switch {
		case string(b[:n]) != s[:n]:
			return -1
		case n < len(s):
			return 0
		}
		return 1
	}
}

// sniffTLS recognises a TLS record: handshake, alert or application data of
// version 3.x and a length in its bounds, a hello of whatever version and
// length, or one in the form of SSL 2.
func sniffTLS(d event.Direction, b []byte) int8 {
	switch {
	case len(b) == 0:
		return 0
	case b[0]&0x80 != 0 && d == event.ToServer:
		return sniffSSL2(b)
	case b[0] < 0x14 || b[0] > 0x17:
		return -1
	case len(b) < 5:
		return 0
	case b[1] == 3 && b[2] <= 4 && int(b[3])<<8|int(b[4]) <= 1<<14+256:
		return 1
	case b[0] != 0x16 || len(b) > 5 && b[5] != 1 && b[5] != 2:
		return -1
	case len(b) < 11:
		return 0
	case b[9] == 3 && b[10] <= 4:
		return 1
	}
	return -1
}

// sniffSSL2 recognises a client hello in the form of SSL 2: a length of two
// bytes, the type, a version.
func sniffSSL2(b []byte) int8 {
	switch {
	case len(b) > 2 && b[2] != 1, len(b) > 3 && b[3] != 0 && b[3] != 3:
		return -1
	case len(b) < 5:
		return 0
	case b[3] == 0 && b[4] == 2 || b[3] == 3 && b[4] <= 4:
		return 1
	}
	return -1
}

// sniffGreeting recognises a server's greeting line, 220 with the word in it.
func sniffGreeting(word string) func(event.Direction, []byte) int8 {
	return func(d event.Direction, b []byte) int8 {
		const code = "220"
		n := min(len(b), len(code))
		if d != event.ToClient || string(b[:n]) != code[:n] {
			return -1
		}
		line, _, whole := bytes.Cut(b, []byte("\n"))
		switch {
		case bytes.Contains(line, []byte(word)):
			return 1
		case whole || len(b) > 512:
			return -1
		}
		return 0
	}
}

// role tells a request's beginning from a response's.
func role(b []byte) (isRequest, isResponse bool) {
	if len(b) < 5 || http1.Sniff(b) < 0 {
		return false, false
	}
	if bytes.HasPrefix(b, []byte("HTTP/")) {
		return false, true
	}
	return http1.Sniff(b) == 1, false
}

// requestBegun reports whether b can hardly be anything but the beginning of
// an HTTP request.
func requestBegun(b []byte) bool {
	for _, s := range []string{"GET /", "POST /", "PUT /", "DELETE /", "HEAD /", "OPTIONS /", "PATCH /", "GET http://", "POST http://"} {
		if bytes.HasPrefix(b, []byte(s)) {
			return true
		}
	}
	return false
}
