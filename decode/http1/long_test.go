package http1

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"spaniel/event"
)

// TestLongBodies streams 100 MB either way in each framing: all of it is
// counted, what is kept stays under the cap, memory does not grow with it, and
// the next call is found.
func TestLongBodies(t *testing.T) {
	const size = 100 << 20
	piece := make([]byte, 1<<16)
	chunk := append(append([]byte("10000\r\n"), piece...), "\r\n"...)
	for _, c := range []struct {
		name, fields string
		piece        []byte
		end          string
		closes       bool
	}{
		{"length", fmt.Sprintf("Content-Length: %d\r\n", size), piece, "", false},
		{"chunked", "Transfer-Encoding: chunked\r\n", chunk, "0\r\n\r\n", false},
		{"one chunk", "Transfer-Encoding: chunked\r\n", piece, "\r\n0\r\n\r\n", false},
		{"until the end", "", piece, "", true},
	} {
		for _, d := range []event.Direction{event.ToServer, event.ToClient} {
			if c.closes && d == event.ToServer {
				continue
			}
			var led event.Ledger
			var got []string
			conn := NewConn(nil, nil, &event.Flow{}, &led, func(c *event.Call, _ event.Stamp) {
				m := [2]*event.Message{&c.Req.Message, &c.Resp.Message}[d]
				got = append(got, fmt.Sprintf("%s %d %v %v %d", c.Req.Target, m.BodyBytes, m.Complete, m.RawCut, len(m.Raw)))
			})
			say := func(d event.Direction, s string) { conn.Data(d, []byte(s), event.Stamp{}) }
			first := "POST /long HTTP/1.1\r\nHost: h\r\n"
			if d == event.ToClient {
				say(event.ToServer, first+"\r\n")
				first = "HTTP/1.1 200 OK\r\n"
			}
			say(d, first+c.fields+"\r\n")
			if c.name == "one chunk" {
				say(d, fmt.Sprintf("%x\r\n", size))
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for range size >> 16 {
				conn.Data(d, c.piece, event.Stamp{})
			}
			runtime.ReadMemStats(&after)
			say(d, c.end)
			if c.closes {
				conn.End(d, event.Stamp{})
			} else {
				if d == event.ToServer {
					say(event.ToClient, ok0)
				}
				say(event.ToServer, "GET /next HTTP/1.1\r\nHost: h\r\n\r\n")
				say(event.ToClient, ok0)
			}
			conn.Close(event.Stamp{})
			want := fmt.Sprintf("/long %d true true %d", size, DefaultConfig().BodyCap)
			if !c.closes {
				want += "\n/next 0 true false 0"
			}
			if s := strings.Join(got, "\n"); s != want {
				t.Errorf("%s, %v: calls\n%s\nwant\n%s", c.name, d, s, want)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
				t.Errorf("%s, %v: %d bytes allocated for the body", c.name, d, n)
			}
			if led.BodyBytes != size {
				t.Errorf("%s, %v: %d body bytes counted", c.name, d, led.BodyBytes)
			}
		}
	}
}
