package http1

import (
	"strings"
	"testing"

	"spaniel/event"
)

const (
	benchRequest = "POST /api/v1/orders?page=2 HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\nContent-Type: application/json\r\nAuthorization: Bearer abcdefgh\r\nContent-Length: 27\r\n\r\n{\"sku\":\"a-17\",\"quantity\":1}"
	benchReply   = "HTTP/1.1 201 Created\r\nDate: Sun, 22 Nov 2026 20:00:00 GMT\r\nServer: nginx\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"id\":12345}"
)

// exchange runs n calls over one connection and returns how many came out.
func exchange(c *Conn, n int) {
	up, down := []byte(benchRequest), []byte(benchReply)
	for range n {
		c.Data(event.ToServer, up, event.Stamp{})
		c.Data(event.ToClient, down, event.Stamp{})
	}
}

// TestAllocations holds the promise: a call in steady state costs its two
// heads' strings and little else.
func TestAllocations(t *testing.T) {
	var led event.Ledger
	c := NewConn(nil, nil, &event.Flow{}, &led, func(*event.Call, event.Stamp) {})
	exchange(c, 100)
	if got := testing.AllocsPerRun(1000, func() { exchange(c, 1) }); got > 4 {
		t.Errorf("%v allocations a call, want at most 4", got)
	}
}

func BenchmarkCalls(b *testing.B) {
	var led event.Ledger
	c := NewConn(nil, nil, &event.Flow{}, &led, func(*event.Call, event.Stamp) {})
	b.ReportAllocs()
	b.SetBytes(int64(len(benchRequest) + len(benchReply)))
	exchange(c, b.N)
}

// BenchmarkConnections makes a connection for each call, from one pool.
func BenchmarkConnections(b *testing.B) {
	var led event.Ledger
	p := NewPool(nil, nil, &led)
	b.ReportAllocs()
	for b.Loop() {
		c := p.Conn(&event.Flow{}, func(*event.Call, event.Stamp) {})
		exchange(c, 1)
		c.Close(event.Stamp{})
	}
}

// steps counts the work of hostile input in bytes of Data handed on, by the
// only measure that does not need a clock: allocations and bytes allocated.
func BenchmarkHostile(b *testing.B) {
	const size = 1 << 20
	for name, unit := range map[string]string{
		"endless head": "GET / HTTP/1.1\r\nA: " + strings.Repeat("b", 1000), "header lines": "GET / HTTP/1.1\r\n" + strings.Repeat("A: b\r\n", 100),
		"bare CR": "GET / HTTP/1.1\r\nA: " + strings.Repeat("\r", 1000), "folds": "GET / HTTP/1.1\r\nA: b\r\n" + strings.Repeat(" c\r\n", 100),
		"colons": "GET / HTTP/1.1\r\n" + strings.Repeat(":\r\n", 100), "junk": strings.Repeat("GET \r\n", 100), "requests": strings.Repeat("GET /a\r\n\r\n", 10),
		"tiny chunks": "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1\r\na\r\n", 100),
	} {
		head, tail := unit, unit[strings.IndexByte(unit, '\n')+1:]
		if tail == "" || strings.HasPrefix(name, "tiny") {
			tail = "1\r\na\r\n"
		}
		for _, n := range []int{1, 2} {
			data := []byte(head + strings.Repeat(tail, n*size/len(tail)))
			for _, cut := range []int{1, 1460} {
				b.Run(strings.ReplaceAll(name, " ", "-")+"/MB="+string(rune('0'+n))+"/cut="+map[int]string{1: "1", 1460: "1460"}[cut], func(b *testing.B) {
					for b.Loop() {
						var led event.Ledger
						c := NewConn(nil, nil, &event.Flow{}, &led, func(*event.Call, event.Stamp) {})
						for rest := data; len(rest) > 0; rest = rest[min(cut, len(rest)):] {
							c.Data(event.ToServer, rest[:min(cut, len(rest))], event.Stamp{})
						}
						c.Close(event.Stamp{})
					}
				})
			}
		}
	}
}
