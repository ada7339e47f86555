package http1

import (
	"fmt"
	"strings"
	"testing"

	"spaniel/event"
	"spaniel/internal/costtest"
)

// TestConnIsLinear measures what n bytes cost that repeat a piece, delivered
// whole, in segments and byte by byte.
func TestConnIsLinear(t *testing.T) {
	const get, post = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
	const ok, te = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	for _, c := range []struct{ name, start, piece string }{
		{"a line without end", "GET /", "a"}, {"fields", "GET / HTTP/1.1\r\n", "A: b\r\n"}, {"one field", "GET / HTTP/1.1\r\nA: ", "b"}, {"folds", "GET / HTTP/1.1\r\nA: b\r\n", " c\r\n"},
		{"empty folds", "GET / HTTP/1.1\r\nA: b\r\n", " \r\n"}, {"CRs", "GET / HTTP/1.1\r\nA: ", "\r"}, {"CRs and names", "GET / HTTP/1.1\r\nA: ", "\rb:"}, {"LFs", "GET / HTTP/1.1\r\nA: ", "\nb"},
		{"NULs", "GET / HTTP/1.1\r\nA: ", "\x00"}, {"colons", "GET / HTTP/1.1\r\n", ":\r\n"}, {"spaces", "GET", " "}, {"lengths", "GET / HTTP/1.1\r\n", "Content-Length: 1\r\n"},
		{"list of lengths", "GET / HTTP/1.1\r\nContent-Length: ", "1, "}, {"codings", "GET / HTTP/1.1\r\nTransfer-Encoding: ", "gzip, "}, {"hosts", "GET / HTTP/1.1\r\n", "Host: a\r\n"},
		{"empty lines", "", "\r\n"}, {"garbage lines", "", "garbage\r\n"}, {"garbage", "", "\x00"}, {"nearly requests", "", "GET / HTTP/1.\r\n"}, {"begun requests", "", "GET /"}, {"methods", "", "GET \r\n"},
		{"requests", "", get}, {"requests in HTTP/0.9", "", "GET /a\r\n"}, {"requests with lengths", "", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\na"},
		{"chunks", post, "1\r\na\r\n"}, {"chunk extensions", post, "1;a\r\na\r\n"}, {"a chunk's extension", post + "1;", "a"}, {"zeros of a size", post, "0"}, {"trailers", post + "0\r\n", "a: b\r\n"},
		{"bad chunks", post + "1\r\n", "\r\na"}, {"CONNECT", "CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"}, {"Expect", "", "PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"},
	} {
		speak(t, "request, "+c.name, event.ToServer, "", c.start, c.piece)
	}
	for _, c := range []struct{ name, before, start, piece string }{
		{"interim", get, "", "HTTP/1.1 100 Continue\r\n\r\n"}, {"interim with fields", get, "", "HTTP/1.1 103 Early\r\nLink: a\r\n\r\n"}, {"without requests", "", "", ok}, {"responses", strings.Repeat(get, 5000), "", ok},
		{"chunks", get, te, "1\r\na\r\n"}, {"until the close", get, "HTTP/1.0 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\n"}, {"to HEAD", strings.Repeat("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n", 500), "", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"},
		{"garbage", get, "", "garbage\r\n"}, {"no content that has some", get, "HTTP/1.1 204 No\r\nContent-Length: 5\r\nConnection: close\r\n\r\n", "a"}, {"fields", get, "HTTP/1.1 200 OK\r\n", "A: b\r\n"},
		{"status line without end", get, "HTTP/1.1 200 ", "a"}, {"odd status lines", get, "", "xHTTP/1.1 200 OK\r\n\r\n"},
	} {
		speak(t, "response, "+c.name, event.ToClient, c.before, c.start, c.piece)
	}
}

func speak(t *testing.T, name string, d event.Direction, before, start, piece string) {
	for cut, n := range map[int]int{0: 128 << 10, 1460: 128 << 10, 1: 32 << 10} {
		costtest.Linear(t, fmt.Sprintf("%s, cut %d", name, cut), n, 0, func(n int) func() {
			data := []byte(start + strings.Repeat(piece, n/len(piece)))
			return func() {
				var led event.Ledger
				c := NewConn(nil, nil, &event.Flow{}, &led, func(*event.Call, event.Stamp) {})
				c.Data(event.ToServer, []byte(before), event.Stamp{})
				for rest := data; len(rest) > 0; {
					k := len(rest)
					if cut > 0 {
						k = min(cut, k)
					}
					c.Data(d, rest[:k], event.Stamp{})
					rest = rest[k:]
				}
				c.Close(event.Stamp{})
			}
		})
	}
}

// TestHolesAreLinear measures many holes, in either direction, where each makes
// the parser look for its place.
func TestHolesAreLinear(t *testing.T) {
	for name, text := range map[string][2]string{
		"in heads":  {"GET /a HTTP/1.1\r\nHo", "HTTP/1.1 200 OK\r\nConte"},
		"in bodies": {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20\r\n\r\na", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\na"},
		"between":   {"GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
	} {
		costtest.Linear(t, name, 4000, 0, func(n int) func() {
			return func() {
				var led event.Ledger
				c := NewConn(nil, nil, &event.Flow{}, &led, func(*event.Call, event.Stamp) {})
				for i := range n {
					for d, s := range text {
						c.Data(event.Direction(d), []byte(s), event.Stamp{})
						if i%2 == d {
							c.Gap(event.Direction(d), 10, event.Stamp{})
						}
					}
				}
				c.Close(event.Stamp{})
			}
		})
	}
}
