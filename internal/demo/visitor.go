package demo

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"spaniel/internal/wiretest"
)

// A visitor is one client of the shop, with the connection it has open.
type visitor struct {
	s     *shop
	addr  netip.Addr
	agent string
	// fields are sent with every request, after Host and User-Agent.
	fields []string
	conn   *wiretest.Conn
	last   int64 // when the connection was last used
}

func (s *shop) visitor(addr, agent string, fields ...string) *visitor {
	return &visitor{s: s, addr: netip.MustParseAddr(addr), agent: agent, fields: fields}
}

// An answer is a response to be sent.
type answer struct {
	status  int // 200 when 0
	headers []string
	body    string
	kind    string // content type; application/json when empty
	gzip    bool
	chunked bool
}

// idleLimit is when the server closes a connection nobody uses.
const idleLimit = 15 * time.Second

// call sends one request and its answer, on the open connection if the
// server still has it.
func (v *visitor) call(method, target, body string, a answer, fields ...string) {
	b := v.s.b
	if v.conn != nil && b.Now()-v.last > int64(idleLimit) {
		now := b.Now()
		b.At(v.last + int64(idleLimit))
		v.conn.FinServer()
		b.At(now)
		v.conn = nil
	}
	if v.conn == nil {
		v.s.port++
		v.conn = b.Conn(netip.AddrPortFrom(v.addr, v.s.port), serverFor(v.addr), wiretest.Timestamps(), wiretest.TTL(53, 64))
		v.conn.Open()
	}
	v.conn.Client(v.request(method, target, body, fields))
	v.s.work()
	v.conn.Server(a.wire(method))
	v.last = b.Now()
	v.s.calls[""]++
	v.s.calls[v.addr.String()]++
}

// leave closes the connection from the client's side.
func (v *visitor) leave() {
	if v.conn != nil {
		v.conn.Fin()
		v.conn = nil
	}
}

// request makes a request. X-Forwarded-Proto says that TLS ended at the
// shop's front, which keeps addresses.
func (v *visitor) request(method, target, body string, fields []string) []byte {
	lines := []string{method + " " + target + " HTTP/1.1", "Host: shop.example", "User-Agent: " + v.agent, "X-Forwarded-Proto: https"}
	lines = append(append(lines, fields...), v.fields...)
	if !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, "Accept: ") }) {
		lines = append(lines, "Accept: application/json")
	}
	if body != "" {
		lines = append(lines, "Content-Type: application/json", fmt.Sprintf("Content-Length: %d", len(body)))
	}
	return []byte(strings.Join(lines, "\r\n") + "\r\n\r\n" + body)
}

// wire makes the response's bytes.
func (a answer) wire(method string) []byte {
	status := max(a.status, http.StatusOK)
	lines := []string{fmt.Sprintf("HTTP/1.1 %d %s", status, http.StatusText(status)), "Server: nginx"}
	body := a.body
	if a.gzip {
		packed, err := wiretest.Gzip(body)
		if err != nil {
			panic(err) // writing to memory does not fail
		}
		body = packed
		lines = append(lines, "Content-Encoding: gzip", "Vary: Accept-Encoding")
	}
	if status != http.StatusNoContent && status != http.StatusNotModified {
		kind := a.kind
		if kind == "" {
			kind = "application/json"
		}
		lines = append(lines, "Content-Type: "+kind)
		if a.chunked {
			lines = append(lines, "Transfer-Encoding: chunked")
			body = chunks(body)
		} else {
			lines = append(lines, fmt.Sprintf("Content-Length: %d", len(body)))
		}
	}
	lines = append(lines, a.headers...)
	if method == http.MethodHead {
		body = ""
	}
	return []byte(strings.Join(lines, "\r\n") + "\r\n\r\n" + body)
}

// chunks frames a body in chunks of at most 700 bytes.
func chunks(body string) string {
	var b strings.Builder
	for len(body) > 0 {
		n := min(len(body), 700)
		fmt.Fprintf(&b, "%x\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	b.WriteString("0\r\n\r\n")
	return b.String()
}
